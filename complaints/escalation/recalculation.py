"""Recalculates deadlines after the calendar changed: a day off declared or cancelled, a Ramadan that moved.

Idempotent: dates that already follow the current calendar stay. The admin starts it, and it runs every night.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from agencies.calendar import WorkingCalendar
from agencies.models import current_calendar
from complaints.clocks import clockwork
from complaints.engine import notices
from complaints.engine.change import Change
from complaints.engine.transition import act
from complaints.models import Case, Clock
from complaints.workflow import PROMISES, REMINDERS, Action, ClockKind, State
from notifications import outbox

logger = logging.getLogger(__name__)

#: Clocks read in one statement.
BATCH = 1000


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
    calendar = current_calendar()
    moved, last = 0, 0
    running = Clock.objects.filter(ended_at__isnull=True).exclude(kind=ClockKind.MAY_OBJECT).order_by("pk")
    while clocks := list(running.filter(pk__gt=last)[:BATCH]):
        last = clocks[-1].pk
        moved += sum(_attempt(clock, at=at, calendar=calendar) for clock in clocks if _differs(clock, calendar))
        # The moments of the reminders may move even where the deadline stays.
        Clock.objects.filter(pk__in=[clock.pk for clock in clocks]).update(next_check_at=None)
    return moved


def _differs(clock: Clock, calendar: WorkingCalendar) -> bool:
    return recalculated_dates(clock, calendar) != RecalculatedDates(clock.first_due_at, clock.due_at)


def _attempt(clock: Clock, *, at: datetime, calendar: WorkingCalendar) -> bool:
    try:
        return _recount(clock, at=at, calendar=calendar)
    except Exception:
        # An error on one clock must not stop the others; the nightly run tries again.
        logger.exception("a deadline was not counted anew", extra={"clock_id": clock.pk})
        return False


def _recount(found: Clock, *, at: datetime, calendar: WorkingCalendar) -> bool:
    """Move one clock under the lock of its case; return whether it was still to be moved."""
    with transaction.atomic():
        case = Case.objects.select_for_update(of=("self",)).defer("folded", "search_vector").get(pk=found.case_id)
        clock = Clock.objects.filter(pk=found.pk, ended_at__isnull=True).first()
        if clock is None or not _differs(clock, calendar):
            return False
        with act(case, Action.RECALCULATE, by=None, at=at) as change:
            _move(clock, recalculated_dates(clock, calendar), change)
    return True


def _move(clock: Clock, dates: RecalculatedDates, change: Change) -> None:
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
