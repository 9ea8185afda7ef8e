"""Recalculates deadlines after the calendar changed: a day off declared or cancelled, a Ramadan that moved.

Idempotent: dates that already follow the current calendar stay. A change of the calendar requests it, and every night
does. It goes through the open clocks in batches; how far it has come is recorded with each batch, so that it goes on
there after whatever ended it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.utils import timezone

from agencies import deadline_recalculation
from agencies.calendar import WorkingCalendar
from agencies.models import current_calendar
from complaints.clocks import clockwork
from complaints.engine import notices
from complaints.engine.batches import act_on_each
from complaints.engine.change import Change
from complaints.engine.transition import act
from complaints.models import Case, Clock
from complaints.workflow import PROMISES, REMINDERS, Action, ClockKind, State
from notifications import outbox
from notifications.periodic import RowRun

TASK = "complaints.continue_recalculation"
#: Clocks looked at in one transaction; pages wait for the cases of those that move for less than a second.
BATCH = 500
#: For so long one run works; the next goes on.
DRAIN_SECONDS = 100.0


@dataclass(frozen=True)
class RecalculatedDates:
    """The recalculated first and current deadline of a clock."""

    first: datetime
    due: datetime


def recalculated_dates(clock: Clock, calendar: WorkingCalendar) -> RecalculatedDates:
    """Return the dates of an open clock as ``calendar`` has them.

    A clock with a limit is counted from its start, plus its finished pauses. A promised day stays, even when it could
    be earlier now; if offices no longer work on it, the next working day replaces it. The date until which a citizen
    may reply never becomes earlier.
    """
    if clock.limit_days is None:
        return RecalculatedDates(_kept(clock, clock.first_due_at, calendar), _kept(clock, clock.due_at, calendar))
    due = calendar.due(clock.started_at, clock.limit_days)
    for pause in sorted(clock.pauses, key=lambda span: span.lower):
        due = calendar.add_minutes(due, calendar.working_minutes(pause.lower, pause.upper))
    if clock.kind == ClockKind.CITIZEN_REPLY and due < clock.due_at:
        return RecalculatedDates(clock.first_due_at, clock.due_at)
    return RecalculatedDates(due, due)


def _kept(clock: Clock, due: datetime, calendar: WorkingCalendar) -> datetime:
    """Return the end of the promised day; after a pause, which moved it by minutes, the minute within the hours."""
    day = timezone.localdate(due)
    if not calendar.is_working_day(day):
        return calendar.closing(calendar.working_day_after(day))
    if not clock.pauses:
        return calendar.closing(day)
    return min(max(due, calendar.opening(day)), calendar.closing(day))


def recalculate(*, at: datetime) -> int:
    """Recalculate the dates of all open clocks; return how many moved. Safe to run twice and at the same time."""
    deadline_recalculation.request(at=at)
    return go_on(at=at)


def go_on(*, at: datetime, seconds: float = float("inf")) -> int:
    """Go on with the recalculation that was requested, for so many ``seconds``; return how many deadlines moved.

    One process is at it at a time; another returns at once. A clock that fails is named and left to the next night.
    """
    run, moved, until, is_last = RowRun(TASK, "clock", at=at), 0, monotonic() + seconds, False
    while not is_last and monotonic() < until:
        busy: Sequence[int] = ()
        with transaction.atomic():
            change = deadline_recalculation.claim()
            if change is None:
                break
            clocks = _batch(change.position)
            count, busy = _move_batch(clocks, run)
            moved += count
            is_last = len(clocks) < BATCH
            if is_last:
                deadline_recalculation.finish(change, at=at)
            else:
                deadline_recalculation.advance(change, to=clocks[-1].pk)
        # Somebody else had their cases: waited for only now that no case is held.
        moved += _move_each(busy, run)
    return moved


def _batch(after: int) -> list[Clock]:
    running = Clock.objects.filter(ended_at__isnull=True).exclude(kind=ClockKind.MAY_OBJECT)
    return list(running.filter(pk__gt=after).order_by("pk")[:BATCH])


def _move_batch(clocks: Sequence[Clock], run: RowRun) -> tuple[int, Sequence[int]]:
    """Move the clocks of a batch that differ, all at once; return how many moved, and which are to be moved singly."""
    calendar, held = current_calendar(), _check_again(clocks)
    differing = [clock for clock in clocks if clock.pk in held and _differs(clock, calendar)]
    elsewhere = [clock.pk for clock in clocks if clock.pk not in held]
    if not differing:
        return 0, elsewhere
    try:
        moved = _move_at_once(differing, calendar, at=run.at)
    except SoftTimeLimitExceeded:
        raise
    except Exception:  # noqa: BLE001 - whatever one bad clock raises
        # One of them is bad: each is tried by itself, and the bad one is named.
        moved = set()
    return len(moved), elsewhere + [clock.pk for clock in differing if clock.pk not in moved]


def _check_again(clocks: Sequence[Clock]) -> set[int]:
    """Let the sweep look at these clocks anew, and return which; the moments of reminders move with the calendar too.

    A clock that somebody else has locked is left out: whoever has its case may need another clock of this batch next,
    and each would wait for the other.
    """
    rows = Clock.objects.filter(pk__in=[clock.pk for clock in clocks]).order_by("pk")
    held = set(rows.select_for_update(skip_locked=True).values_list("pk", flat=True))
    Clock.objects.filter(pk__in=held).update(next_check_at=None)
    return held


def _move_at_once(clocks: Sequence[Clock], calendar: WorkingCalendar, *, at: datetime) -> set[int]:
    """Move clocks of different cases in few statements; return the keys of those that moved or need not move.

    Of several clocks of one case only the first is: each has an event of its own.
    """
    first = {clock.case_id: clock for clock in reversed(clocks)}
    with act_on_each(first.keys(), Action.RECALCULATE, at=at) as changes:
        open_now = Clock.objects.filter(pk__in=[clock.pk for clock in first.values()], ended_at__isnull=True)
        fresh = {clock.case_id: clock for clock in open_now}
        for change in list(changes):
            clock = fresh.get(change.case.pk)
            if clock is None or not _differs(clock, calendar):
                changes.remove(change)
                continue
            _note(clock, recalculated_dates(clock, calendar), change)
        Clock.objects.bulk_update([fresh[change.case.pk] for change in changes], clockwork.MOVED)
    return {first[change.case.pk].pk for change in changes}


def _move_each(keys: Sequence[int], run: RowRun) -> int:
    """Move clocks one by one, each under the lock of its case; return how many were still to be moved."""
    calendar, moved = (current_calendar() if keys else None), 0
    for pk in keys:
        with run.row(pk):
            moved += calendar is not None and _recount(pk, at=run.at, calendar=calendar)
    return moved


def _differs(clock: Clock, calendar: WorkingCalendar) -> bool:
    return recalculated_dates(clock, calendar) != RecalculatedDates(clock.first_due_at, clock.due_at)


def _recount(pk: int, *, at: datetime, calendar: WorkingCalendar) -> bool:
    found = Clock.objects.filter(pk=pk, ended_at__isnull=True).first()
    if found is None:
        return False
    case = Case.objects.select_for_update(of=("self",)).defer("folded", "search_vector").get(pk=found.case_id)
    Clock.objects.filter(pk=pk, ended_at__isnull=True).update(next_check_at=None)
    clock = Clock.objects.filter(pk=pk, ended_at__isnull=True).first()
    if clock is None or not _differs(clock, calendar):
        return False
    with act(case, Action.RECALCULATE, by=None, at=at) as change:
        _note(clock, recalculated_dates(clock, calendar), change)
        clock.save(update_fields=clockwork.MOVED)
    return True


def _note(clock: Clock, dates: RecalculatedDates, change: Change) -> None:
    """Give ``clock``, still unsaved, its new dates, and set what the change says of them."""
    old_on, new_on = timezone.localdate(clock.due_at), timezone.localdate(dates.due)
    change.facts = {
        "clock": clock.pk,
        "kind": clock.kind,
        "old_due": clock.due_at.isoformat(),
        "new_due": dates.due.isoformat(),
    }
    clockwork.move(clock, first=dates.first, due=dates.due)
    if clock.task_id is not None or clock.paused_at is not None:
        return
    change.set(deadline_at=dates.due)
    if clock.kind == ClockKind.ANSWER and change.case.state == State.IN_PROGRESS:
        change.set(promised_on=new_on)
        if old_on != new_on:
            change.facts["new_on"] = new_on.isoformat()
            _tell(change)


def _tell(change: Change) -> None:
    """Owe the citizen the new date, and cancel unsent messages that name the old one."""
    case = change.case
    outbox.cancel(reference=case.reference, templates=PROMISES | REMINDERS, at=change.at)
    notice = notices.to_citizen("case_new_date", case=case, on=case.promised_on)
    outbox.owe([notice], occasion=f"recount:{case.pk}:{case.version + 1}", at=change.at)
