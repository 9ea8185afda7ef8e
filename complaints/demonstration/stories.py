"""The cases of the two citizens one signs in as, led through their lives by the actions alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast

from django.utils import timezone

from accounts.models import Citizen, User
from agencies.models import Agency, Directorate, Governorate, Topic, current_calendar
from complaints.actions import accept, add, add_task, ask, close, decline, file, object_to
from complaints.actions.answers import given_answers, questions_for
from complaints.actions.consultations import consult, estimate
from complaints.actions.decisions import propose_extension
from complaints.actions.filing import Filing
from complaints.clocks import extensions
from complaints.clocks.clockwork import promise_days
from complaints.models import Case, Macro, MacroAct, RefusalReason, StandardText
from complaints.simulation.texts import EXTENSION_REASON, CaseText, read_texts
from complaints.simulation.world import Seed
from complaints.workflow import Kind, Outcome

WATER, MUNICIPALITY = "miyahuna", "gam"
GOVERNORATE: Final = "JO-AM"
#: What the two complain about, in this order; and what waits in triage, so that the unit has something to refer.
TOPICS: Final = (
    "water-outage",
    "roads-holes",
    "water-bill",
    "muni-waste",
    "water-leak",
    "roads-light",
    "water-sewage",
    "muni-pests",
    "water-connect",
    "roads-drain",
    "muni-parks",
    "roads-build",
    "water-quality",
    "muni-noise",
    "roads-pave",
)
IN_TRIAGE: Final = ("consumer-telecom", "transport-bus", "env-dump", "svc-noreply")
PLACES: Final = ("الجبيهة", "خلدا", "ماركا", "طبربور", "الهاشمي الشمالي", "تلاع العلي")
STREETS: Final = ("شارع الجامعة", "شارع المدارس", "شارع السوق")

NOT_OURS: Final = "الموقع على طريق رئيسي خارج حدود مسؤوليتنا."
PART: Final = "نرجو إفادتنا إن كانت لديكم أعمال في الموقع نفسه، ومتى تنتهي."
TO_DIRECTORATE: Final = "نرجو معاينة الموقع وبيان سبب المشكلة والمدة اللازمة لمعالجتها."
TEXT_TITLE: Final = "كسر في وصلة فرعية"
TEXT_FOUND: Final = "عاينت فرقة الصيانة الخط المغذي في {place} ووجدت كسرًا في الوصلة الفرعية."
TEXT_DONE: Final = "استبدلت الفرقة الوصلة يوم {date} وأعيد الضخ، وقيس الضغط بعد الإصلاح."
#: Answers to the questions of topics; a number is a day, so many days before the filing.
ANSWERS: Final[Mapping[str, str | int]] = {
    "water-outage-since": 10,
    "water-outage-who": "The whole street or district",
    "water-outage-number": "1-40-22871",
    "water-leak-much": "A flood that blocks the road",
    "roads-build-plot": "حوض 14، قطعة 386",
    "roads-build-stage": "Under construction",
}
#: A macro of the demonstration: what the officer of the water company does to every leak.
MACRO_NAME: Final = "تسرب في الشارع: تأكيد وسؤال المديرية"
MACRO_TEXT: Final = "عاينوا الموقع، واذكروا سبب التسرب ومتى يُصلح."
#: The directorate that gets its links by e-mail; the others get them from the officer.
WITH_EMAIL, EMAIL = "miyahuna-ops", "operations@miyahuna.example"


@dataclass(frozen=True)
class Cast:
    """The people who act in the stories."""

    amina: Citizen
    karim: Citizen
    omar: User
    yusuf: User

    @classmethod
    def among(cls, people: Mapping[str, Citizen | User]) -> Cast:
        """Return those of ``accounts.demo.make_demo_people``."""
        return cls(
            amina=cast(Citizen, people["amina"]),
            karim=cast(Citizen, people["karim"]),
            omar=cast(User, people["omar"]),
            yusuf=cast(User, people["yusuf"]),
        )

    def officer(self, case: Case) -> User:
        """Return the officer of the case's agency."""
        return self.omar if case.agency and case.agency.code == WATER else self.yusuf


@dataclass(frozen=True)
class Story:
    """One case of a story: who acts, and what each of them writes."""

    case: Case
    cast: Cast
    seed: Seed
    at: datetime

    @property
    def officer(self) -> User:
        """Return the officer of the agency that has the case."""
        return self.cast.officer(self.case)

    def write(self, column: str) -> str:
        """Return what somebody writes, from the table of texts."""
        return self.seed.write(column, self.at)


type Plot = Callable[[Story], None]


def tell_stories(cast_: Cast, at: datetime) -> int:
    """File the cases of the two citizens in the days before ``at`` and lead each some way; return how many."""
    Directorate.objects.filter(code=WITH_EMAIL, email="").update(email=EMAIL)
    _keep_text(cast_, at)
    _keep_macro(cast_, at)
    texts = {text.topic: text for text in reversed(read_texts()) if text.kind == Kind.COMPLAINT}
    chosen = [texts[topic] for topic in (*TOPICS, *IN_TRIAGE) if topic in texts]
    return sum(_live(number, text, cast_, at) for number, text in enumerate(chosen))


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


def _keep_macro(cast_: Cast, at: datetime) -> None:
    """Keep one macro that all officers of the water company can run."""
    agency, directorate = Agency.objects.get(code=WATER), Directorate.objects.filter(code=WITH_EMAIL).first()
    if directorate is None:
        return
    macro = Macro.objects.create(agency=agency, name=MACRO_NAME, changed_by=cast_.omar, changed_at=at)
    macro.steps.create(number=1, act=MacroAct.ACCEPT, directorate=directorate)
    macro.steps.create(number=2, act=MacroAct.LABEL, label="تسرب")
    macro.steps.create(number=3, act=MacroAct.CONSULT, directorate=directorate, text=MACRO_TEXT)


