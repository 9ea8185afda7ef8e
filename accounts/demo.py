"""The people of the demonstration: two citizens and seven members of staff, with passwords that everybody knows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.identity.registries import BIRTH_DATE, NAME, NUMBER, Outcome
from accounts.identity.registries.embedded import EmbeddedRegistry, Person, people
from accounts.models import Citizen, Identity, IdentityCheck, Membership, NumberKind, PolicyAcceptance, User
from accounts.registration.policy import POLICY_VERSION
from accounts.roles import Role
from agencies.models import Agency, Directorate, Governorate

PASSWORD: Final = "zaytoun-bahr-qamar"  # noqa: S105 - the demonstration's, printed in the README


@dataclass(frozen=True)
class Villager:
    """A citizen of the demonstration, whose other data are in the embedded registry."""

    key: str
    number: str
    phone: str
    email: str
    governorate: str
    city: str
    address: str


@dataclass(frozen=True)
class Colleague:
    """A member of staff of the demonstration."""

    key: str
    name_ar: str
    name_en: str
    email: str
    phone: str
    agency: str
    role: Role
    directorate: str = ""


@dataclass(frozen=True)
class SignIn:
    """What to type at which door."""

    who: str
    door: str
    login: str
    password: str


CITIZENS: Final = (
    Villager(
        "amina", "9902103456", "+962790001234", "amina@home.example", "JO-AM", "عمّان", "الجبيهة، شارع 12، بناية 7"
    ),
    Villager("karim", "9851204417", "+962780004417", "", "JO-IR", "إربد", "شارع الجامعة، بناية 3"),
)
STAFF: Final = (
    Colleague("omar", "عمر الصمادي", "Omar Smadi", "omar@miyahuna.example", "+962790100001", "miyahuna", Role.OFFICER),
    Colleague(
        "nadia", "نادية الشرع", "Nadia Shara", "nadia@miyahuna.example", "+962790100002", "miyahuna", Role.SUPERVISOR
    ),
    Colleague(
        "basma",
        "بسمة العبادي",
        "Basma Abbadi",
        "basma@miyahuna.example",
        "+962790100011",
        "miyahuna",
        Role.SECRETARY_GENERAL,
    ),
    Colleague("yusuf", "يوسف عويس", "Yusuf Owais", "yusuf@gam.example", "+962790100003", "gam", Role.OFFICER),
    Colleague("lina", "لينا مدانات", "Lina Madanat", "lina@cmu.example", "+962790100004", "cmu", Role.CMU_STAFF),
    Colleague("sami", "سامي بقاعين", "Sami Baqain", "sami@ncc.example", "+962790100005", "ncc", Role.AGENT),
    Colleague(
        "haitham",
        "هيثم العدوان",
        "Haitham Adwan",
        "haitham@miyahuna.example",
        "+962790100007",
        "miyahuna",
        Role.DIRECTORATE_MEMBER,
        directorate="miyahuna-ops",
    ),
    Colleague("huda", "هدى الكردي", "Huda Kurdi", "huda@cmu.example", "+962790100006", "cmu", Role.OPERATOR),
)

DEMO_SIGN_INS: Final = (
    SignIn("Amina, citizen", "/ar/sign-in/", "9902103456", PASSWORD),
    SignIn("Karim, citizen", "/ar/sign-in/", "9851204417", PASSWORD),
    SignIn("Omar, liaison officer of Miyahuna", "/ar/staff/sign-in/", "omar@miyahuna.example", PASSWORD),
    SignIn("Nadia, supervisor at Miyahuna", "/ar/staff/sign-in/", "nadia@miyahuna.example", PASSWORD),
    SignIn("Yusuf, liaison officer of Greater Amman", "/ar/staff/sign-in/", "yusuf@gam.example", PASSWORD),
    SignIn("Lina, CMU staff", "/ar/staff/sign-in/", "lina@cmu.example", PASSWORD),
    SignIn("Sami, National Contact Centre", "/ar/staff/sign-in/", "sami@ncc.example", PASSWORD),
    SignIn("Haitham, operations directorate of Miyahuna", "/ar/staff/sign-in/", "haitham@miyahuna.example", PASSWORD),
    SignIn("Huda, system operator", "/ar/staff/sign-in/", "huda@cmu.example", PASSWORD),
)


class NotADemonstration(RuntimeError):
    """Demo people with known passwords were asked for outside EMBEDDED mode."""


def make_demo_people(at: datetime) -> dict[str, Citizen | User]:
    """Make whoever of the demonstration is missing, and return all by key; agencies must be loaded.

    Calling twice is harmless. Raise ``NotADemonstration`` unless settings.EMBEDDED.
    """
    if not settings.EMBEDDED:
        raise NotADemonstration
    with transaction.atomic():
        citizens: dict[str, Citizen | User] = {one.key: _citizen(one, at=at) for one in CITIZENS}
        return citizens | {one.key: _colleague(one, at=at) for one in STAFF}


def _citizen(one: Villager, *, at: datetime) -> Citizen:
    found = Citizen.objects.numbered(NumberKind.NATIONAL, one.number).matched().first()
    return found or _new_citizen(one, people()[NumberKind.NATIONAL, one.number], at=at)


def _new_citizen(one: Villager, person: Person, *, at: datetime) -> Citizen:
    user = User.objects.create_citizen(language="ar", password_hash="")
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    citizen = Citizen.objects.create(
        user=user,
        number_kind=person.number_kind,
        number=person.number,
        first_name=person.first_name,
        father_name=person.father_name,
        grandfather_name=person.grandfather_name,
        family_name=person.family_name,
        birth_date=person.birth_date,
        phone=one.phone,
        email=one.email,
        email_confirmed_at=at if one.email else None,
        governorate=Governorate.objects.get(code=one.governorate),
        city=one.city,
        address=one.address,
        identity=Identity.MATCHED,
        identity_changed_at=at,
        created_at=at,
    )
    IdentityCheck.objects.create(
        citizen=citizen,
        source=EmbeddedRegistry.name,
        outcome=Outcome.MATCHED,
        fields_matched=[NUMBER, NAME, BIRTH_DATE],
        at=at,
    )
    PolicyAcceptance.objects.create(citizen=citizen, version=POLICY_VERSION, language="ar", accepted_at=at)
    return citizen


def _colleague(one: Colleague, *, at: datetime) -> User:
    user = User.objects.filter(login=one.email).first() or User.objects.create_staff(
        email=one.email, password=PASSWORD, name_ar=one.name_ar, name_en=one.name_en, phone=one.phone
    )
    Membership.objects.get_or_create(
        user=user,
        agency=Agency.objects.get(code=one.agency),
        role=one.role,
        defaults={
            "starts_on": date(timezone.localdate(at).year - 1, 1, 1),
            "directorate": Directorate.objects.filter(code=one.directorate).first() if one.directorate else None,
        },
    )
    return user
