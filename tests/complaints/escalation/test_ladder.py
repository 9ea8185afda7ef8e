"""Reminders before a deadline and the ladder after it, each step once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from time_machine import TimeMachineFixture

from accounts.models import Absence, Citizen, Membership, User
from accounts.roles import Role
from agencies.calendar import AMMAN
from agencies.models import Agency
from complaints.actions import accept, ask, close, extend, propose_extension, reply, undo
from complaints.case_text.citizen_case import case_page
from complaints.case_text.promise import promise_card
from complaints.clocks.clockwork import Step
from complaints.engine.history import first_forged
from complaints.escalation import ladder
from complaints.models import Case, Clock, ClockStep, ReferralTask
from complaints.permissions.rulings import with_pending
from complaints.staff.pdf import read_case_file
from complaints.workflow import ClockKind
from notifications.models import Message
from tests.cast import make_staff, sign_in
from tests.complaints import DONE, FOUND

type FileCase = Callable[..., Case]


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Return a moment of January 2026, which begins its first working week on Sunday the 4th."""
    return datetime(2026, 1, day, hour, minute, tzinfo=AMMAN)


def told(template: str) -> Counter[tuple[str, str]]:
    """Return who was owed a template, by the beginning of the address, and by which channel."""
    return Counter(
        (message.address.partition("@")[0], message.channel) for message in Message.objects.filter(template=template)
    )


def steps(case: Case) -> list[str]:
    return list(ClockStep.objects.filter(clock__case=case).order_by("taken_at", "pk").values_list("step", flat=True))


def acts(case: Case) -> list[str]:
    return list(case.events.order_by("number").values_list("action", flat=True))


# Filed and accepted on Sunday at 10:00 with a promise in five working days: Sunday the 11th at 15:30, 2,430 minutes.
HALF = at(7, 9, 15)
NINETY = at(11, 11, 27)
DUE = at(11, 15, 30)


@pytest.mark.django_db
def test_the_officer_is_reminded_at_half_and_at_nine_tenths(accepted: Case, omar: User) -> None:
    assert Clock.objects.get(case=accepted, kind="answer").due_at == DUE
    assert ladder.sweep(at=HALF) == 0
    assert ladder.sweep(at=HALF + timedelta(minutes=1)) == 1
    assert told("officer_reminder") == {("omar", "email"): 1}
    assert [ladder.sweep(at=NINETY), ladder.sweep(at=NINETY + timedelta(minutes=1))] == [0, 1]
    assert told("officer_due") == {("omar", "email"): 1, ("+962790100001", "sms"): 1}
    assert (steps(accepted), acts(accepted)) == (
        ["remind_50", "remind_90"],
        ["file", "accept", "remind", "remind"],
    )
    event = accepted.events.latest("number")
    assert (event.actor, event.facts) == (None, {"kind": "answer", "step": "remind_90"})
    assert accepted.clocks.get(kind="answer").steps.get(step="remind_90").event == event
    assert first_forged(accepted.events.order_by("number")) is None


@pytest.mark.django_db
def test_whoever_was_away_from_the_beat_is_reminded_once_and_not_after_the_miss(accepted: Case, nadia: User) -> None:
    assert (ladder.sweep(at=DUE), steps(accepted)) == (1, ["remind_90"])
    assert (ladder.sweep(at=DUE + timedelta(minutes=1)), steps(accepted)) == (1, ["remind_90", "supervisor"])


@pytest.mark.django_db
def test_the_deputy_is_reminded_while_the_officer_is_away(accepted: Case, omar: User, nadia: User) -> None:
    Absence.objects.create(user=omar, deputy=nadia, starts_on=date(2026, 1, 5), ends_on=date(2026, 1, 9))
    ladder.sweep(at=HALF + timedelta(minutes=1))
    assert told("officer_reminder") == {("nadia", "email"): 1}


@pytest.mark.django_db
def test_a_case_without_an_officer_reminds_all_of_the_agency_and_climbs_alike(
    referred: Case, water: Agency, omar: User, nadia: User, lina: User
) -> None:
    make_staff("rana@miyahuna.example", "رنا الزعبي", "Rana Zoubi", "+962790100021", water, Role.OFFICER)
    # Decide competence: from Sunday 10:00 to Tuesday 15:30, 1,170 minutes.
    ladder.sweep(at=at(5, 12, 46))
    assert told("officer_reminder") == {("omar", "email"): 1, ("rana", "email"): 1}
    ladder.sweep(at=at(6, 15, 31))
    assert told("ladder_late") == {("nadia", "email"): 1, ("+962790100002", "sms"): 1}
    assert steps(referred) == ["remind_50", "supervisor"]