def _live(number: int, text: CaseText, cast_: Cast, at: datetime) -> bool:
    """File one case and lead it through its plot; the plots take turns."""
    days_ago, plot = PLOTS[number % len(PLOTS)]
    filed_at = at - timedelta(days=days_ago, hours=number % 5, minutes=7 * number % 60)
    citizen = cast_.amina if number % 3 else cast_.karim
    topic = Topic.objects.filter(code=text.topic, parent__isnull=False).first()
    if topic is None or citizen.user is None:
        return False
    seed = _seed(number, text, topic)
    filing = Filing(
        citizen=citizen,
        kind=text.kind,
        topic=topic,
        subject=seed.write("subject", filed_at),
        details=seed.write("details", filed_at),
        agency=_agency(text),
        governorate=seed.governorate,
        area=seed.place,
        answers=given_answers(questions_for(topic, kind=text.kind), _answers(filed_at)),
    )
    case = file(filing, by=citizen.user, at=filed_at)
    if case.agency is not None:
        plot(Story(case, cast_, seed, filed_at))
    return True


def _seed(number: int, text: CaseText, topic: Topic) -> Seed:
    place = PLACES[number % len(PLACES)]
    gaps = {"place": place, "street": STREETS[number % len(STREETS)], "days": str(3 + number), "number": "22871"}
    governorate = Governorate.objects.filter(code=GOVERNORATE).first()
    return Seed(text, gaps, topic, desk=None, owner=None, governorate=governorate, place=place, channel="web")


def _agency(text: CaseText) -> Agency | None:
    if text.topic in IN_TRIAGE:
        return None
    return Agency.objects.get(code=WATER if text.topic.startswith("water") else MUNICIPALITY)


def _answers(at: datetime) -> dict[str, str]:
    """Return the answers, with the days counted back from ``at``."""
    today = timezone.localdate(at)
    return {
        code: answer if isinstance(answer, str) else (today - timedelta(days=answer)).isoformat()
        for code, answer in ANSWERS.items()
    }


def _fresh(_story: Story) -> None:
    """Leave the case as it was filed."""


def _accepted(story: Story) -> None:
    case, accepted_at = story.case, story.at + timedelta(hours=20)
    # Two working days, or what the topic still leaves: the demonstration starts on any day of any year.
    days = min(2, promise_days(case, at=accepted_at, calendar=current_calendar()))
    accept(case, by=story.officer, at=accepted_at, days=days, directorate=_directorate(story))


def _postponed(story: Story) -> None:
    """A later date is proposed, on which the supervisor decides."""
    _accepted(story)
    case, proposed_at, calendar = story.case, story.at + timedelta(hours=21), current_calendar()
    most = extensions.most_days(case, extensions.require_promise_clock(case), calendar=calendar)
    if most:
        propose_extension(case, by=story.officer, at=proposed_at, days=min(2, most), reason=EXTENSION_REASON)


def _consulted(story: Story) -> None:
    _accepted(story)
    case, asked_at = story.case, story.at + timedelta(hours=21)
    if case.directorate is not None:
        asked = consult(case, by=story.officer, at=asked_at, directorate=case.directorate, text=TO_DIRECTORATE)
        estimate(asked, at=asked_at + timedelta(hours=2), number=1, days=3)


def _added(story: Story) -> None:
    _accepted(story)
    user = story.case.citizen.user
    if user is not None:
        add(story.case, by=user, at=story.at + timedelta(days=1), text=story.write("addition"))


def _shared(story: Story) -> None:
    """The other of the two agencies is asked to contribute."""
    _added(story)
    case, asked_at = story.case, story.at + timedelta(days=1, hours=1)
    if case.agency is not None:
        other = Agency.objects.get(code=MUNICIPALITY if case.agency.code == WATER else WATER)
        add_task(case, by=story.officer, at=asked_at, agency=other, text=PART, days=min(3, case.limit_days))


def _waiting(story: Story) -> None:
    _accepted(story)
    ask(story.case, by=story.officer, at=story.at + timedelta(days=1), text=story.write("question"))


def _answered(story: Story) -> None:
    _accepted(story)
    if story.case.needs_second_signature:
        return
    closed_at = story.at + timedelta(days=2)
    found, done = (story.seed.write(column, closed_at) for column in ("found", "solved"))
    close(story.case, by=story.officer, at=closed_at, outcome=Outcome.SOLVED, found=found, done=done)


def _objected(story: Story) -> None:
    _answered(story)
    user = story.case.citizen.user
    if user is not None and not story.case.is_open:
        object_to(story.case, by=user, at=story.at + timedelta(days=3), text=story.write("objection"))


def _declined(story: Story) -> None:
    owner = Agency.objects.filter(code="mopwh").first()
    if owner is not None:
        decline(
            story.case,
            by=story.officer,
            at=story.at + timedelta(hours=3),
            reason=RefusalReason.OTHER_PLACE,
            text=NOT_OURS,
            proposed_agency=owner,
        )


def _directorate(story: Story) -> Directorate | None:
    agency = story.case.agency
    return agency.directorates.filter(code=f"{agency.code}-{story.seed.text.directorate}").first() if agency else None


#: Days before today on which a case is filed, and what happens to it until today: fresh, late, waiting, answered …
PLOTS: Final[tuple[tuple[int, Plot], ...]] = (
    (0, _fresh),
    (1, _postponed),
    (9, _accepted),
    (3, _waiting),
    (8, _consulted),
    (6, _objected),
    (3, _answered),
    (1, _declined),
    (7, _answered),
    (2, _shared),
    (1, _accepted),
)
