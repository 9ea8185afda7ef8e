"""The cases of the demonstration: real sample texts, led through their lives by the actions alone."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

from django.db import transaction
from django.utils import timezone

from accounts.demo import make_demo_people
from accounts.models import Citizen, User
from agencies.models import Agency, Directorate, Governorate, Topic, current_calendar
from complaints.actions import accept, add, add_task, ask, close, decline, file, object_to
from complaints.actions.consultations import consult, estimate
from complaints.actions.filing import Filing
from complaints.actions.topic_answers import given, questions_for
from complaints.clocks.clockwork import promise_days
from complaints.models import Case, RefusalReason, StandardText
from complaints.workflow import Kind, Outcome

SAMPLES = Path(__file__).parent / "data" / "sample_cases.csv"
WATER, MUNICIPALITY = "miyahuna", "gam"
#: Rows of the samples that wait in triage, so that the CMU has something to refer.
IN_TRIAGE = 4

FOUND = {
    WATER: "عاينت فرقة الصيانة الخط المغذي للموقع ووجدت كسرًا في الوصلة الفرعية أدى إلى ضعف الضخ.",
    MUNICIPALITY: "زار فريق المنطقة الموقع وتبين أن الخلل قائم كما وصفتموه وأن أمر العمل السابق لم يكتمل.",
}
DONE = {
    WATER: "استبدلت الفرقة الوصلة وأعيد الضخ في الدور التالي، وسُجل قياس الضغط بعد الإصلاح.",
    MUNICIPALITY: "أنجز المتعهد العمل وفحصه مهندس المنطقة، وأضيف الموقع إلى جولة التفتيش الشهرية.",
}
QUESTION = "هل المشكلة في الشارع كله أم أمام مبنى واحد؟ نرجو ذكر أقرب معلم معروف."
ADDED = "لاحظنا اليوم أن المشكلة امتدت إلى الشارع المجاور."
OBJECTION = "عادت المشكلة نفسها بعد يومين من الإصلاح."
NOT_OURS = "الموقع على طريق رئيسي خارج حدود مسؤوليتنا."
PART = "نرجو إفادتنا إن كانت لديكم أعمال في الموقع نفسه، ومتى تنتهي."
TEXT_TITLE = "كسر في وصلة فرعية"
TEXT_FOUND = "عاينت فرقة الصيانة الخط المغذي في {place} ووجدت كسرًا في الوصلة الفرعية."
TEXT_DONE = "استبدلت الفرقة الوصلة يوم {date} وأعيد الضخ، وقيس الضغط بعد الإصلاح."
TO_DIRECTORATE = "نرجو معاينة الموقع وبيان سبب المشكلة والمدة اللازمة لمعالجتها."
#: Answers to the questions of topics; a number is a day, so many days before the filing.
ANSWERS: dict[str, str | int] = {
    "water-outage-since": 10,
    "water-outage-who": "The whole street or district",
    "water-outage-number": "1-40-22871",
    "water-leak-much": "A flood that blocks the road",
    "roads-build-plot": "حوض 14، قطعة 386",
    "roads-build-stage": "Under construction",
    "transport-fare-plate": "50-18236",
}
#: The directorate that gets its links by e-mail; the others get them from the officer.
WITH_EMAIL, EMAIL = "miyahuna-ops", "operations@miyahuna.example"


@dataclass(frozen=True)
class Sample:
    """One row of the samples."""

    kind: str
    agency: str
    topic: str
    governorate: str
    place: str
    subject: str
    details: str


@dataclass(frozen=True)
class Cast:
    """Whoever acts in the demonstration."""

    amina: Citizen
    karim: Citizen
    omar: User
    yusuf: User

    def officer(self, case: Case) -> User:
        """Return the officer of the case's agency."""
        return self.omar if case.agency and case.agency.code == WATER else self.yusuf


type Story = Callable[[Case, Cast, datetime], None]


def make_demo_cases(at: datetime) -> int:
    """File the sample cases in the days before ``at`` and lead each some way; return how many were made.

    Does nothing when there is a case already. Raises ``accounts.demo.NotADemonstration`` outside EMBEDDED mode.
    """
    people = make_demo_people(at)
    if Case.objects.exists():
        return 0
    cast_ = Cast(
        amina=cast(Citizen, people["amina"]),
        karim=cast(Citizen, people["karim"]),
        omar=cast(User, people["omar"]),
        yusuf=cast(User, people["yusuf"]),
    )
    with transaction.atomic():
        Directorate.objects.filter(code=WITH_EMAIL, email="").update(email=EMAIL)
        _keep_text(cast_, at)
        return sum(_live(number, sample, cast_, at) for number, sample in enumerate(_samples()))


def _keep_text(cast_: Cast, at: datetime) -> None:
    """Keep one standard text of the water company, so that its officer is offered one."""
    StandardText.objects.create(
        agency=Agency.objects.get(code=WATER),
        outcome=Outcome.SOLVED,
        title=TEXT_TITLE,
        found=TEXT_FOUND,
        done=TEXT_DONE,
        changed_by=cast_.omar,
        changed_at=at,
    )