@pytest.mark.django_db
def test_a_missed_promise_climbs_one_rung_a_working_day(
    accepted: Case, omar: User, nadia: User, basma: User, fares: User, lina: User, amina: Citizen
) -> None:
    late = DUE + timedelta(minutes=1)
    assert ladder.sweep(at=late) == 1
    assert told("ladder_late") == {("nadia", "email"): 1, ("+962790100002", "sms"): 1}
    assert told("case_late") == {("+962790001234", "sms"): 1}
    # Monday, at the end of the first further working day.
    assert [ladder.sweep(at=at(12, 15, 30)), ladder.sweep(at=at(12, 15, 31))] == [0, 1]
    assert [ladder.sweep(at=at(13, 15, 30)), ladder.sweep(at=at(13, 15, 31))] == [0, 1]
    # The levels above the supervisor and the unit read of it in the morning.
    assert told("ladder_late") == {("nadia", "email"): 1, ("+962790100002", "sms"): 1}
    assert told("case_late") == {("+962790001234", "sms"): 1}
    assert "11/1/2026" in Message.objects.get(template="ladder_late", channel="email").subject
    assert steps(accepted) == ["supervisor", "secretary_general", "minister_office"]
    assert ladder.sweep(at=at(25, 12)) == 0
    assert acts(accepted) == ["file", "accept", "escalate", "escalate", "escalate"]


@pytest.mark.django_db
def test_an_empty_rung_goes_to_the_next_at_once_and_the_unit_is_told(
    accepted: Case, omar: User, basma: User, lina: User
) -> None:
    assert ladder.sweep(at=DUE + timedelta(minutes=1)) == 2
    assert steps(accepted) == ["no_supervisor", "secretary_general"]
    assert ladder.sweep(at=at(12, 15, 31)) == 1
    assert steps(accepted)[2:] == ["no_minister_office"]
    assert told("ladder_late") == {}


@pytest.mark.django_db
def test_a_ladder_without_anybody_ends_with_the_unit(accepted: Case, omar: User, lina: User) -> None:
    assert ladder.sweep(at=DUE + timedelta(minutes=1)) == 3
    assert steps(accepted) == ["no_supervisor", "no_secretary_general", "no_minister_office"]
    assert told("case_late") == {("+962790001234", "sms"): 1}


@pytest.mark.django_db
def test_nobody_is_told_of_a_case_of_their_own(accepted: Case, nadia: User, basma: User, amina: Citizen) -> None:
    User.objects.filter(pk=nadia.pk).update(person=amina)
    ladder.sweep(at=DUE + timedelta(minutes=1))
    assert (steps(accepted), told("ladder_late")) == (["no_supervisor", "secretary_general"], {})


@pytest.mark.django_db
def test_a_missed_triage_and_a_missed_objection_go_to_the_head_of_the_unit(
    triaged: Case, closed: Case, lina: User, hala: User, amina: Citizen, now: datetime
) -> None:
    from complaints.actions import object_to

    object_to(closed, by=amina.user, at=now + timedelta(hours=1), text="لم يعد الماء بعد")
    # Triage is due on Monday, the objection on Sunday the 11th.
    ladder.sweep(at=at(5, 10))
    assert told("officer_reminder") == {("lina", "email"): 1, ("hala", "email"): 1}
    ladder.sweep(at=at(5, 15, 31))
    assert (told("cmu_own_late"), steps(triaged)) == (
        {("hala", "email"): 1, ("+962790100013", "sms"): 1},
        ["remind_50", "cmu_head"],
    )
    ladder.sweep(at=at(12, 9))
    assert steps(closed) == ["cmu_head"]
    assert told("case_late") == {}


@pytest.mark.django_db
def test_without_a_head_the_unit_itself_is_told(triaged: Case, lina: User) -> None:
    ladder.sweep(at=at(5, 15, 31))
    assert told("cmu_own_late") == {("lina", "email"): 1, ("+962790100004", "sms"): 1}


@pytest.mark.django_db
def test_the_citizen_is_reminded_at_half_of_the_waiting_time_and_the_clock_behind_takes_no_step(
    accepted: Case, omar: User, nadia: User, amina: Citizen
) -> None:
    ask(accepted, by=omar, at=at(5, 9), text="ما رقم العداد؟")
    # Ten working days: until Monday the 19th.
    assert ladder.sweep(at=at(11, 15)) == 0
    assert ladder.sweep(at=at(12, 14)) == 1
    assert (told("case_reminder"), steps(accepted)) == ({("+962790001234", "sms"): 1}, ["remind_50"])
    assert ladder.sweep(at=at(18, 9)) == 0
    reply(accepted, by=amina.user, at=at(18, 10), text="4471")
    clock = Clock.objects.get(case=accepted, kind="answer")
    assert clock.due_at > DUE
    assert ladder.sweep(at=clock.due_at + timedelta(minutes=1)) == 1
    assert steps(accepted) == ["remind_50", "supervisor"]


