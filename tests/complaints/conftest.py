"""Cases in every state, made by the actions alone."""

from collections.abc import Callable
from datetime import datetime

import pytest

from accounts.models import Citizen, User
from accounts.roles import Role
from agencies.models import Agency, Topic
from complaints.actions import accept, close, file
from complaints.actions.filing import Filing
from complaints.models import Case
from tests.cast import make_staff
from tests.complaints import DETAILS, DONE, FOUND, SUBJECT

type FileCase = Callable[..., Case]


def make_topic(code: str, name_ar: str, name_en: str, *, parent: Topic | None = None, **fields: object) -> Topic:
    """Make a topic of complaints with a limit of seven working days, or what its arguments say instead."""
    defaults: dict[str, object] = {"kinds": ["complaint"], "priority": "normal", "limit_days": 7}
    return Topic.objects.create(code=code, name_ar=name_ar, name_en=name_en, parent=parent, **(defaults | fields))


@pytest.fixture
def outage(db: None) -> Topic:
    """An ordinary topic with a limit of seven working days."""
    return make_topic("outage", "انقطاع المياه", "Water outage", parent=make_topic("supply", "المياه", "Water supply"))


@pytest.fixture
def conduct(db: None) -> Topic:
    """A sensitive topic: identity hidden, second signature."""
    group = make_topic("svc", "مستوى تقديم الخدمة", "Service delivery")
    return make_topic(
        "svc-staff", "سلوك الموظف", "Staff behaviour", parent=group, hides_identity=True, second_signature=True
    )


@pytest.fixture
def inquiry(db: None) -> Topic:
    """The topic of inquiries."""
    group = make_topic("other", "أخرى", "Other", kinds=["inquiry"])
    return make_topic(
        "other-inquiry", "استفسار عن خدمة", "Inquiry about a service", parent=group, kinds=["inquiry"], limit_days=3
    )


@pytest.fixture
def rami(cmu: Agency) -> User:
    """A colleague of lina's at the CMU, who handled nothing."""
    return make_staff("rami@cmu.example", "رامي حداد", "Rami Haddad", "+962790100006", cmu, Role.CMU_STAFF)


@pytest.fixture
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
            }  # type: ignore[arg-type]
        )
        return file(filing, by=by or filing.citizen.user or lina, at=at)

    return make


@pytest.fixture
def referred(file_case: FileCase) -> Case:
    """A complaint the water company has to decide on."""
    return file_case()


@pytest.fixture
def triaged(file_case: FileCase) -> Case:
    """A complaint without an agency."""
    return file_case(agency=None)


@pytest.fixture
def accepted(referred: Case, omar: User, now: datetime) -> Case:
    """A complaint omar accepted with a promise in five working days."""
    accept(referred, by=omar, at=now, days=5)
    return referred


@pytest.fixture
def closed(accepted: Case, omar: User, now: datetime) -> Case:
    """A complaint omar answered."""
    close(accepted, by=omar, at=now, outcome="solved", found=FOUND, done=DONE)
    return accepted
