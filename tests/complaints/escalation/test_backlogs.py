"""Backlogs drain: by several processes at once, within a time, and from where the last run ended."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Citizen, User
from agencies import deadline_recalculation
from agencies.models import CalendarChange, Holiday
from complaints.actions import accept, ask, object_to
from complaints.engine.history import first_forged
from complaints.escalation import expiry, ladder, recalculation
from complaints.models import Case, Clock, ClockStep, Ending
from complaints.workflow import ClockKind
from notifications.models import FailingRow, Message
from tests.complaints.cases import FileCase
from tests.complaints.threads import Overlap, at_once
from tests.prepared_rows import prepared

DAY = timedelta(days=1)


@pytest.fixture
@prepared
def many(file_case: FileCase) -> list[Case]:
    return [file_case() for _ in range(12)]


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


# ---- steps and questions ----


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_share_a_backlog(
    many: list[Case], nadia: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ladder, "BATCH", 2)
    overlap, sweep = Overlap(), partial(ladder.sweep, at=now + 3 * DAY)
    monkeypatch.setattr(ladder, "next_step", overlap.around(ladder.next_step))
    # The two clocks that the first is at are left to it, and nobody waits.
    assert (overlap.run(sweep, sweep), overlap.was_overtaken) == ([2, 10], True)
    assert ClockStep.objects.count() == 12


@pytest.mark.django_db
def test_a_sweep_ends_when_its_time_is_over_and_the_next_goes_on(
    many: list[Case], nadia: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ladder, "BATCH", 5)
    monkeypatch.setattr(ladder, "monotonic", iter([0.0, 1.0, 11.0] + [12.0] * 9).__next__)
    assert ladder.sweep(at=now + 3 * DAY, seconds=10) == 5
    assert ladder.sweep(at=now + 3 * DAY, seconds=10) == 7


@pytest.mark.django_db
def test_what_a_killed_sweep_had_claimed_is_taken_a_minute_later(
    many: list[Case], nadia: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> int:
        raise SystemExit

    at = now + 3 * DAY
    with monkeypatch.context() as patch:
        patch.setattr(ladder, "_advance_all", killed)
        with pytest.raises(SystemExit):
            ladder.sweep(at=at)
    assert ladder.sweep(at=at) == 0
    assert ladder.sweep(at=at + ladder.CLAIMED_FOR) == 12


@pytest.mark.django_db
def test_the_staff_of_a_batch_is_fetched_once(many: list[Case], nadia: User, now: datetime) -> None:
    def cost(number: int) -> int:
        Clock.objects.update(next_check_at=now + 9 * DAY)
        Clock.objects.filter(case__in=many[:number]).update(next_check_at=None)
        with CaptureQueriesContext(connection) as statements:
            assert ladder.sweep(at=now + 3 * DAY) == number
        del many[:number]
        return sum("accounts_membership" in statement["sql"] for statement in statements)

    # The escalation level.
    assert [cost(1), cost(3)] == [1, 1]


@pytest.mark.django_db(transaction=True)
def test_two_runs_share_the_questions_that_lapse(
    many: list[Case], omar: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for case in many:
        ask(case, by=omar, at=now, text="ما رقم العداد؟")
    overlap, run = Overlap(), partial(expiry.lapse_overdue, at=now + 20 * DAY)
    monkeypatch.setattr(expiry, "lapse", overlap.around(expiry.lapse))
    # The question that the first is at is left to it, and nobody waits.
    assert (overlap.run(run, run), overlap.was_overtaken) == ([1, 11], True)
    assert Case.objects.filter(state="waiting").count() == 0


@pytest.mark.django_db
def test_questions_beyond_the_time_of_a_run_are_left_to_the_next(many: list[Case], omar: User, now: datetime) -> None:
    for case in many[:2]:
        ask(case, by=omar, at=now, text="ما رقم العداد؟")
    assert [expiry.lapse_overdue(at=now + 20 * DAY, seconds=seconds) for seconds in (-1, 50)] == [0, 2]


# ---- times to object ----


@pytest.mark.django_db
def test_a_time_to_object_ends_by_itself_when_it_is_over(closed: Case, now: datetime) -> None:
    window = closed.clocks.get(kind=ClockKind.MAY_OBJECT)
    events = closed.events.count()
    assert [expiry.end_windows(at=window.due_at + late) for late in (timedelta(), timedelta(seconds=1))] == [0, 1]
    window.refresh_from_db()
    assert (window.ended_at, window.ending) == (window.due_at, Ending.STOPPED)
    assert (fresh(closed).events.count(), Clock.objects.filter(ended_at=None).count()) == (events, 0)
    assert expiry.end_windows(at=window.due_at + DAY) == 0


@pytest.mark.django_db
def test_a_time_to_object_that_is_used_is_met(closed: Case, amina: Citizen, now: datetime) -> None:
    object_to(closed, by=amina.user, at=now + DAY, text="ما زالت المياه مقطوعة منذ أمس.")
    assert expiry.end_windows(at=now + 60 * DAY) == 0
    assert closed.clocks.get(kind=ClockKind.MAY_OBJECT).ending == Ending.MET


@pytest.mark.django_db
def test_many_times_to_object_end_in_few_statements(
    many: list[Case], omar: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    Clock.objects.update(kind=ClockKind.MAY_OBJECT)
    monkeypatch.setattr(expiry, "MOST_WINDOWS", 5)
    with CaptureQueriesContext(connection) as statements:
        assert expiry.end_windows(at=now + 60 * DAY) == 12
    assert len(statements) == 3 * 4


# ---- a holiday ----


def declare(day: int) -> None:
    Holiday.objects.create(on=date(2026, 1, day), name_ar=f"عطلة {day}", name_en=f"Day off {day}")


def moved() -> Counter[int]:
    """Return how often each case was moved."""
    found = Case.objects.filter(events__action="recalculate").values_list("pk", flat=True)
    return Counter(found)


@pytest.fixture
@prepared
def mixed(many: list[Case], omar: User, now: datetime) -> list[Case]:
    """Twelve cases of which four are promised for Sunday the 11th."""
    for case in many[:4]:
        accept(case, by=omar, at=now, days=5)
    return many


@pytest.mark.django_db
def test_many_deadlines_move_as_one_does(mixed: list[Case], now: datetime) -> None:
    declare(5)
    declare(11)
    others = [fresh(case) for case in mixed]
    assert recalculation.recalculate(at=now) == 12
    assert moved() == dict.fromkeys([case.pk for case in mixed], 1)
    for before, case in zip(others, map(fresh, mixed), strict=True):
        event = case.events.get(action="recalculate")
        clock = case.clocks.get(ended_at=None)
        assert (event.at, event.number, event.agency_id, case.version) == (
            now,
            case.version,
            case.agency_id,
            case.version,
        )
        assert datetime.fromisoformat(event.facts["new_due"]) == case.deadline_at
        assert case.deadline_at == clock.due_at == clock.first_due_at > before.deadline_at
        assert first_forged(case.events.order_by("number")) is None
    told = Message.objects.filter(template="case_new_date")
    assert set(told.values_list("reference", flat=True)) == {case.reference for case in mixed[:4]}


@pytest.mark.django_db
def test_a_batch_takes_the_same_statements_for_two_and_for_eight_cases(many: list[Case], now: datetime) -> None:
    """A batch of which each clock moves by itself would take a dozen more for each."""
    declare(5)

    def cost(cases: list[Case]) -> int:
        Clock.objects.exclude(case__in=cases).update(limit_days=None)
        Clock.objects.filter(case__in=cases).update(limit_days=2)
        deadline_recalculation.request(at=now)
        with CaptureQueriesContext(connection) as statements:
            assert recalculation.recalculation_go_on(at=now) == len(cases)
        return len(statements)

    assert cost(many[:2]) == cost(many[2:10])


@pytest.mark.django_db
def test_a_recalculation_goes_on_where_it_was_ended(
    mixed: list[Case], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare(5)
    monkeypatch.setattr(recalculation, "BATCH", 5)
    looked: list[int] = []
    batch = recalculation._batch

    def counted(after: int) -> list[Clock]:
        looked.append(after)
        if len(looked) == 3:
            raise SystemExit
        return batch(after)

    monkeypatch.setattr(recalculation, "_batch", counted)
    deadline_recalculation.request(at=now)
    with pytest.raises(SystemExit):
        recalculation.recalculation_go_on(at=now)
    position = CalendarChange.objects.get().position
    assert (looked, CalendarChange.objects.get().finished_at) == ([0, looked[1], position], None)
    recalculation.recalculation_go_on(at=now)
    assert looked[3:] == [position]
    assert moved() == dict.fromkeys([case.pk for case in mixed[4:]], 1)
    assert CalendarChange.objects.get().finished_at == now


@pytest.mark.django_db
def test_a_recalculation_ends_with_its_time_and_without_a_request_does_nothing(
    many: list[Case], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert recalculation.recalculation_go_on(at=now) == 0
    declare(5)
    monkeypatch.setattr(recalculation, "BATCH", 5)
    monkeypatch.setattr(recalculation, "monotonic", iter([0.0, 1.0, 11.0] + [12.0] * 9).__next__)
    deadline_recalculation.request(at=now)
    assert recalculation.recalculation_go_on(at=now, seconds=10) == 5
    assert recalculation.recalculation_go_on(at=now, seconds=10) == 7


@pytest.mark.django_db
def test_a_newer_change_overtakes_an_older_one(many: list[Case], now: datetime) -> None:
    for day in (5, 6):
        declare(day)
        deadline_recalculation.request(at=now)
    assert recalculation.recalculation_go_on(at=now) == 12
    assert CalendarChange.objects.filter(finished_at=now).count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_case_in_somebody_elses_hands_is_moved_once_it_is_free(many: list[Case], omar: User, now: datetime) -> None:
    declare(5)
    outcomes = at_once(
        lambda: recalculation.recalculate(at=now),
        *[lambda case=case: accept(fresh(case), by=omar, at=now, days=2) for case in many[:4]],
    )
    assert [one for one in outcomes if isinstance(one, Exception)] == []
    recalculation.recalculate(at=now)
    assert recalculation.recalculate(at=now) == FailingRow.objects.count() == 0
    assert set(moved().values()) <= {1, 2}
    for case in many:
        assert first_forged(fresh(case).events.order_by("number")) is None
