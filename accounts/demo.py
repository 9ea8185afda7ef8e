"""The people of the demonstration: those one signs in as, and their colleagues; everybody knows how they sign in."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Final

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from accounts.identity.registries import BIRTH_DATE, NAME, NUMBER, RegistryOutcome
from accounts.identity.registries.embedded import EmbeddedRegistry, RegisteredPerson, registered_people
from accounts.models import (
    Citizen,
    Factor,
    FactorKind,
    Identity,
    IdentityCheck,
    Membership,
    NumberKind,
    Outcome,
    PolicyAcceptance,
    StaffChange,
    StaffChangeKind,
    User,
)
from accounts.policy import POLICY_VERSION
from accounts.roles import PROTECTED, Role
from accounts.sign_in import factors
from accounts.sign_in.passwords import hash_for_number
from accounts.staff.memberships import RoleTerms, propose
from agencies.models import Agency, Directorate, Governorate

PASSWORD: Final = "zaytoun-bahr-qamar"  # noqa: S105 - the demonstration's, printed in the README
#: The key of everybody's authenticator app. Whoever adds it to an app of their own sees the codes there too.
APP_SECRET: Final = "ZAYTOUNBAHRQAMARZAYTOUNBAHRQAMAR"  # noqa: S105 - printed in the README too
COLLEAGUES: Final = Path(__file__).parent / "data" / "demo_staff.csv"


@dataclass(frozen=True)
class DemoCitizen:
    """A citizen of the demonstration; the other data are in the embedded registry."""

    key: str
    number: str
    phone: str
    email: str
    governorate: str
    city: str
    address: str


@dataclass(frozen=True)
class DemoStaff:
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
class DemoSignIn:
    """What to type on which sign-in page."""

    who: str
    page: str
    login: str
    password: str


CITIZENS: Final = (
    DemoCitizen(
        "amina", "9902103456", "+962790001234", "amina@home.example", "JO-AM", "عمّان", "الجبيهة، شارع 12، بناية 7"
    ),
    DemoCitizen("karim", "9851204417", "+962780004417", "", "JO-IR", "إربد", "شارع الجامعة، بناية 3"),
)
STAFF: Final = (
    DemoStaff("omar", "عمر الصمادي", "Omar Smadi", "omar@miyahuna.example", "+962790100001", "miyahuna", Role.OFFICER),
    DemoStaff(
        "nadia", "نادية الشرع", "Nadia Shara", "nadia@miyahuna.example", "+962790100002", "miyahuna", Role.SUPERVISOR
    ),
    DemoStaff(
        "basma",
        "بسمة العبادي",
        "Basma Abbadi",
        "basma@miyahuna.example",
        "+962790100011",
        "miyahuna",
        Role.SECRETARY_GENERAL,
    ),
    DemoStaff("yusuf", "يوسف عويس", "Yusuf Owais", "yusuf@gam.example", "+962790100003", "gam", Role.OFFICER),
    DemoStaff("lina", "لينا مدانات", "Lina Madanat", "lina@cmu.example", "+962790100004", "cmu", Role.CMU_STAFF),
    DemoStaff("sami", "سامي بقاعين", "Sami Baqain", "sami@ncc.example", "+962790100005", "ncc", Role.AGENT),
    DemoStaff(
        "haitham",
        "هيثم العدوان",
        "Haitham Adwan",
        "haitham@miyahuna.example",
        "+962790100007",
        "miyahuna",
        Role.DIRECTORATE_MEMBER,
        directorate="miyahuna-ops",
    ),
    DemoStaff("huda", "هدى الكردي", "Huda Kurdi", "huda@cmu.example", "+962790100006", "cmu", Role.OPERATOR),
    DemoStaff("tariq", "طارق المصري", "Tariq Masri", "tariq@cmu.example", "+962790100015", "cmu", Role.OPERATOR),
)

DEMO_SIGN_INS: Final = (
    DemoSignIn("Amina, citizen", "/ar/sign-in/", "9902103456", PASSWORD),
    DemoSignIn("Karim, citizen", "/ar/sign-in/", "9851204417", PASSWORD),
    DemoSignIn("Omar, liaison officer of Miyahuna", "/ar/staff/sign-in/", "omar@miyahuna.example", PASSWORD),
    DemoSignIn("Nadia, supervisor at Miyahuna", "/ar/staff/sign-in/", "nadia@miyahuna.example", PASSWORD),
    DemoSignIn("Basma, secretary-general of Miyahuna", "/ar/staff/sign-in/", "basma@miyahuna.example", PASSWORD),
    DemoSignIn("Yusuf, liaison officer of Greater Amman", "/ar/staff/sign-in/", "yusuf@gam.example", PASSWORD),
    DemoSignIn("Lina, CMU staff", "/ar/staff/sign-in/", "lina@cmu.example", PASSWORD),
    DemoSignIn("Sami, National Contact Centre", "/ar/staff/sign-in/", "sami@ncc.example", PASSWORD),
    DemoSignIn(
        "Haitham, operations directorate of Miyahuna", "/ar/staff/sign-in/", "haitham@miyahuna.example", PASSWORD
    ),
    DemoSignIn("Huda, system operator", "/ar/staff/sign-in/", "huda@cmu.example", PASSWORD),
    DemoSignIn("Tariq, second system operator", "/ar/staff/sign-in/", "tariq@cmu.example", PASSWORD),
    DemoSignIn("Reem, head of the CMU", "/ar/staff/sign-in/", "head@cmu.example", PASSWORD),
    DemoSignIn("Hala, auditor of the CMU", "/ar/staff/sign-in/", "auditor@cmu.example", PASSWORD),
    DemoSignIn("Mahmoud, supervisor at the Contact Centre", "/ar/staff/sign-in/", "supervisor@ncc.example", PASSWORD),
    DemoSignIn("Asma, Prime Minister's office", "/ar/staff/sign-in/", "office@pm.example", PASSWORD),
    DemoSignIn("Mahmoud, office of the Minister of Water", "/ar/staff/sign-in/", "minister@mwi.example", PASSWORD),
)


class NotADemonstration(RuntimeError):
    """People with known passwords were asked for outside EMBEDDED mode."""


def make_demo_people(at: datetime) -> dict[str, Citizen | User]:
    """Create the missing people of the demonstration and return all by key; agencies must be loaded.

    Idempotent. Raise ``NotADemonstration`` unless settings.EMBEDDED.
    """
    if not settings.EMBEDDED:
        raise NotADemonstration
    with transaction.atomic():
        citizens: dict[str, Citizen | User] = {sample.key: _citizen(sample, at=at) for sample in CITIZENS}
        staff = {sample.key: _sample_staff_user(sample, at=at) for sample in STAFF}
        first = (staff["huda"], staff["tariq"])
        # The operators first, as in an installation: together they gave the roles of the unit.
        for sample in sorted(STAFF, key=lambda one: one.role != Role.OPERATOR):
            _give(sample, staff[sample.key], first, at=at)
        return citizens | staff


def _citizen(sample: DemoCitizen, *, at: datetime) -> Citizen:
    found = Citizen.objects.numbered(NumberKind.NATIONAL, sample.number).matched().first()
    return found or _new_citizen(sample, registered_people()[NumberKind.NATIONAL, sample.number], at=at)


def _new_citizen(sample: DemoCitizen, person: RegisteredPerson, *, at: datetime) -> Citizen:
    user = User.objects.create_citizen(language="ar", password_hash=hash_for_number(PASSWORD, person.number))
    citizen = Citizen.objects.create(
        user=user,
        number_kind=person.number_kind,
        number=person.number,
        first_name=person.first_name,
        father_name=person.father_name,
        grandfather_name=person.grandfather_name,
        family_name=person.family_name,
        birth_date=person.birth_date,
        phone=sample.phone,
        email=sample.email,
        email_confirmed_at=at if sample.email else None,
        governorate=Governorate.objects.get(code=sample.governorate),
        city=sample.city,
        address=sample.address,
        identity=Identity.MATCHED,
        identity_changed_at=at,
        created_at=at,
    )
    IdentityCheck.objects.create(
        citizen=citizen,
        source=EmbeddedRegistry.name,
        outcome=RegistryOutcome.MATCHED,
        fields_matched=[NUMBER, NAME, BIRTH_DATE],
        at=at,
    )
    PolicyAcceptance.objects.create(citizen=citizen, version=POLICY_VERSION, language="ar", accepted_at=at)
    return citizen


def _sample_staff_user(sample: DemoStaff, *, at: datetime) -> User:
    return User.objects.filter(login=sample.email).first() or _new_staff_member(sample, at=at)


def _give(sample: DemoStaff, user: User, operators: tuple[User, User], *, at: datetime) -> None:
    agency = Agency.objects.get(code=sample.agency)
    if Membership.objects.filter(user=user, agency=agency, role=sample.role).exists():
        return
    membership = Membership(user=user, agency=agency, role=sample.role, starts_on=_since(at))
    if sample.directorate:
        membership.directorate = Directorate.objects.filter(code=sample.directorate).first()
    if sample.role in PROTECTED:
        membership.change = _change(membership, operators, at=at)
        membership.change.save(force_insert=True)
    membership.save(force_insert=True)


def _change(membership: Membership, operators: tuple[User, User], *, at: datetime) -> StaffChange:
    """Return the change that gave a role of the unit: the first operators were installed, and gave all others."""
    change = StaffChange(
        kind=StaffChangeKind.ROLE_GIVEN,
        subject=membership.user,
        role=membership.role,
        agency=membership.agency,
        starts_on=membership.starts_on,
        proposed_at=at,
        outcome=Outcome.DONE,
        decided_at=at,
    )
    if membership.user in operators:
        change.installed_as = operators.index(membership.user) + 1
    else:
        change.needs_consent = True
        change.proposed_by, change.decided_by = operators
    return change


def _since(at: datetime) -> date:
    return date(timezone.localdate(at).year - 1, 1, 1)


def make_demo_colleagues(at: datetime) -> int:
    """Create the missing staff of the other agencies and of the unit, for agencies that are loaded; return how many.

    Idempotent. They sign in with ``PASSWORD`` too. Raise ``NotADemonstration`` unless settings.EMBEDDED.
    """
    if not settings.EMBEDDED:
        raise NotADemonstration
    agencies = {agency.code: agency for agency in Agency.objects.all()}
    known = set(User.objects.filter(is_staff=True).values_list("login", flat=True))
    with COLLEAGUES.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["agency"] in agencies and row["email"] not in known]
    users = {row["email"]: _staff_user(**row) for row in rows}
    memberships = [
        Membership(user=users[row["email"]], agency=agencies[row["agency"]], role=row["role"], starts_on=_since(at))
        for row in rows
    ]
    with transaction.atomic():
        User.objects.bulk_create(users.values())
        Factor.objects.bulk_create(_app(user, at=at) for user in users.values())
        _consent_to_all([one for one in memberships if one.role in PROTECTED], at=at)
        Membership.objects.bulk_create(memberships)
        _propose_an_auditor(users, at=at)
    return len(rows)


def _consent_to_all(memberships: list[Membership], *, at: datetime) -> None:
    staff = User.objects.in_bulk(["huda@cmu.example", "tariq@cmu.example"], field_name="login")
    for membership in memberships:
        membership.change = _change(membership, (staff["huda@cmu.example"], staff["tariq@cmu.example"]), at=at)
    StaffChange.objects.bulk_create(one.change for one in memberships if one.change is not None)


def _propose_an_auditor(users: Mapping[str, User], *, at: datetime) -> None:
    """Leave a proposal for a second person, such as Lina or Huda, to consent to."""
    head, colleague = users.get("head@cmu.example"), users.get("unit3@cmu.example")
    if head is not None and colleague is not None:
        terms = RoleTerms(Role.AUDITOR, Agency.objects.get(code="cmu"), timezone.localdate(at))
        propose(colleague, terms, by=head, at=at)


@cache
def _password_hash() -> str:
    """Hash the password once for all: Argon2 is slow on purpose, and everybody knows this one."""
    return make_password(PASSWORD)


def _new_staff_member(sample: DemoStaff, *, at: datetime) -> User:
    user = _staff_user(email=sample.email, name_ar=sample.name_ar, name_en=sample.name_en, phone=sample.phone)
    user.save(force_insert=True)
    _app(user, at=at).save(force_insert=True)
    return user


def _app(user: User, *, at: datetime) -> Factor:
    return Factor(user=user, kind=FactorKind.APP, secret=APP_SECRET, created_at=at)


def current_codes(at: datetime) -> tuple[str, str]:
    """Return the code that every member of staff of the demonstration may enter now, and the one after it.

    Each code is accepted once for each person, and the second one already now. Raise ``NotADemonstration`` unless
    settings.EMBEDDED.
    """
    if not settings.EMBEDDED:
        raise NotADemonstration
    step = factors.step_at(at)
    return factors.code(APP_SECRET, step=step), factors.code(APP_SECRET, step=step + 1)


def _staff_user(*, email: str, name_ar: str, name_en: str, phone: str, **_membership: str) -> User:
    return User(
        login=email,
        email=email,
        password=_password_hash(),
        is_staff=True,
        name_ar=name_ar,
        name_en=name_en,
        phone=phone,
    )
