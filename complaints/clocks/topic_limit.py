"""The date of a promise after the topic of its case was corrected: earlier where the topic asks for it, never later."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from agencies.calendar import WorkingCalendar
from complaints.clocks import clockwork
from complaints.clocks.elapsed import after_pauses
from complaints.models import Case, Clock


def earlier_due(clock: Clock, case: Case, *, days: int, at: datetime, calendar: WorkingCalendar) -> datetime | None:
    """Return when ``clock`` is due by a limit of ``days`` working days; None where the promise is no later than that.

    A date that was granted later may be twice as far, as ``extensions.latest_day`` says. Pauses count, and there is
    always one working day left from ``at``.
    """
    was_extended = clock.due_at > clock.first_due_at
    limit = after_pauses(clock, calendar.due(case.limit_from, 2 * days if was_extended else days), calendar)
    limit = max(limit, calendar.due(at, 1))
    return limit if timezone.localdate(limit) < timezone.localdate(clock.due_at) else None


def move_earlier(clock: Clock, *, due: datetime) -> None:
    """Set the date of ``clock`` to the earlier ``due``; reminders are computed anew."""
    clockwork.move(clock, first=min(clock.first_due_at, due), due=due)
    clock.save(update_fields=clockwork.MOVED)
