"""Parts of other agencies: asked, answered or dropped, each with a clock of its own; the lead closes only then."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from accounts.models import Citizen, User
from accounts.roles import Role
from agencies.models import Agency
from complaints.actions import add_task, answer_task, ask, close, decline, drop_task, refer, return_case, withdraw
from complaints.actions.classification import NoActiveOfficer
from complaints.actions.consultations import AlreadyAsked, OwnPart, TaskTooLong
from complaints.engine.transition import NotEntitled, TransitionNotAllowed
from complaints.models import Case, Clock, ReferralTask
from complaints.permissions import policy, rulings
from complaints.workflow import Action
from notifications.models import Message
from tests.cast import make_agency, make_staff
from tests.complaints import DONE, FOUND, PARTNER_ANSWER, PARTNER_TASK

pytestmark = pytest.mark.usefixtures("clock", "english")

AMMAN = ZoneInfo("Asia/Amman")
THIRD_CLOSING = datetime(2026, 1, 7, 15, 30, tzinfo=AMMAN)


def told(template: str) -> set[tuple[str, str]]:
    return set(Message.objects.filter(template=template).values_list("recipient", "channel"))


def both(user: User) -> set[tuple[str, str]]:
    return {(f"user:{user.pk}", "sms"), (f"user:{user.pk}", "email")}


def test_asking_starts_a_clock_beside_the_cases_own_and_tells_the_agency(
    partner_task: ReferralTask, accepted: Case, gam: Agency, yusuf: User, omar: User, now: datetime
) -> None:
    clock = partner_task.clocks.get()
    assert (clock.kind, clock.due_at, clock.first_due_at, clock.limit_days) == (
        "answer_task",
        THIRD_CLOSING,
        THIRD_CLOSING,
        3,
    )
    event = accepted.events.last()
    assert (event.action, event.actor, event.from_state, event.to_state) == (
        "add_task",
        omar,
        "in_progress",
        "in_progress",
    )
    assert (partner_task.event, event.named_agency_id) == (event, gam.pk)
    assert told("officer_task") == both(yusuf)
    # The lead goes on holding it, under its own deadline.
    assert accepted.holdings.get(ended_at=None).agency == accepted.agency
    assert accepted.deadline_at == accepted.clocks.get(kind="answer").due_at


def test_the_words_of_the_message_name_the_day(partner_task: ReferralTask) -> None:
    sms = Message.objects.get(template="officer_task", channel="sms")
    assert partner_task.case.reference in sms.body
    assert "7/1/2026" in sms.body


def test_the_unit_may_ask_too(accepted: Case, lina: User, gam: Agency, yusuf: User, now: datetime) -> None:
    task = add_task(accepted, by=lina, at=now, agency=gam, text=PARTNER_TASK, days=1)
    assert task.asked_by == lina


def test_whom_it_cannot_be_asked_of(
    partner_task: ReferralTask, accepted: Case, omar: User, gam: Agency, water: Agency, now: datetime
) -> None:
    empty = make_agency("empty", "جهة بلا ضابط", "Agency without officers")
    over = make_agency("over", "جهة انتهت", "Agency that ended", ends_on="2026-01-03")
    over.refresh_from_db()

    def attempt(agency: Agency, days: int = 1) -> type[Exception]:
        with pytest.raises(Exception) as refused:  # noqa: PT011 - which one is what is asserted
            add_task(accepted, by=omar, at=now, agency=agency, text=PARTNER_TASK, days=days)
        return refused.type

    assert [attempt(water), attempt(gam), attempt(empty), attempt(over), attempt(empty, days=8)] == [
        OwnPart,
        AlreadyAsked,
        NoActiveOfficer,
        rulings.AgencyEnded,
        TaskTooLong,
    ]
    assert accepted.tasks.count() == 1


def test_others_may_not_ask_answer_or_drop(
    partner_task: ReferralTask,
    accepted: Case,
    *,
    yusuf: User,
    sami: User,
    omar: User,
    nadia: User,
    gam: Agency,
    now: datetime,
) -> None:
    for somebody in (yusuf, sami):
        with pytest.raises(NotEntitled):
            add_task(accepted, by=somebody, at=now, agency=gam, text=PARTNER_TASK, days=1)
        with pytest.raises(NotEntitled):
            drop_task(partner_task, by=somebody, at=now, reason="لم يعد مطلوبًا")
    for somebody in (sami, omar, nadia):
        with pytest.raises(NotEntitled):
            answer_task(partner_task, by=somebody, at=now, text=PARTNER_ANSWER)


def test_an_agency_answers_only_its_own_part(
    partner_task: ReferralTask, accepted: Case, omar: User, yusuf: User, now: datetime
) -> None:
    third = make_agency("third", "جهة ثالثة", "Third agency")
    hala = make_staff("hala@third.example", "هلا", "Hala", "+962790100090", third, Role.OFFICER)
    add_task(accepted, by=omar, at=now, agency=third, text=PARTNER_TASK, days=1)
    with pytest.raises(NotEntitled):
        answer_task(partner_task, by=hala, at=now, text=PARTNER_ANSWER)


def test_answering_stops_the_clock_tells_the_lead_and_ends_the_sight(
    partner_task: ReferralTask, accepted: Case, yusuf: User, omar: User, now: datetime
) -> None:
    later = now + timedelta(days=1)
    answer_task(partner_task, by=yusuf, at=later, text=PARTNER_ANSWER)
    partner_task.refresh_from_db()
    clock = partner_task.clocks.get()
    assert (partner_task.state, partner_task.answer, partner_task.ended_by, partner_task.ended_at) == (
        "answered",
        PARTNER_ANSWER,
        yusuf,
        later,
    )
    assert (clock.ended_at, clock.ending) == (later, "met")
    assert told("officer_task_answered") == both(omar)
    assert not Case.objects.visible_to(yusuf, at=later).exists()
    with pytest.raises(NotEntitled):
        answer_task(partner_task, by=yusuf, at=later, text=PARTNER_ANSWER)


def test_a_late_answer_misses_its_clock(partner_task: ReferralTask, yusuf: User, now: datetime) -> None:
    answer_task(partner_task, by=yusuf, at=now + timedelta(days=9), text=PARTNER_ANSWER)
    assert partner_task.clocks.get().ending == "missed"


def test_dropping_needs_nobody_and_tells_the_agency(
    partner_task: ReferralTask, accepted: Case, omar: User, yusuf: User, now: datetime
) -> None:
    drop_task(partner_task, by=omar, at=now, reason="وصلت الرخصة من السجل.")
    partner_task.refresh_from_db()
    assert (partner_task.state, partner_task.reason, partner_task.clocks.get().ending) == (
        "dropped",
        "وصلت الرخصة من السجل.",
        "stopped",
    )
    assert told("officer_task_dropped") == both(yusuf)
    with pytest.raises(TransitionNotAllowed):
        drop_task(partner_task, by=omar, at=now, reason="مرة أخرى")


def test_closing_waits_for_every_answer(
    partner_task: ReferralTask, accepted: Case, omar: User, yusuf: User, now
) -> None:
    said = {"by": omar, "at": now, "outcome": "solved", "found": FOUND, "done": DONE}
    assert not policy.may(accepted, Action.CLOSE, omar, at=now)
    with pytest.raises(TransitionNotAllowed):
        close(accepted, **said)
    assert (accepted.state, accepted.answers.count()) == ("in_progress", 0)
    answer_task(partner_task, by=yusuf, at=now, text=PARTNER_ANSWER)
    close(accepted, **said)
    assert accepted.state == "closed"


def test_a_dropped_one_does_not_hold_it_up(
    partner_task: ReferralTask, accepted: Case, omar: User, now: datetime
) -> None:
    drop_task(partner_task, by=omar, at=now, reason="لم يعد مطلوبًا")
    close(accepted, by=omar, at=now, outcome="solved", found=FOUND, done=DONE)
    assert accepted.state == "closed"


def test_it_can_be_answered_while_the_citizen_is_asked(
    partner_task: ReferralTask, accepted: Case, omar: User, yusuf: User, now: datetime
) -> None:
    ask(accepted, by=omar, at=now, text="ما رقم العداد؟")
    assert partner_task.clocks.get().paused_at is None
    answer_task(partner_task, by=yusuf, at=now, text=PARTNER_ANSWER)
    assert (accepted.clocks.get(kind="answer").paused_at, partner_task.clocks.get().ending) == (now, "met")


@pytest.mark.parametrize("leaves", ["return", "refer", "withdraw"])
def test_it_falls_when_the_case_leaves_the_lead_and_the_agency_is_told(
    partner_task: ReferralTask,
    accepted: Case,
    *,
    omar: User,
    lina: User,
    amina: Citizen,
    yusuf: User,
    gam: Agency,
    now: datetime,
    leaves: str,
) -> None:
    if leaves == "return":
        return_case(accepted, by=omar, at=now, reason="shared", text="ليس لنا", proposed_agency=gam)
    elif leaves == "refer":
        third = make_agency("third", "جهة ثالثة", "Third agency")
        make_staff("hala@third.example", "هلا", "Hala", "+962790100090", third, Role.OFFICER)
        refer(accepted, by=lina, at=now, agency=third, reason="الموقع لجهة ثالثة")
    else:
        withdraw(accepted, by=amina.user, at=now)
    partner_task.refresh_from_db()
    assert (partner_task.state, partner_task.ended_by, partner_task.clocks.get().ending) == ("dropped", None, "stopped")
    assert told("officer_task_dropped") == both(yusuf)
    assert Clock.objects.filter(task__isnull=False, ended_at=None).count() == 0


def test_nobody_is_told_of_a_part_that_never_was(referred: Case, omar: User, gam: Agency, now: datetime) -> None:
    decline(referred, by=omar, at=now, reason="shared", text="ليس لنا", proposed_agency=gam)
    assert told("officer_task_dropped") == set()


def test_an_agency_can_be_asked_again_once_it_answered(
    partner_task: ReferralTask, accepted: Case, omar: User, yusuf: User, gam: Agency, now: datetime
) -> None:
    answer_task(partner_task, by=yusuf, at=now, text=PARTNER_ANSWER)
    add_task(accepted, by=omar, at=now, agency=gam, text=PARTNER_TASK, days=1)
    assert [part.is_open for part in rulings.all_with_due_dates(accepted)] == [False, True]


def test_a_person_has_no_part_in_a_case_of_their_own(
    partner_task: ReferralTask, yusuf: User, amina: Citizen, now
) -> None:
    yusuf.person = amina
    yusuf.save(update_fields=["person"])
    with pytest.raises(NotEntitled):
        answer_task(partner_task, by=yusuf, at=now, text=PARTNER_ANSWER)
