"""The cast of the tests, and the little of the country they need.

``amina`` complains and ``karim`` is the second citizen; ``omar`` is officer at the water company and ``nadia`` his
supervisor; ``yusuf`` is officer at Greater Amman and must never learn that Water's cases exist; ``lina`` is at the CMU;
``sami`` at the contact centre; ``huda`` looks after the system. Everybody's password is ``PASSWORD``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from functools import cache
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.hashers import Argon2PasswordHasher, make_password
from django.contrib.auth.models import update_last_login
from django.test import Client
from django.utils import timezone
from playwright.sync_api import BrowserContext

from accounts import policy
from accounts.models import (
    Citizen,
    Factor,
    FactorKind,
    Identity,
    Membership,
    NumberKind,
    Outcome,
    StaffChange,
    StaffChangeKind,
    User,
)
from accounts.roles import PROTECTED, Role
from accounts.sign_in import factors
from accounts.sign_in.backends import CITIZEN_BACKEND, STAFF_BACKEND
from accounts.sign_in.factors import FACTOR_AT
from accounts.sign_in.sessions import BEGAN, SessionStore
from agencies.models import Agency, Directorate, Governorate, Period, Topic, WorkingHours
from tests.prepared_rows import prepared

PASSWORD = "olive-lantern-river"
APP_SECRET = "OLIVELANTERNRIVEROLIVELANTERNRIV"
NOW = datetime(2026, 1, 4, 10, 0, tzinfo=ZoneInfo("Asia/Amman"))  # a Sunday, in working hours
EVERY_KIND = ["complaint", "suggestion", "inquiry", "praise"]


@cache
def password_hash() -> str:
    """Hash the cast's password once a run: Argon2 is slow on purpose."""
    return make_password(PASSWORD)


@pytest.fixture(autouse=True, scope="session")
def cheap_hashing() -> Iterator[None]:
    """Hash passwords with the same algorithm at the least cost: a run hashes hundreds of them."""
    with pytest.MonkeyPatch.context() as patch:
        for cost, least in (("time_cost", 1), ("memory_cost", 8), ("parallelism", 1)):
            patch.setattr(Argon2PasswordHasher, cost, least)
        yield


@pytest.fixture
def now() -> datetime:
    return NOW


# ---- the country ----


@pytest.fixture
@prepared
def amman(db: None) -> Governorate:
    return Governorate.objects.create(code="JO-AM", name_ar="العاصمة", name_en="Amman (Capital)", sort_order=1)


@pytest.fixture
@prepared
def irbid(db: None) -> Governorate:
    return Governorate.objects.create(code="JO-IR", name_ar="إربد", name_en="Irbid", sort_order=2)


# A function beside a fixture is for what a module shares (``module_data``); the fixture finds what it made.


@pytest.fixture
@prepared
def hours(db: None) -> WorkingHours:
    return office_hours()


def office_hours() -> WorkingHours:
    usual = WorkingHours.objects.filter(period=Period.NORMAL)
    return usual.first() or usual.create(period=Period.NORMAL, opens=time(8, 30), closes=time(15, 30))


def make_agency(code: str, ar: str, en: str, **fields) -> Agency:
    defaults = {
        "name_ar": ar,
        "name_en": en,
        "short_name_ar": ar[:18],
        "short_name_en": en[:24],
        "kind": "company",
        "sector": "water",
    }
    return Agency.objects.create(code=code, **(defaults | fields))


@pytest.fixture
@prepared
def water(hours: WorkingHours) -> Agency:
    return water_company()


def water_company() -> Agency:
    return Agency.objects.filter(code="miyahuna").first() or make_agency(
        "miyahuna",
        "شركة مياه الأردن",
        "Jordan Water Company",
        short_name_ar="مياهنا",
        short_name_en="Miyahuna",
        aliases_ar="مياهنا",
        services_ar="دور المياه والفواتير والصرف الصحي",
    )


@pytest.fixture
@prepared
def gam(hours: WorkingHours) -> Agency:
    return greater_amman()


