"""What was written with the events of a case: each at its event, for whoever may read it."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Citizen, User
from agencies import reference_changes
from agencies.models import Agency, Directorate, OutsideCentre, Topic
from agencies.names import AgencyNames
from agencies.reference_changes import Author
from complaints import actions
from complaints.actions import recusals
from complaints.actions.consultations import consult, estimate, find
from complaints.case_text.answers import answer_rounds
from complaints.case_text.history import EventText, EventTexts, texts_for_citizen, texts_for_staff
from complaints.case_text.timeline import timeline
from complaints.models import Case, SpokenWith
from tests.complaints import DONE, FOUND
from tests.complaints.conftest import FileCase

type Told = list[tuple[str, EventText]]
type Step = Callable[[int], datetime]

pytestmark = pytest.mark.usefixtures("english")

MINUTE = timedelta(minutes=1)


def shown(case: Case, texts: EventTexts) -> Told:
    """Return the texts with the actions they were written with, in the order of the events."""
    return [(event.action, texts[event.pk]) for event in case.events.all() if event.pk in texts]


def for_staff(case: Case, user: User, at: datetime) -> Told:
    return shown(case, texts_for_staff(case, list(case.events.all()), user, at=at))


def for_citizen(case: Case) -> Told:
    return shown(case, texts_for_citizen(case, list(case.events.all())))


def agency_of(user: User) -> Agency:
    agency = user.memberships.get().agency
    assert agency is not None
    return agency


@pytest.fixture
def step(now: datetime) -> Step:
    return lambda number: now + number * MINUTE


def test_what_is_said_with_the_citizen(
    file_case: FileCase, amina: Citizen, omar: User, lina: User, yusuf: User, water: Agency, step: Step
) -> None:
    case = file_case(agency=agency_of(yusuf))
    actions.decline(case, by=yusuf, at=step(1), reason="other_place", text="المكان لمياهنا", proposed_agency=water)
    actions.ask(case, by=lina, at=step(2), text="في أي حي؟")
    actions.reply(case, by=amina.user, at=step(3), text="في حي نزال.")
    actions.refer(case, by=lina, at=step(4), agency=water, reason="المكان في عمان")
    actions.accept(case, by=omar, at=step(5), days=2)
    actions.add(case, by=amina.user, at=step(6), text="وامتد الانقطاع إلى الشارع المجاور.")
    actions.close(case, by=omar, at=step(11), outcome="solved", found=FOUND, done=DONE)
    actions.object_to(case, by=amina.user, at=step(12), text="لم يعد الماء إلى بيتنا.")
    told: Told = [
        ("decline", EventText(first="المكان لمياهنا", label="The place is in another agency's area", named=water.name)),
        ("ask", EventText(first="في أي حي؟")),
        ("reply", EventText(first="في حي نزال.")),
        ("refer", EventText(first="المكان في عمان", named=water.name)),
        ("add", EventText(first="وامتد الانقطاع إلى الشارع المجاور.")),
        ("close", EventText(first=FOUND, second=DONE, label="Solved")),
        ("object", EventText(first="لم يعد الماء إلى بيتنا.")),
    ]
    assert for_staff(case, omar, step(12)) == told
    assert for_citizen(case) == [(action, text) for action, text in told if action in {"ask", "reply", "add", "object"}]


def test_the_reason_of_a_later_date_is_the_citizens_once_it_is_granted(
    accepted: Case, omar: User, nadia: User, step: Step
) -> None:
    actions.propose_extension(accepted, by=omar, at=step(1), days=1, reason="القطعة في الطريق")
    actions.refuse_extension(accepted, by=nadia, at=step(2), reason="القطعة في المستودع")
    actions.propose_extension(accepted, by=omar, at=step(3), days=2, reason="القطعة نفدت")
    actions.extend(accepted, by=nadia, at=step(4))
    assert for_staff(accepted, omar, step(5)) == [
        ("propose_extension", EventText(first="القطعة في الطريق")),
        ("refuse_extension", EventText(first="القطعة في المستودع")),
        ("propose_extension", EventText(first="القطعة نفدت")),
        ("extend", EventText(first="القطعة نفدت")),
    ]
    assert for_citizen(accepted) == [("extend", EventText(first="القطعة نفدت"))]


@pytest.mark.usefixtures("undo_window")
def test_what_objections_and_archiving_say(
    closed: Case, triaged: Case, amina: Citizen, lina: User, rami: User, omar: User, step: Step
) -> None:
    actions.object_to(closed, by=amina.user, at=step(2), text="لم يعد الماء إلى بيتنا.")
    actions.uphold(closed, by=rami, at=step(3), days=1, reasons="لم يفحص الخط الفرعي")
    actions.close(closed, by=omar, at=step(4), outcome="solved", found=FOUND, done=DONE)
    actions.undo(closed, by=omar, at=step(5))
    actions.archive(triaged, by=lina, at=step(6), reason="ليس من شأن الحكومة")
    ruled = EventText(first="لم يفحص الخط الفرعي")
    answer = EventText(first=FOUND, second=DONE, label="Solved")
    said = [("object", EventText(first="لم يعد الماء إلى بيتنا.")), ("uphold", ruled)]
    assert for_staff(closed, omar, step(6)) == [("close", answer), *said, ("close", answer)]
    assert for_citizen(closed) == said
    assert for_staff(triaged, lina, step(6)) == [("archive", EventText(first="ليس من شأن الحكومة"))]
    assert for_citizen(triaged) == [("archive", EventText(first="ليس من شأن الحكومة"))]


def test_what_the_agency_says_with_others(
    accepted: Case,
    file_case: FileCase,
    omar: User,
    yusuf: User,
    network: Directorate,
    centre: OutsideCentre,
    step: Step,
) -> None:
    gam = agency_of(yusuf)
    asked = consult(accepted, by=omar, at=step(1), directorate=network, text="متى ينتهي العمل؟")
    estimate(asked, at=step(2), number=1, days=3)
    find(asked, at=step(3), finding="الخط مكسور", signed_as="هيثم")
    actions.hand_over(accepted, by=omar, at=step(4), centre=centre, reference="117-1")
    actions.take_back(accepted, by=omar, at=step(5), answer="عاد الضخ")
    actions.answer_task(
        actions.add_task(accepted, by=omar, at=step(6), agency=gam, text="ما سبب الحفر؟", days=1),
        by=yusuf,
        at=step(7),
        text="كابل كهرباء",
    )
    second = actions.add_task(accepted, by=omar, at=step(8), agency=gam, text="متى تردمون؟", days=1)
    actions.drop_task(second, by=omar, at=step(9), reason="ردمت الحفرة")
    other = file_case()
    joined = actions.link(accepted, other, "related", by=omar, at=step(10))
    actions.unlink(joined, by=omar, at=step(11))
    linked = EventText(linked=other.reference)
    assert for_staff(accepted, omar, step(12)) == [
        ("consult", EventText(first="متى ينتهي العمل؟", named=network.name)),
        ("estimate", EventText(label="3 working days")),
        ("find", EventText(first="الخط مكسور", second="هيثم", named=network.name)),
        ("hand_over", EventText(first="117-1", named=centre.name)),
        ("take_back", EventText(first="عاد الضخ", named=centre.name)),
        ("add_task", EventText(first="ما سبب الحفر؟", named=gam.name)),
        ("answer_task", EventText(first="كابل كهرباء", named=gam.name)),
        ("add_task", EventText(first="متى تردمون؟", named=gam.name)),
        ("drop_task", EventText(first="ردمت الحفرة", named=gam.name)),
        ("link", linked),
        ("unlink", linked),
    ]
    assert for_citizen(accepted) == []


def test_notes_and_recusals_are_for_their_desk_and_the_unit(
    accepted: Case, omar: User, hani: User, nadia: User, lina: User, yusuf: User, step: Step
) -> None:
    gam = agency_of(yusuf)
    actions.add_task(accepted, by=omar, at=step(1), agency=gam, text="ما سبب الحفر؟", days=1)
    actions.note(accepted, by=omar, at=step(2), text="المقاول وعد")
    actions.log_call(accepted, by=omar, at=step(3), spoken_with=SpokenWith.OTHER, text="اتصل المقاول")
    actions.note(accepted, by=yusuf, at=step(4), text="نسأل الكهرباء")
    recusals.recuse(accepted, by=nadia, at=step(5), person=hani, text="قريب المشتكي")
    recusals.end_recusal(accepted, by=nadia, at=step(6), person=hani, text="ليس قريبه")
    actions.note(accepted, by=lina, at=step(7), text="نراقب")
    task = ("add_task", EventText(first="ما سبب الحفر؟", named=gam.name))
    waters = [
        ("note", EventText(first="المقاول وعد")),
        ("call", EventText(first="اتصل المقاول", label="Someone else")),
    ]
    partners = [("note", EventText(first="نسأل الكهرباء"))]
    aside = [
        ("recuse", EventText(first="قريب المشتكي", named=hani.name)),
        ("end_recusal", EventText(first="ليس قريبه", named=hani.name)),
    ]
    units = [("note", EventText(first="نراقب"))]
    assert for_staff(accepted, nadia, step(8)) == [task, *waters, *aside]
    assert for_staff(accepted, yusuf, step(8)) == [task, *partners]
    assert for_staff(accepted, lina, step(8)) == [task, *waters, *partners, *aside, *units]


def test_a_proposed_answer_sent_back(file_case: FileCase, conduct: Topic, omar: User, nadia: User, step: Step) -> None:
    case = file_case(topic=conduct)
    actions.accept(case, by=omar, at=step(1), days=2)
    actions.close(case, by=omar, at=step(2), outcome="solved", found=FOUND, done=DONE)
    actions.send_back(case, by=nadia, at=step(3), reason="اذكروا التاريخ")
    answer = EventText(first=FOUND, second=DONE, label="Solved")
    assert for_staff(case, omar, step(4)) == [
        ("propose_answer", answer),
        ("send_back", EventText(first="اذكروا التاريخ")),
    ]


@pytest.mark.parametrize("audience", ["staff", "citizen"])
def test_three_texts_cost_what_one_does(accepted: Case, amina: Citizen, omar: User, step: Step, audience: str) -> None:
    def statements(number: int) -> int:
        actions.add(accepted, by=amina.user, at=step(3 * number), text="وما زال الماء مقطوعًا.")
        actions.ask(accepted, by=omar, at=step(3 * number + 1), text="في أي ساعة؟")
        actions.reply(accepted, by=amina.user, at=step(3 * number + 2), text="ليلا.")
        actions.note(accepted, by=omar, at=step(3 * number + 2), text="المقاول وعد")
        events = list(accepted.events.all())
        with CaptureQueriesContext(connection) as asked:
            texts = {
                "staff": lambda: texts_for_staff(accepted, events, omar, at=step(10)),
                "citizen": lambda: texts_for_citizen(accepted, events),
            }[audience]()
        assert len(texts) == number * {"staff": 4, "citizen": 3}[audience]
        return len(asked)

    assert [statements(number) for number in (1, 2, 3)] == [{"staff": 3, "citizen": 2}[audience]] * 3


def test_an_event_names_the_agency_as_it_was_called_that_day(
    file_case: FileCase, amina: Citizen, omar: User, lina: User, yusuf: User, water: Agency, now: datetime
) -> None:
    """On the page of staff, in its PDF, on the page of the citizen and in the copy of the own data."""
    case = file_case(agency=agency_of(yusuf))
    actions.decline(case, by=yusuf, at=now, reason="other_place", text="المكان لمياهنا", proposed_agency=water)
    actions.refer(case, by=lina, at=now, agency=water, reason="المكان في عمان")
    actions.accept(case, by=omar, at=now, days=2)
    actions.close(case, by=omar, at=now, outcome="solved", found=FOUND, done=DONE)
    day = timedelta(days=1)
    for name, at in (("Springs", now + day), ("Wells", now + 3 * day)):
        water.refresh_from_db()
        reference_changes.change(water, {"name_en": name}, author=Author(None, at))
    actions.object_to(case, by=amina.user, at=now + 2 * day, text="لم يعد الماء إلى بيتنا.")
    case = Case.objects.select_related("agency").get(pk=case.pk)
    told = dict(for_staff(case, lina, now + 4 * day))
    assert (told["decline"].named, told["refer"].named) == ("Jordan Water Company", "Jordan Water Company")
    events = list(case.events.select_related("agency"))
    lines = " ".join(entry.title + entry.text for entry in timeline(case, events, texts_for_citizen(case, events)))
    assert ("Jordan Water Company" in lines, "Wells" in lines) == (True, False)
    (round_,) = answer_rounds(case, events, {}, at=now + 4 * day)
    assert round_.agency == "Jordan Water Company"
    names = AgencyNames([case.agency])
    assert case.agency is not None
    assert [names.at(case.agency, now + number * day) for number in range(4)] == [
        "Jordan Water Company", "Springs", "Springs", "Wells",
    ]  # fmt: skip
    never = agency_of(yusuf)
    with CaptureQueriesContext(connection) as asked:
        AgencyNames([never, None])
    assert len(asked) == 0, "an agency that was never renamed costs nothing"
