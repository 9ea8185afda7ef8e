"""A calendar that changes moves the open deadlines, records it, and tells whoever was promised another day."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Citizen, User
from agencies.calendar import AMMAN
from agencies.models import Agency, Holiday, HolidayStatus, Period, WorkingHours, current_calendar
from complaints.actions import accept, ask, extend, propose_extension, reply
from complaints.case_text.citizen_case import case_page
from complaints.clocks.clockwork import moment_at_share
from complaints.engine.history import first_forged
from complaints.escalation import ladder
from complaints.escalation.recalculation import recalculate
from complaints.models import Case, Clock, ReferralTask
from complaints.workflow import ClockKind
from notifications.models import Message
from tests.owner import owner

type FileCase = Callable[..., Case]


def at(day: int, hour: int, minute: int = 0, *, month: int = 1) -> datetime:
    """Return a moment of 2026, whose January begins its first working week on Sunday the 4th."""
    return datetime(2026, month, day, hour, minute, tzinfo=AMMAN)


def off(day: int, *, month: int = 1) -> Holiday:
    return Holiday.objects.create(on=date(2026, month, day), name_ar=f"عطلة {day}", name_en=f"Day off {day}")


def due(case: Case, kind: str) -> datetime:
    return Clock.objects.get(case=case, kind=kind, ended_at=None).due_at


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


@pytest.mark.django_db
def test_nothing_moves_while_the_calendar_stands(accepted: Case, triaged: Case, omar: User, amina: Citizen) -> None:
    ask(accepted, by=omar, at=at(5, 11, 7), text="ما رقم العداد؟")
    reply(accepted, by=amina.user, at=at(6, 9, 3), text="4471")
    ask(accepted, by=omar, at=at(7, 11, 7), text="وما رقم الشارع؟")
    assert recalculate(at=at(7, 12)) == 0
    assert fresh(accepted).events.filter(action="recalculate").count() == 0


@pytest.mark.django_db
def test_a_holiday_in_the_middle_moves_what_is_counted_and_keeps_what_was_promised(
    accepted: Case, file_case: FileCase, triaged: Case, now: datetime
) -> None:
    waiting = file_case()
    off(5)
    assert recalculate(at=at(4, 12)) == 2
    # Two working days from Sunday: Tuesday, now Wednesday; the unit's one: Monday, now Tuesday.
    assert (due(waiting, "decide_competence"), fresh(waiting).deadline_at) == (at(7, 15, 30),) * 2
    assert due(triaged, "find_owner") == at(6, 15, 30)
    assert (due(accepted, "answer"), fresh(accepted).promised_on) == (at(11, 15, 30), date(2026, 1, 11))
    event = fresh(waiting).events.last()
    assert (event.action, event.actor) == ("recalculate", None)
    assert {name: event.facts[name] for name in ("kind", "old_due", "new_due")} == {
        "kind": "decide_competence",
        "old_due": "2026-01-06T12:30:00+00:00",
        "new_due": "2026-01-07T15:30:00+03:00",
    }
    assert first_forged(fresh(waiting).events.order_by("number")) is None
    assert recalculate(at=at(4, 12)) == 0


@pytest.mark.django_db
def test_a_promised_day_that_became_a_holiday_moves_to_the_next_working_day_and_the_citizen_is_told(
    accepted: Case, amina: Citizen
) -> None:
    off(11)
    assert (recalculate(at=at(5, 9)), recalculate(at=at(5, 9))) == (1, 0)
    case = fresh(accepted)
    assert (case.promised_on, case.deadline_at) == (date(2026, 1, 12), at(12, 15, 30))
    clock = case.clocks.get(kind="answer")
    assert (clock.first_due_at, clock.due_at) == (at(12, 15, 30),) * 2
    assert "12/1/2026" in Message.objects.get(template="case_new_date").body
    assert set(Message.objects.filter(template="case_accepted").values_list("state", flat=True)) == {"cancelled"}
    newest = case_page(case, amina.user, at=at(5, 10))["entries"][0]
    assert newest.on == date(2026, 1, 12)


@pytest.mark.django_db
def test_a_holiday_called_off_brings_the_counted_back_and_leaves_the_promise_where_it_is(
    accepted: Case, file_case: FileCase
) -> None:
    waiting, day = file_case(), off(5)
    other = off(11)
    recalculate(at=at(4, 12))
    for holiday in (day, other):
        holiday.status = HolidayStatus.CALLED_OFF
        holiday.save()
    assert recalculate(at=at(4, 13)) == 1
    assert due(waiting, "decide_competence") == at(6, 15, 30)
    assert fresh(accepted).promised_on == date(2026, 1, 12)


@pytest.mark.django_db
def test_an_extended_promise_keeps_its_first_date(accepted: Case, omar: User, nadia: User) -> None:
    propose_extension(accepted, by=omar, at=at(5, 9), days=2, reason="قطعة غيار")
    extend(accepted, by=nadia, at=at(5, 10))
    off(13)
    assert recalculate(at=at(5, 11)) == 1
    clock = accepted.clocks.get(kind="answer")
    assert (clock.first_due_at, clock.due_at) == (at(11, 15, 30), at(14, 15, 30))


@pytest.mark.django_db
def test_a_clock_that_stands_still_moves_in_silence_and_goes_on_from_there(
    accepted: Case, omar: User, amina: Citizen
) -> None:
    ask(accepted, by=omar, at=at(5, 8, 30), text="ما رقم العداد؟")
    off(11)
    # The promise, and the ten working days of the citizen.
    assert recalculate(at=at(5, 11)) == 2
    assert due(accepted, "citizen_reply") == fresh(accepted).deadline_at == at(20, 15, 30)
    assert due(accepted, "answer") == at(12, 15, 30)
    assert Message.objects.filter(template="case_new_date").count() == 0
    reply(accepted, by=amina.user, at=at(6, 8, 30), text="4471")
    assert fresh(accepted).promised_on == date(2026, 1, 13)
    assert recalculate(at=at(6, 9)) == 0


@pytest.mark.django_db
def test_the_citizens_own_date_never_comes_nearer(accepted: Case, omar: User) -> None:
    day = off(11)
    recalculate(at=at(4, 11))
    ask(accepted, by=omar, at=at(5, 8, 30), text="ما رقم العداد؟")
    day.delete()
    assert recalculate(at=at(5, 11)) == 0
    assert due(accepted, "citizen_reply") == at(20, 15, 30)


@pytest.mark.django_db
def test_a_ramadan_that_begins_in_the_middle_changes_the_hours_and_the_shares(file_case: FileCase, omar: User) -> None:
    # Accepted on Sunday 15 February with a promise in five working days: Sunday the 22nd.
    case = file_case(at=at(15, 10, month=2))
    accept(case, by=omar, at=at(15, 10, month=2), days=5)
    clock = case.clocks.get(kind="answer")
    before = moment_at_share(clock, 50, current_calendar())
    ladder.sweep(at=at(15, 11, month=2))
    WorkingHours.objects.create(
        period=Period.RAMADAN,
        starts_on=date(2026, 2, 18),
        ends_on=date(2026, 3, 19),
        opens=time(10),
        closes=time(14, 30),
        estimated=True,
    )
    assert recalculate(at=at(16, 9, month=2)) == 1
    clock.refresh_from_db()
    assert (clock.due_at, fresh(case).promised_on) == (at(22, 14, 30, month=2), date(2026, 2, 22))
    # 330 minutes on Sunday and twice 420 before Ramadan, three times 270 in it: 1,980, of which half are 990.
    assert (before, moment_at_share(clock, 50, current_calendar())) == (at(18, 9, 15, month=2), at(17, 12, 30, month=2))
    assert (clock.next_check_at, Message.objects.filter(template="case_new_date").count()) == (None, 0)
    assert [ladder.sweep(at=at(17, 12, 30, month=2)), ladder.sweep(at=at(17, 12, 31, month=2))] == [0, 1]
    # It turns out to begin a day later.
    WorkingHours.objects.filter(period=Period.RAMADAN).update(starts_on=date(2026, 2, 19))
    assert recalculate(at=at(18, 9, month=2)) == 0
    # 2,130 minutes, of which nine tenths are 1,917.
    assert moment_at_share(clock, 90, current_calendar()) == at(22, 10, 57, month=2)


@pytest.mark.django_db
def test_the_part_of_another_agency_is_counted_anew_and_the_case_keeps_its_own_date(
    accepted: Case, gam: Agency, nadia: User, now: datetime
) -> None:
    task = ReferralTask.objects.create(
        case=accepted,
        event=accepted.events.latest("number"),
        agency=gam,
        text="افحصوا الرصيف",
        asked_by=nadia,
        asked_at=now,
    )
    end = at(6, 15, 30)
    Clock.objects.create(
        case=accepted, task=task, kind=ClockKind.ANSWER_TASK, started_at=now, limit_days=2, first_due_at=end, due_at=end
    )
    off(5)
    assert recalculate(at=at(4, 12)) == 1
    assert (task.clocks.get().due_at, fresh(accepted).deadline_at) == (at(7, 15, 30), at(11, 15, 30))


@pytest.mark.django_db
def test_the_command_says_how_many_moved(referred: Case) -> None:
    off(5)
    said = StringIO()
    call_command("recalculate_deadlines", stdout=said)
    assert said.getvalue() == "1 deadlines moved.\n"


@pytest.mark.django_db
def test_looking_costs_the_same_for_one_and_for_three(file_case: FileCase) -> None:
    def cost() -> int:
        file_case()
        with CaptureQueriesContext(connection) as statements:
            assert recalculate(at=at(4, 12)) == 0
        return len(statements)

    assert cost() == [cost(), cost()][-1]


@pytest.mark.django_db(transaction=True)
def test_a_clock_that_somebody_has_locked_is_waited_for_when_no_other_is_held(file_case: FileCase) -> None:
    """Whoever has the lock may need the other clock next: to wait for one while the other is held could be for ever."""
    other, locked = Clock.objects.get(case=file_case()), Clock.objects.get(case=file_case())
    off(5)
    with ThreadPoolExecutor(1) as pool:
        with owner().transaction():
            owner().execute("SELECT FROM complaints_clock WHERE id = %s FOR UPDATE", [locked.pk])
            moving = pool.submit(recalculated_by_another_connection)
            while not somebody_waits_for_the_owner():
                assert not moving.done()
            owner().execute("SELECT FROM complaints_clock WHERE id = %s FOR UPDATE NOWAIT", [other.pk])
        assert moving.result() == 2
    for clock in (locked, other):
        clock.refresh_from_db()
        assert (clock.due_at, clock.next_check_at) == (at(7, 15, 30), None)


def recalculated_by_another_connection() -> int:
    try:
        return recalculate(at=at(4, 12))
    finally:
        connection.close()


def somebody_waits_for_the_owner() -> bool:
    """Tell it of the owner alone: other workers of the suite wait for locks of the same cluster.

    Asked by another connection: a transaction goes on seeing the connections that were there when it first asked.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_stat_activity WHERE %s = ANY(pg_blocking_pids(pid))", [owner().info.backend_pid])
        return cursor.fetchone() is not None