def _samples() -> Iterator[Sample]:
    """Yield the samples of the two agencies that have officers here, then those that wait in triage."""
    rows = list(_rows())
    yield from (row for row in rows if row.agency in {WATER, MUNICIPALITY})
    others = [row for row in rows if row.agency not in {WATER, MUNICIPALITY} and row.kind == Kind.COMPLAINT]
    yield from others[:IN_TRIAGE]


def _rows() -> Iterator[Sample]:
    with SAMPLES.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["language"] == "ar":
                yield Sample(
                    kind=row["kind"],
                    agency=row["agency_code"],
                    topic=row["category_code"],
                    governorate=row["governorate_code"],
                    place=row["place"],
                    subject=row["subject"],
                    details=row["body"],
                )


def _live(number: int, sample: Sample, cast_: Cast, at: datetime) -> bool:
    """File one sample and lead it through its story; the stories take turns."""
    days_ago, story = STORIES[number % len(STORIES)]
    filed_at = at - timedelta(days=days_ago, hours=number % 5, minutes=7 * number % 60)
    citizen = cast_.amina if number % 3 else cast_.karim
    topic = Topic.objects.filter(code=sample.topic, kinds__contains=[sample.kind], parent__isnull=False).first()
    if topic is None or citizen.user is None:
        return False
    filing = Filing(
        citizen=citizen,
        kind=sample.kind,
        topic=topic,
        subject=sample.subject[:120],
        details=sample.details,
        agency=Agency.objects.filter(code=sample.agency).first(),
        governorate=Governorate.objects.filter(code=sample.governorate).first(),
        area=sample.place[:120],
        answers=given(questions_for(topic, kind=sample.kind), _said(filed_at)),
    )
    case = file(filing, by=citizen.user, at=filed_at)
    if case.agency is not None and case.kind == Kind.COMPLAINT:
        story(case, cast_, filed_at)
    return True


def _said(at: datetime) -> dict[str, str]:
    """Return the answers, with the days counted back from ``at``."""
    today = timezone.localdate(at)
    return {
        code: said if isinstance(said, str) else (today - timedelta(days=said)).isoformat()
        for code, said in ANSWERS.items()
    }


def _fresh(case: Case, cast_: Cast, at: datetime) -> None:
    """Leave the case as it was filed."""


def _accepted(case: Case, cast_: Cast, at: datetime) -> None:
    accepted_at = at + timedelta(hours=20)
    # Two working days, or what the topic still leaves: the demonstration starts on any day of any year.
    days = min(2, promise_days(case, at=accepted_at, calendar=current_calendar()))
    accept(case, by=cast_.officer(case), at=accepted_at, days=days, directorate=_directorate(case))


def _consulted(case: Case, cast_: Cast, at: datetime) -> None:
    _accepted(case, cast_, at)
    if case.directorate is not None:
        asked_at = at + timedelta(hours=21)
        asked = consult(case, by=cast_.officer(case), at=asked_at, directorate=case.directorate, text=TO_DIRECTORATE)
        estimate(asked, at=asked_at + timedelta(hours=2), number=1, days=3)


def _added(case: Case, cast_: Cast, at: datetime) -> None:
    _accepted(case, cast_, at)
    user = case.citizen.user
    if user is not None:
        add(case, by=user, at=at + timedelta(days=1), text=ADDED)


def _shared(case: Case, cast_: Cast, at: datetime) -> None:
    """The other of the two agencies is asked for its part."""
    _added(case, cast_, at)
    if case.agency is not None:
        other = Agency.objects.get(code=MUNICIPALITY if case.agency.code == WATER else WATER)
        asked_at = at + timedelta(days=1, hours=1)
        add_task(case, by=cast_.officer(case), at=asked_at, agency=other, text=PART, days=min(3, case.limit_days))


def _waiting(case: Case, cast_: Cast, at: datetime) -> None:
    _accepted(case, cast_, at)
    ask(case, by=cast_.officer(case), at=at + timedelta(days=1), text=QUESTION)


def _answered(case: Case, cast_: Cast, at: datetime) -> None:
    _accepted(case, cast_, at)
    code = case.agency.code if case.agency else WATER
    if not case.needs_second_signature:
        close(
            case,
            by=cast_.officer(case),
            at=at + timedelta(days=2),
            outcome=Outcome.SOLVED,
            found=FOUND[code],
            done=DONE[code],
        )


def _objected(case: Case, cast_: Cast, at: datetime) -> None:
    _answered(case, cast_, at)
    user = case.citizen.user
    if user is not None and not case.is_open:
        object_to(case, by=user, at=at + timedelta(days=3), text=OBJECTION)


def _declined(case: Case, cast_: Cast, at: datetime) -> None:
    owner = Agency.objects.filter(code="mopwh").first()
    if owner is not None:
        decline(
            case,
            by=cast_.officer(case),
            at=at + timedelta(hours=3),
            reason=RefusalReason.OTHER_PLACE,
            text=NOT_OURS,
            proposed_agency=owner,
        )


def _directorate(case: Case) -> Directorate | None:
    return case.agency.directorates.first() if case.agency else None


#: Days before today on which a case is filed, and what happens to it: fresh, late, waiting, answered, objected.
STORIES: tuple[tuple[int, Story], ...] = (
    (0, _fresh),
    (1, _accepted),
    (9, _accepted),
    (3, _waiting),
    (8, _consulted),
    (6, _objected),
    (1, _answered),
    (1, _declined),
    (7, _answered),
    (2, _shared),
)
