"""Cases in every state, made by the actions alone; who and what stands around them; the moment pages live in."""

import errno
import os
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone, translation
from playwright.sync_api import Browser, Page
from pytest_django import Settings

from accounts.models import Citizen, User
from accounts.roles import Role
from agencies.models import Agency, Directorate, Governorate, OutsideCentre, Topic
from complaints.actions import accept, add_task, close, decline, file, refer
from complaints.actions.consultations import consult
from complaints.actions.filing import Filing
from complaints.actions.links import link
from complaints.models import Case, Consultation, Draft, LinkKind, ReferralTask
from kit import file_storage
from notifications.models import Message
from tests.cast import make_citizen, make_staff, sign_in
from tests.complaints import DETAILS, DONE, FOUND, NOT_OURS, PARTNER_TASK, REQUEST, SUBJECT
from tests.complaints.cases import Bounce, FileCase, MakeDraft, Neighbours, make_topic
from tests.complaints.message_states import MakeMessage
from tests.complaints.pages import Clock, Desk
from tests.journeys.conftest import DESK, PHONE
from tests.prepared_rows import prepared

# ---- the moment, the language and the browsers of the pages ----


@pytest.fixture
def clock(now: datetime, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The moment the pages live in, which stands still until a test moves it on."""
    clock = Clock(now)
    monkeypatch.setattr(timezone, "now", clock)
    return clock


@pytest.fixture
def english() -> Iterator[None]:
    """Let pages be asked for in English, whose sentences the tests quote."""
    with translation.override("en"):
        yield


@pytest.fixture
def media(settings: Settings, tmp_path: Path) -> None:
    """Keep the files of a test in a folder of its own."""
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def full_disk(media: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the disk of the files be full when one is written to it for good."""

    def refuse(_path: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(file_storage, "_sync", refuse)


@pytest.fixture
def desk() -> Desk:
    """Return a function that signs somebody in and gives their browser."""
    return lambda person: sign_in(Client(), person)


@pytest.fixture
def as_amina(amina: Citizen) -> Client:
    return sign_in(Client(), amina)


@pytest.fixture(params=[("ar", PHONE), ("en", DESK)], ids=["ar-phone", "en-desk"])
def window(browser: Browser, request: pytest.FixtureRequest) -> Iterator[tuple[Page, str]]:
    """An empty page of a fresh browser, and the language to read in: both languages and both sizes, in two runs."""
    language, size = request.param
    with browser.new_context(service_workers="block", viewport=size, reduced_motion="reduce") as context:
        yield context.new_page(), language


# ---- topics ----


@pytest.fixture
@prepared
def outage(db: None) -> Topic:
    """An ordinary topic with a limit of seven working days."""
    return make_topic("outage", "انقطاع المياه", "Water outage", parent=make_topic("supply", "المياه", "Water supply"))


@pytest.fixture
@prepared
def conduct(db: None) -> Topic:
    """A sensitive topic: identity hidden, second signature."""
    group = make_topic("svc", "مستوى تقديم الخدمة", "Service delivery")
    return make_topic(
        "svc-staff", "سلوك الموظف", "Staff behaviour", parent=group, hides_identity=True, second_signature=True
    )


@pytest.fixture
@prepared
def inquiry(db: None) -> Topic:
    """The topic of inquiries."""
    group = make_topic("other", "أخرى", "Other", kinds=["inquiry"])
    return make_topic(
        "other-inquiry", "استفسار عن خدمة", "Inquiry about a service", parent=group, kinds=["inquiry"], limit_days=3
    )


# ---- people and centres ----


@pytest.fixture
@prepared
def rami(cmu: Agency) -> User:
    """A colleague of lina's at the CMU, who handled nothing."""
    return make_staff("rami@cmu.example", "رامي حداد", "Rami Haddad", "+962790100006", cmu, Role.CMU_STAFF)


@pytest.fixture
@prepared
def adel(cmu: Agency) -> User:
    """An operator, who may see no case."""
    return make_staff("adel@ops.example", "عادل نمر", "Adel Nimer", "+962790100010", cmu, Role.OPERATOR)


@pytest.fixture
@prepared
def dana(water: Agency) -> User:
    """A second officer at the water company."""
    return make_staff("dana@miyahuna.example", "دانا عيسى", "Dana Issa", "+962790100009", water, Role.OFFICER)


@pytest.fixture
@prepared
def hani(water: Agency) -> User:
    """A colleague of omar's at the water company."""
    return make_staff("hani@miyahuna.example", "هاني العلي", "Hani Ali", "+962790100008", water, Role.OFFICER)


@pytest.fixture
@prepared
def samar(water: Agency) -> User:
    """The secretary-general of the water company."""
    return make_staff(
        "samar@miyahuna.example", "سمر نصار", "Samar Nassar", "+962790100009", water, Role.SECRETARY_GENERAL
    )


@pytest.fixture
@prepared
def centre(water: Agency) -> OutsideCentre:
    return OutsideCentre.objects.create(
        code="water-117116",
        name_ar="مركز شكاوى المياه",
        name_en="Water Complaints Centre",
        phone="117116",
        agency=water,
    )


# ---- cases and drafts ----


@pytest.fixture
@prepared
def file_case(amina: Citizen, water: Agency, outage: Topic, omar: User, lina: User, now: datetime) -> FileCase:
    """Return a function that files amina's complaint to the water company, or what its arguments say instead."""

    def make(*, at: datetime = now, by: User | None = None, **said: object) -> Case:
        filing = Filing(
            **{
                "citizen": amina,
                "kind": "complaint",
                "agency": water,
                "topic": outage,
                "subject": SUBJECT,
                "details": DETAILS,
                **said,
            }
        )
        return file(filing, by=by or filing.citizen.user or lina, at=at)

    return make


@pytest.fixture
@prepared
def referred(file_case: FileCase) -> Case:
    """A complaint the water company has to decide on."""
    return file_case()


@pytest.fixture
@prepared
def triaged(file_case: FileCase) -> Case:
    """A complaint without an agency."""
    return file_case(agency=None)


@pytest.fixture
@prepared
def accepted(referred: Case, omar: User, now: datetime) -> Case:
    """A complaint omar accepted with a promise in five working days."""
    accept(referred, by=omar, at=now, days=5)
    return referred


@pytest.fixture
@prepared
def closed(accepted: Case, omar: User, now: datetime) -> Case:
    """A complaint omar answered."""
    close(accepted, by=omar, at=now, outcome="solved", found=FOUND, done=DONE)
    return accepted


@pytest.fixture
@prepared
def bounced(file_case: FileCase, omar: User, yusuf: User, lina: User, gam: Agency, irbid: Governorate) -> Bounce:
    """Return a function that lets a case of Irbid come back to the unit as often as its argument says."""

    def make(times: int, *, at: datetime, **said: object) -> Case:
        case = file_case(at=at, **{"governorate": irbid, **said})
        for turn in range(times):
            water = case.agency
            assert water is not None
            by, to = (omar, gam) if turn % 2 == 0 else (yusuf, Agency.objects.get(code="miyahuna"))
            decline(case, by=by, at=at, reason="other_place", text=NOT_OURS, proposed_agency=to)
            if turn + 1 < times:
                refer(case, by=lina, at=at, agency=to)
        return case

    return make


@pytest.fixture
@prepared
def make_draft(amina: Citizen, water: Agency, outage: Topic, now: datetime) -> MakeDraft:
    """Return a function that makes amina's complete draft of a complaint, or what its arguments say instead."""

    def make(**said: object) -> Draft:
        values: dict[str, object] = {
            "citizen": amina,
            "kind": "complaint",
            "agency": water,
            "topic": outage,
            "subject": SUBJECT,
            "details": DETAILS,
            "updated_at": now,
        }
        return Draft.objects.create(**(values | said))

    return make


@pytest.fixture
@prepared
def draft(make_draft: MakeDraft) -> Draft:
    """Amina's complete draft."""
    return make_draft()


# ---- other agencies, directorates and linked cases ----


@pytest.fixture
@prepared
def partner_task(accepted: Case, omar: User, gam: Agency, yusuf: User, now: datetime) -> ReferralTask:
    """Greater Amman's part of a case the water company leads, due in three working days."""
    return add_task(accepted, by=omar, at=now, agency=gam, text=PARTNER_TASK, days=3)


@pytest.fixture
@prepared
def consultation(accepted: Case, omar: User, network: Directorate, now: datetime) -> Consultation:
    """What omar asked the networks directorate about an accepted case; it has no e-mail address."""
    return consult(accepted, by=omar, at=now, directorate=network, text=REQUEST)


@pytest.fixture
@prepared
def neighbours(db: None) -> Neighbours:
    """Return a function that makes that many citizens, every second one of whom is told by e-mail in English."""

    def make(number: int) -> list[Citizen]:
        return [_neighbour(place) for place in range(number)]

    return make


def _neighbour(place: int) -> Citizen:
    return make_citizen(
        "جار", str(place), f"98{place:08}", f"+96279{place:07}", birth_date=date(1980, 1, 1), father_name="علي"
    )


@pytest.fixture
@prepared
def lead(accepted: Case) -> Case:
    """Amina's complaint, accepted: the first of the incident."""
    return accepted


@pytest.fixture
@prepared
def follow(file_case: FileCase, lead: Case, omar: User, now: datetime) -> Callable[..., Case]:
    """Return a function that files a case of somebody and puts it under the lead."""

    def make(citizen: Citizen, *, is_accepted: bool = False, **said: object) -> Case:
        case = file_case(citizen=citizen, **said)
        if is_accepted:
            accept(case, by=omar, at=now, days=3)
        link(case, lead, LinkKind.SAME_PROBLEM, by=omar, at=now)
        case.refresh_from_db()
        return case

    return make


# ---- messages ----


@pytest.fixture
@prepared
def make_message(amina: Citizen, now: datetime) -> MakeMessage:
    """Return a function that makes a message to amina about no case, or what its arguments say instead."""

    def make(number: int = 1, **said: object) -> Message:
        return Message.objects.create(
            **{
                "occasion": f"test:{number}",
                "template": "password_changed",
                "channel": "sms",
                "recipient": f"citizen:{amina.pk}",
                "language": "ar",
                "address": amina.phone,
                "subject": "",
                "body": "تغيرت كلمة مروركم في بخدمتكم.",
                "created_at": now,
                **said,
            }
        )

    return make
