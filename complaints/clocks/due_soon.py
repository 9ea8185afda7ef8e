"""Until when a deadline counts as due soon: one rule for queue, list, digest and figures."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.utils import timezone

from agencies.calendar import AMMAN, WorkingCalendar

#: A case is due soon through the end of this many working days after today, so that a weekend hides nothing.
SOON_DAYS = 2


def soon_ends(at: datetime, calendar: WorkingCalendar) -> datetime:
    """Return the moment from which a deadline is no longer due soon, seen from ``at``: a midnight in Amman."""
    day = timezone.localdate(at, AMMAN)
    for _ in range(SOON_DAYS):
        day = calendar.working_day_after(day)
    return datetime.combine(day + timedelta(days=1), time.min, AMMAN)