def greater_amman() -> Agency:
    return Agency.objects.filter(code="gam").first() or make_agency(
        "gam",
        "أمانة عمان الكبرى",
        "Greater Amman Municipality",
        short_name_ar="أمانة عمان",
        short_name_en="Greater Amman",
        kind="municipality",
        sector="municipal",
    )


@pytest.fixture
@prepared
def cmu(hours: WorkingHours) -> Agency:
    return complaints_unit()


def complaints_unit() -> Agency:
    return Agency.objects.filter(code="cmu").first() or make_agency(
        "cmu",
        "وحدة إدارة الشكاوى الحكومية",
        "Government Complaints Management Unit",
        short_name_ar="وحدة الشكاوى",
        short_name_en="CMU",
        kind="unit",
        sector="public_admin",
        is_complainable=False,
    )


@pytest.fixture
@prepared
def ncc(hours: WorkingHours) -> Agency:
    return make_agency(
        "ncc",
        "مركز الاتصال الوطني",
        "National Contact Centre",
        short_name_ar="مركز الاتصال",
        short_name_en="Contact Centre",
        kind="unit",
        sector="public_admin",
        is_complainable=False,
    )


@pytest.fixture
@prepared
def network(water: Agency) -> Directorate:
    return Directorate.objects.create(agency=water, name_ar="مديرية الشبكات", name_en="Networks Directorate")


@pytest.fixture
@prepared
def water_topic(db: None) -> Topic:
    return group_of_water()


def group_of_water() -> Topic:
    return Topic.objects.filter(code="water").first() or Topic.objects.create(
        code="water", name_ar="المياه", name_en="Water", kinds=EVERY_KIND, priority="normal", limit_days=10
    )


@pytest.fixture
@prepared
def leak(db: None) -> Topic:
    return leak_in_the_street()


def leak_in_the_street() -> Topic:
    return Topic.objects.filter(code="water-leak").first() or Topic.objects.create(
        code="water-leak",
        parent=group_of_water(),
        name_ar="تسرب مياه في الشارع",
        name_en="Water leak in the street",
        kinds=EVERY_KIND,
        priority="high",
        limit_days=5,
    )


# ---- the people ----


def make_citizen(first: str, family: str, number: str, phone: str, **fields) -> Citizen:
    user = User.objects.create_citizen(language="ar", password_hash=password_hash())
    defaults = {
        "number_kind": NumberKind.NATIONAL,
        "father_name": "سامي",
        "grandfather_name": "عادل",
        "birth_date": date(1990, 3, 27),
        "city": "عمّان",
        "address": "الجبيهة، شارع 12، بناية 7",
        "identity": Identity.MATCHED,
        "identity_changed_at": NOW,
        "created_at": NOW,
    }
    citizen = Citizen.objects.create(
        user=user, first_name=first, family_name=family, number=number, phone=phone, **(defaults | fields)
    )
    policy.accept(citizen, policy.POLICY_VERSION, language="ar", at=NOW)
    return citizen


def make_staff(
    email: str,
    name_ar: str,
    name_en: str,
    phone: str,
    agency: Agency,
    role: Role,
    *,
    starts_on: date = date(2025, 1, 1),
) -> User:
    user = User(
        login=email,
        email=email,
        name_ar=name_ar,
        name_en=name_en,
        phone=phone,
        is_staff=True,
        password=password_hash(),
    )
    user.save()
    give_role(user, agency, role, starts_on=starts_on)
    return user


def give_role(user: User, agency: Agency | None, role: Role, *, starts_on: date = date(2025, 1, 1)) -> Membership:
    """Give a role as it stands after a consent, where it needs one: by two people who can do nothing else."""
    change = consented_change(user, agency, role, starts_on=starts_on) if role in PROTECTED else None
    return Membership.objects.create(user=user, agency=agency, role=role, starts_on=starts_on, change=change)


