"""Calculates with working time, to the minute: Sunday to Thursday, without holidays, within the working hours."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

AMMAN = ZoneInfo("Asia/Amman")
#: Friday and Saturday, since 6 January 2000; ``date.weekday`` counts Monday as 0.
WEEKEND = frozenset({4, 5})
#: The number of days searched for a working day before ``CalendarExhausted`` is raised.
HORIZON = 3 * 366
_DAY = timedelta(days=1)


class CalendarExhausted(ValueError):
    """There is no working day within ``HORIZON`` days, or no working hours are known for a day."""


@dataclass(frozen=True)
class Hours:
    """The working hours from one day to another, both included; without dates they hold wherever no others do."""

    opens: time
    closes: time
    starts_on: date | None = None
    ends_on: date | None = None
    estimated: bool = False

    def covers(self, day: date) -> bool:
        """Tell whether these hours hold on ``day``."""
        return (self.starts_on is None or self.starts_on <= day) and (self.ends_on is None or day <= self.ends_on)


@dataclass(frozen=True)
class WorkingCalendar:
    """Working days and hours; all moments are aware, all days are days in Amman.

    Of several ``hours`` that cover a day the last in the sequence holds.
    """

    hours: Sequence[Hours]
    holidays: frozenset[date] = frozenset()
    weekend: frozenset[int] = WEEKEND

    def is_working_day(self, day: date) -> bool:
        """Tell whether offices work on ``day``."""
        return day.weekday() not in self.weekend and day not in self.holidays

    def hours_on(self, day: date) -> Hours:
        """Return the hours that hold on ``day``, were it a working day; raise CalendarExhausted when none are known."""
        for span in self._latest_first:
            if span.covers(day):
                return span
        message = f"no working hours cover {day.isoformat()}"
        raise CalendarExhausted(message)

    def opening(self, day: date) -> datetime:
        """Return when offices open on ``day``, were it a working day."""
        return datetime.combine(day, self.hours_on(day).opens, AMMAN)

    def closing(self, day: date) -> datetime:
        """Return when offices close on ``day``, were it a working day."""
        return datetime.combine(day, self.hours_on(day).closes, AMMAN)

    def opens_next(self, at: datetime) -> datetime:
        """Return ``at`` itself while offices are open, else when they open next."""
        for day in self._days_from(_day_in_amman(at)):
            if self.is_working_day(day) and at < self.closing(day):
                return max(self.opening(day), at.astimezone(AMMAN))
        message = f"no working time within {HORIZON} days of {at.isoformat()}"
        raise CalendarExhausted(message)

    def working_day_after(self, day: date) -> date:
        """Return the first working day after ``day``."""
        return next(self._working_days_after(day))

    def working_day_before(self, day: date) -> date:
        """Return the last working day before ``day``."""
        for n in range(1, HORIZON):
            if self.is_working_day(day - _DAY * n):
                return day - _DAY * n
        message = f"no working day within {HORIZON} days before {day.isoformat()}"
        raise CalendarExhausted(message)

    def due(self, start: datetime, days: int) -> datetime:
        """Return the closing time of the ``days``-th working day (1 or more) after the day of ``start``."""
        if days < 1:
            message = f"{days} working days are no limit"
            raise ValueError(message)
        working = self._working_days_after(_day_in_amman(start))
        for _ in range(days - 1):
            next(working)
        return self.closing(next(working))

    def days_between(self, start: date, end: date) -> int:
        """Return the working days after ``start`` up to and including ``end``; negative when ``end`` is earlier."""
        if end < start:
            return -self.days_between(end, start)
        weeks, rest = divmod((end - start).days, 7)
        worked = weeks * (7 - len(self.weekend)) + sum(
            (start.weekday() + n) % 7 not in self.weekend for n in range(1, rest + 1)
        )
        off = self._days_off
        return worked - (bisect_right(off, end) - bisect_right(off, start))

    def working_minutes(self, start: datetime, end: datetime) -> int:
        """Return the whole working minutes from ``start`` to ``end``; 0 when ``end`` is not later."""
        first, last = _day_in_amman(start), _day_in_amman(end)
        spent = timedelta()
        for n in range((last - first).days + 1):
            opened, closed = self._window(first + _DAY * n)
            spent += max(timedelta(), min(closed, end) - max(opened, start))
        return spent // timedelta(minutes=1)

    def add_minutes(self, start: datetime, minutes: int) -> datetime:
        """Return the moment ``minutes`` (0 or more) of working time after ``start``.

        Time that is used up exactly at closing time ends there, not at the next opening; 0 minutes end at ``start``.
        """
        if minutes < 0:
            message = f"{minutes} minutes lie in the past"
            raise ValueError(message)
        if minutes == 0:
            return start
        return self._spend(start, timedelta(minutes=minutes))

    def _spend(self, start: datetime, left: timedelta) -> datetime:
        for day in self._days_from(_day_in_amman(start)):
            opened, closed = self._window(day)
            begin = max(opened, start)
            if closed - begin >= left:
                return (begin + left).astimezone(AMMAN)
            left -= max(closed - begin, timedelta())
        message = f"no working time within {HORIZON} days of {start.isoformat()}"
        raise CalendarExhausted(message)

    @cached_property
    def _latest_first(self) -> tuple[Hours, ...]:
        return tuple(reversed(self.hours))

    @cached_property
    def _days_off(self) -> list[date]:
        """Return the holidays that are no weekend, in order."""
        return sorted(day for day in self.holidays if day.weekday() not in self.weekend)

    @cached_property
    def _windows(self) -> dict[date, tuple[datetime, datetime]]:
        return {}

    def _window(self, day: date) -> tuple[datetime, datetime]:
        """Return when offices open and close on ``day``; kept, because whoever counts asks for the same days again."""
        if day not in self._windows:
            opened = self.opening(day)
            self._windows[day] = (opened, self.closing(day) if self.is_working_day(day) else opened)
        return self._windows[day]

    def _days_from(self, day: date) -> Iterator[date]:
        for n in range(HORIZON):
            yield day + _DAY * n

    def _working_days_after(self, day: date) -> Iterator[date]:
        for later in self._days_from(day + _DAY):
            if self.is_working_day(later):
                yield later
        message = f"no working day within {HORIZON} days of {day.isoformat()}"
        raise CalendarExhausted(message)


def _day_in_amman(moment: datetime) -> date:
    if moment.tzinfo is None:
        message = "a moment needs a time zone"
        raise ValueError(message)
    return moment.astimezone(AMMAN).date()
