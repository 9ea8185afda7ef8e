"""Working days for statements: a running number for each day, so that the database subtracts instead of counting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate

from django.utils import timezone

from agencies.calendar import AMMAN, WorkingCalendar

#: The days that a span of working days may reach beyond its end by the calendar.
_AFTER = timedelta(days=120)


@dataclass(frozen=True)
class DayNumbers:
    """``numbers[n]`` is how many working days there are from ``first`` to ``n`` days after it, both included."""

    first: date
    numbers: tuple[int, ...]

    @property
    def parameters(self) -> dict[str, object]:
        """Return the parameters of ``CALENDAR``."""
        return {"first_day": self.first, "day_numbers": list(self.numbers)}


def day_numbers(calendar: WorkingCalendar, *, since: datetime, until: datetime) -> DayNumbers:
    """Return the numbers of the days from ``since`` until some months after ``until``."""
    first, last = timezone.localdate(since, AMMAN), timezone.localdate(until + _AFTER, AMMAN)
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return DayNumbers(first, tuple(accumulate(int(calendar.is_working_day(day)) for day in days)))


#: The first of the common table expressions of a statement; ``day_number`` reads it.
CALENDAR = "calendar AS MATERIALIZED (SELECT %(first_day)s::date AS first, %(day_numbers)s::integer[] AS numbers)"


def day_number(moment: str) -> str:
    """Return the SQL for the running number of the day of ``moment``, SQL too; the statement reads ``calendar``."""
    return f"calendar.numbers[({moment} AT TIME ZONE 'Asia/Amman')::date - calendar.first + 1]"