@pytest.mark.django_db
def test_the_share_counts_no_minute_in_which_the_clock_stood_still(accepted: Case, omar: User, amina: Citizen) -> None:
    ask(accepted, by=omar, at=at(5, 8, 30), text="ما رقم العداد؟")
    reply(accepted, by=amina.user, at=at(6, 8, 30), text="4471")
    # One working day later than without the question.
    assert ladder.sweep(at=HALF + timedelta(minutes=1)) == 0
    assert ladder.sweep(at=at(8, 9, 16)) == 1


@pytest.mark.django_db
def test_no_edit_restarts_a_clock(accepted: Case, omar: User, nadia: User, basma: User, lina: User) -> None:
    ladder.sweep(at=DUE + timedelta(minutes=1))
    later = at(12, 9)
    propose_extension(accepted, by=omar, at=later, days=3, reason="قطعة غيار")
    extend(accepted, by=nadia, at=later)
    clock = accepted.clocks.get(kind="answer")
    assert (clock.first_due_at, clock.due_at) == (DUE, at(14, 15, 30))
    # It climbs on from the new date; the supervisor is not told again.
    assert ladder.sweep(at=at(15, 15, 31)) == 1
    assert steps(accepted) == ["supervisor", "secretary_general"]


@pytest.mark.django_db
@pytest.mark.usefixtures("undo_window")
def test_a_slip_taken_back_neither_forgives_nor_repeats(
    accepted: Case, omar: User, nadia: User, basma: User, lina: User
) -> None:
    ladder.sweep(at=DUE + timedelta(minutes=1))
    close(accepted, by=omar, at=at(12, 9), outcome="solved", found=FOUND, done=DONE)
    undo(accepted, by=omar, at=at(12, 9, 1))
    clock = accepted.clocks.get(kind="answer")
    assert (clock.started_at, clock.first_due_at, clock.ended_at) == (at(4, 10), DUE, None)
    assert ladder.sweep(at=at(12, 9, 6)) == 0
    assert ladder.sweep(at=at(12, 15, 31)) == 1
    assert steps(accepted) == ["supervisor", "secretary_general"]


@pytest.mark.django_db
def test_a_part_of_another_agency_climbs_that_agencys_ladder(
    accepted: Case, gam: Agency, yusuf: User, nadia: User, lina: User, now: datetime
) -> None:
    huda = make_staff("zain@gam.example", "زين الفايز", "Zain Fayez", "+962790100031", gam, Role.SUPERVISOR)
    task = ReferralTask.objects.create(
        case=accepted,
        event=accepted.events.latest("number"),
        agency=gam,
        text="افحصوا الرصيف",
        asked_by=nadia,
        asked_at=now,
    )
    due = at(6, 15, 30)
    Clock.objects.create(
        case=accepted, task=task, kind=ClockKind.ANSWER_TASK, started_at=now, limit_days=2, first_due_at=due, due_at=due
    )
    ladder.sweep(at=at(5, 12, 46))
    assert told("officer_reminder") == {("yusuf", "email"): 1}
    ladder.sweep(at=at(6, 15, 31))
    assert told("ladder_late") == {("zain", "email"): 1, (huda.phone, "sms"): 1}
    assert told("case_late") == {}
    assert "أمانة عمان" in Message.objects.filter(template="ladder_late", channel="email").get().body


@pytest.mark.django_db
def test_a_shorter_ladder_and_other_shares_are_read_from_the_settings(
    accepted: Case, nadia: User, basma: User, settings: Any
) -> None:
    settings.REMINDERS, settings.LADDER = "75", "secretary_general"
    ladder.sweep(at=HALF + timedelta(minutes=1))
    assert steps(accepted) == []
    ladder.sweep(at=NINETY)
    ladder.sweep(at=at(20, 9))
    assert steps(accepted) == ["remind_75", "secretary_general"]


@pytest.mark.django_db
def test_each_further_clock_costs_the_same_and_the_look_at_calm_ones_nothing(
    file_case: FileCase, omar: User, nadia: User, lina: User
) -> None:
    def cost(count: int, moment: datetime) -> int:
        for _ in range(count):
            accept(file_case(at=moment), by=omar, at=moment, days=1)
        due = Clock.objects.filter(kind="answer").latest("due_at").due_at
        with CaptureQueriesContext(connection) as early:
            assert ladder.sweep(at=moment + timedelta(minutes=1)) == 0
        looks.append(len(early))
        with CaptureQueriesContext(connection) as late:
            ladder.sweep(at=due + timedelta(minutes=1))
        Clock.objects.filter(ended_at=None).update(ended_at=due, ending="missed")
        return len(late)

    looks: list[int] = []
    Membership.objects.filter(role=Role.CMU_HEAD).delete()
    one = cost(1, at(4, 10))
    two = cost(2, at(11, 10))
    three = cost(3, at(18, 10))
    assert looks[0] == looks[1] == looks[2]
    assert three - two == two - one