def consented_change(user: User, agency: Agency | None, role: Role, *, starts_on: date) -> StaffChange:
    """Record that two people, who have no access, gave a role that takes two."""
    proposer, consenter = (User(pk=UUID(int=n), login=f"s:{n}", is_active=False) for n in (1, 2))
    User.objects.bulk_create([proposer, consenter], ignore_conflicts=True)
    return StaffChange.objects.create(
        kind=StaffChangeKind.ROLE_GIVEN,
        subject=user,
        role=role,
        agency=agency,
        starts_on=starts_on,
        needs_consent=True,
        proposed_by=proposer,
        proposed_at=NOW,
        outcome=Outcome.DONE,
        decided_by=consenter,
        decided_at=NOW,
    )


@pytest.fixture
@prepared
def amina(amman: Governorate) -> Citizen:
    return make_citizen(
        "أمينة",
        "الخطيب",
        "9902103456",
        "+962790001234",
        governorate=amman,
        email="amina@home.example",
        email_confirmed_at=NOW,
    )


@pytest.fixture
@prepared
def karim(irbid: Governorate) -> Citizen:
    return make_citizen(
        "كريم",
        "الحوراني",
        "9851204417",
        "+962780004417",
        father_name="يوسف",
        grandfather_name="محمود",
        birth_date=date(1985, 11, 2),
        governorate=irbid,
        city="إربد",
        address="شارع الجامعة، بناية 3",
    )


@pytest.fixture
@prepared
def omar(water: Agency) -> User:
    return make_staff("omar@miyahuna.example", "عمر الصمادي", "Omar Smadi", "+962790100001", water, Role.OFFICER)


@pytest.fixture
@prepared
def nadia(water: Agency) -> User:
    return make_staff("nadia@miyahuna.example", "نادية الشرع", "Nadia Shara", "+962790100002", water, Role.SUPERVISOR)


@pytest.fixture
@prepared
def yusuf(gam: Agency) -> User:
    return make_staff("yusuf@gam.example", "يوسف عويس", "Yusuf Owais", "+962790100003", gam, Role.OFFICER)


@pytest.fixture
@prepared
def lina(cmu: Agency) -> User:
    return make_staff("lina@cmu.example", "لينا مدانات", "Lina Madanat", "+962790100004", cmu, Role.CMU_STAFF)


@pytest.fixture
@prepared
def sami(ncc: Agency) -> User:
    return make_staff("sami@ncc.example", "سامي بقاعين", "Sami Baqain", "+962790100005", ncc, Role.AGENT)


@pytest.fixture
@prepared
def huda(cmu: Agency) -> User:
    return make_staff("huda@cmu.example", "هدى الكردي", "Huda Kurdi", "+962790100006", cmu, Role.OPERATOR)


# ---- at the keyboard ----


def sign_in(client: Client, person: User | Citizen) -> Client:
    """Open a session for somebody of the cast, with the second factor where they are staff, and return the client.

    Writes the row that ``force_login`` writes and reads in many steps: the suite signs in thousands of times.
    """
    user = person if isinstance(person, User) else person.user
    assert user is not None
    session, now = SessionStore(), int(timezone.now().timestamp())
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = STAFF_BACKEND if user.is_staff else CITIZEN_BACKEND
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session[BEGAN] = now
    if user.is_staff:
        session[FACTOR_AT] = now
    session.create_model_instance(dict(session.items())).save(force_insert=True)
    update_last_login(User, user)
    client.cookies[settings.SESSION_COOKIE_NAME] = str(session.session_key)
    return client


def give_app(user: User) -> Factor:
    """Give a member of staff an authenticator app, whose codes ``app_code`` returns."""
    return Factor.objects.create(user=user, kind=FactorKind.APP, secret=APP_SECRET, created_at=NOW)


def app_code(at: datetime | None = None, *, later: int = 0) -> str:
    """Return the code that the app of ``give_app`` shows at a moment, or some steps ``later``."""
    return factors.code(APP_SECRET, step=factors.step_at(at or timezone.now()) + later)


def let_in(context: BrowserContext, url: str, person: User | Citizen) -> None:
    """Give a browser the session of somebody of the cast at the site of ``url``."""
    cookie = sign_in(Client(), person).cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": url}])
