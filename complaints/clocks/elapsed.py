"""How much of a clock's working time has passed: pure arithmetic on its dates, its pauses and the calendar."""

from __future__ import annotations

from datetime import datetime

from agencies.calendar import WorkingCalendar
from complaints.models import Clock


def moment_at_share(clock: Clock, share: int, calendar: WorkingCalendar) -> datetime | None:
    """Return when ``share`` percent of the working minutes of ``clock`` have passed; None when it has none.

    The working minutes between its start and its deadline count, without those of its pauses.
    """
    whole = calendar.working_minutes(clock.started_at, clock.due_at) - _paused_minutes(clock, calendar)
    if whole <= 0:
        return None
    moment = calendar.add_minutes(clock.started_at, whole * share // 100)
    return after_pauses(clock, moment, calendar)


def after_pauses(clock: Clock, moment: datetime, calendar: WorkingCalendar) -> datetime:
    """Return ``moment`` moved later by the working time of the finished pauses that began before it."""
    for pause in sorted(clock.pauses, key=lambda span: span.lower):
        if pause.lower < moment:
            moment = calendar.add_minutes(moment, calendar.working_minutes(pause.lower, pause.upper))
    return moment


def _paused_minutes(clock: Clock, calendar: WorkingCalendar) -> int:
    return sum(calendar.working_minutes(pause.lower, pause.upper) for pause in clock.pauses)