@pytest.mark.django_db
def test_the_history_says_which_step_it_was(accepted: Case, omar: User, basma: User, lina: User) -> None:
    ladder.sweep(at=HALF + timedelta(minutes=1))
    ladder.sweep(at=DUE + timedelta(minutes=1))
    with translation.override("en"):
        case = with_pending(Case.objects.for_page()).get(pk=accepted.pk)
        titles = [deed.title for deed in read_case_file(case, omar, at=at(12, 9)).history]
    assert titles[:4] == [
        "The answer is late",
        "Deadline missed; escalated: the secretary-general",
        "Deadline missed; escalated: the supervisor (vacant)",
        "Reminder: 50% of the time has passed",
    ]


@pytest.mark.django_db
def test_the_citizen_reads_the_first_miss_and_whom_it_will_be_reported_to(
    accepted: Case, omar: User, nadia: User, basma: User, amina: Citizen
) -> None:
    with translation.override("en"):
        assert case_page(Case.objects.get(pk=accepted.pk), amina.user, at=HALF)["promise"].otherwise == (
            "If this date is missed, we report the delay to the following, in turn: the supervisor, the "
            "secretary-general. The Government Complaints Management Unit is told each time."
        )
        ladder.sweep(at=DUE + timedelta(minutes=1))
        ladder.sweep(at=at(12, 15, 31))
        entries = case_page(Case.objects.get(pk=accepted.pk), amina.user, at=at(13, 9))["entries"]
    assert [entry.title for entry in entries][:2] == [
        "The deadline has passed",
        "Jordan Water Company will handle this",
    ]


@pytest.mark.django_db
def test_a_promise_names_only_the_levels_that_somebody_holds_in_the_agency_that_day(
    accepted: Case, omar: User, nadia: User, fares: User, django_assert_num_queries: Callable[[int], Any]
) -> None:
    def otherwise() -> str:
        case = Case.objects.for_page().get(pk=accepted.pk)
        with translation.override("en"), django_assert_num_queries(1):
            promise = promise_card(case, at=HALF)
        assert promise is not None
        return promise.otherwise

    unit = "the Government Complaints Management Unit"
    assert "in turn: the supervisor, the minister's office. " in otherwise()
    Membership.objects.filter(user=fares).update(ends_on=date(2026, 1, 6))
    assert otherwise() == f"If this date is missed, we report the delay to the supervisor and to {unit}."
    User.objects.filter(pk=nadia.pk).update(is_active=False)
    words = "If this date is missed, we report the delay to the managers of the agency and to"
    assert otherwise() == f"{words} {unit}."


@pytest.mark.django_db
def test_a_step_of_the_clock_makes_no_page_stale_and_a_colleague_does(
    client: Client, accepted: Case, omar: User, nadia: User, time_machine: TimeMachineFixture, now: datetime
) -> None:
    time_machine.move_to(now, tick=False)
    sign_in(client, omar)
    address, version = reverse("desk-note", args=[accepted.reference]), Case.objects.get(pk=accepted.pk).version
    ladder.sweep(at=HALF + timedelta(minutes=1))
    sent = {"text": "الفرقة في الطريق إلى الموقع", "version": version, "send": "1"}
    assert client.post(address, sent).status_code == 302
    assert acts(accepted)[-2:] == ["remind", "note"]
    assert client.post(address, sent).status_code == 409
    assert client.post(address, sent | {"version": "x"}).status_code == 409


@pytest.mark.django_db
def test_one_clock_that_cannot_step_stops_no_other(
    file_case: FileCase, omar: User, nadia: User, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    broken, sound = file_case(), file_case()
    step_row = ladder._step_row

    def fail(step: Step, on: Any, change: Any) -> object:
        if on.clock.case_id == broken.pk:
            raise ValueError
        return step_row(step, on, change)

    monkeypatch.setattr(ladder, "_step_row", fail)
    assert ladder.sweep(at=at(5, 12, 46)) == 1
    assert (steps(broken), steps(sound)) == ([], ["remind_50"])
    monkeypatch.setattr(ladder, "_step_row", step_row)
    assert ladder.sweep(at=at(5, 12, 47)) == 1
    assert steps(broken) == ["remind_50"]
