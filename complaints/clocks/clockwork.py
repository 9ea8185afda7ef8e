"""Starts, pauses, resumes and ends the clocks of a case as its state changes."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange as Range
from django.db.models import F, QuerySet
from django.utils import timezone

from agencies.calendar import WorkingCalendar
from complaints.clocks import limits
from complaints.models import Case, Classification, Clock, Ending
from complaints.workflow import ACTIONS, OBJECTION_DAYS, STATE_RULES, Action, ClockKind, Kind, Outcome, State

#: What ``move`` sets.
MOVED = ("first_due_at", "due_at", "next_check_at")


def latest_promise(case: Case, *, at: datetime, calendar: WorkingCalendar) -> date:
    """Return the last day an agency may promise: the topic's limit from filing, but never before the next working day.

    The limit counts from ``limit_from`` (filing, or a referral that reset it); an agency that receives a case after the
    limit has passed still gets one working day.
    """
    return max(
        timezone.localdate(calendar.due(case.limit_from, case.limit_days)), timezone.localdate(calendar.due(at, 1))
    )


def promise_days(case: Case, *, at: datetime, calendar: WorkingCalendar) -> int:
    """Return the working days from ``at`` to the last day that may be promised (at least 1)."""
    latest = latest_promise(case, at=at, calendar=calendar)
    return max(1, calendar.days_between(timezone.localdate(at), latest))


def due_in_state(
    state: State, *, at: datetime, promised: datetime | None, calendar: WorkingCalendar | None
) -> tuple[datetime, int | None]:
    """Return when the clock of ``state``, entered at ``at``, is due, and its limit in working days where it has one."""
    if STATE_RULES[state].clock == ClockKind.MAY_OBJECT:
        return at + timedelta(days=OBJECTION_DAYS), None
    days = limits.days_in(state)
    if days is None:
        if promised is None:
            message = f"{state} needs a promised date"
            raise ValueError(message)
        return promised, None
    if calendar is None:
        message = f"{state} counts working days"
        raise ValueError(message)
    return calendar.due(at, days), days


def start(case: Case, *, at: datetime, due: datetime, days: int | None) -> Clock:
    """Start the clock of the case's state."""
    return Clock.objects.create(
        case=case,
        kind=STATE_RULES[State(case.state)].clock,
        started_at=at,
        limit_days=days,
        first_due_at=due,
        due_at=due,
    )


def end(clock: Clock, *, action: Action, at: datetime) -> None:
    """End ``clock``: missed when it is past its deadline, met when it waited for ``action``, else stopped."""
    if at > clock.due_at:
        clock.ending = Ending.MISSED
    elif ClockKind(clock.kind) in ACTIONS[action].fulfils:
        clock.ending = Ending.MET
    else:
        clock.ending = Ending.STOPPED
    _close_pause(clock, at)
    clock.ended_at = at
    clock.save(update_fields=["ended_at", "ending", "paused_at", "pauses"])


def end_unused(windows: QuerySet[Clock]) -> int:
    """End times to object of which no use was made, at the moment they were over; return how many."""
    return windows.update(ended_at=F("due_at"), ending=Ending.STOPPED)


def pause(clock: Clock, *, at: datetime) -> None:
    """Pause ``clock`` while the citizen is asked."""
    clock.paused_at = at
    clock.save(update_fields=["paused_at"])


def resume(clock: Clock, *, at: datetime, calendar: WorkingCalendar) -> None:
    """Let ``clock`` run again, its deadlines moved by the working minutes of the pause.

    All pauses of one clock together count no longer than one question may wait: the recorded pause ends where that
    time is used up, so that repeated questions gain no time.
    """
    if clock.paused_at is None:
        message = f"clock {clock.pk} is not paused"
        raise ValueError(message)
    at = min(at, paused_until(clock, clock.paused_at, calendar))
    stood = calendar.working_minutes(clock.paused_at, at)
    clock.due_at = calendar.add_minutes(clock.due_at, stood)
    clock.first_due_at = calendar.add_minutes(clock.first_due_at, stood)
    _close_pause(clock, at)
    clock.next_check_at = None
    clock.save(update_fields=["due_at", "first_due_at", "paused_at", "pauses", "next_check_at"])


def paused_until(clock: Clock, paused_at: datetime, calendar: WorkingCalendar) -> datetime:
    """Return the latest end of a pause that began at ``paused_at``, given the earlier pauses of ``clock``."""
    days = limits.days_in(State.WAITING) or 0
    first = min((pause.lower for pause in clock.pauses), default=paused_at)
    cap = calendar.working_minutes(first, calendar.due(first, days))
    used = sum(calendar.working_minutes(pause.lower, pause.upper) for pause in clock.pauses)
    return calendar.add_minutes(paused_at, max(0, cap - used))


def postpone(clock: Clock, *, to: datetime) -> None:
    """Set the deadline of ``clock`` to ``to``; its first date and the steps taken on it stay."""
    clock.due_at, clock.next_check_at = to, None
    clock.save(update_fields=["due_at", "next_check_at"])


def move(clock: Clock, *, first: datetime, due: datetime) -> None:
    """Set both dates of ``clock``, because the calendar they were counted by has changed; ``MOVED`` are to be saved."""
    clock.first_due_at, clock.due_at, clock.next_check_at = first, due, None


def reopen(case: Case, *, ended_at: datetime) -> Clock:
    """Reopen the clock of the state to which ``case`` goes back, which ended at ``ended_at``, as if it never had.

    Undoing neither forgives a missed date nor lets a step be taken twice.
    """
    clock = case.clocks.filter(kind=STATE_RULES[State(case.state)].clock, task=None, ended_at=ended_at).latest("pk")
    clock.ended_at, clock.ending, clock.next_check_at = None, "", None
    clock.save(update_fields=["ended_at", "ending", "next_check_at"])
    return clock


def _close_pause(clock: Clock, at: datetime) -> None:
    if clock.paused_at is not None:
        if at > clock.paused_at:
            clock.pauses = [*clock.pauses, Range(clock.paused_at, at)]
        clock.paused_at = None


def needs_window(case: Case) -> bool:
    """Tell whether a closed case has a time to object: not when it was withdrawn, nor praise that was passed on.

    What staff made praise of can be objected to: it would be an easy way out of an answer. One statement for praise.
    """
    if case.outcome == Outcome.THANKED:
        return Classification.objects.filter(case=case.pk, kind_after=Kind.PRAISE).exists()
    return case.outcome != Outcome.WITHDRAWN
