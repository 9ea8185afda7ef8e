"""The working calendar as arrays, by which a statement counts working time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import Any, Final

from agencies.calendar import AMMAN, CalendarExhausted, WorkingCalendar

_DAY: Final = timedelta(days=1)
#: Deadlines lie at most so far ahead; what lies beyond is late on no day that can be asked for.
AHEAD: Final = timedelta(days=400)


@dataclass(frozen=True)
class DayTable:
    """The working days from one day to another as arrays, by which the statement counts working time."""

    first: date
    opens: list[float]
    closes: list[float]
    worked: list[float]
    workdays: list[int]

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The parameters of the statement that hold the calendar."""
        return vars(self)

    def worked_until(self, moment: datetime) -> int:
        """Return the working seconds from the first day of the table to ``moment``."""
        place = (_local(moment) - self.first).days
        place = min(max(place, 0), len(self.opens) - 1)
        done = min(self.closes[place], moment.timestamp()) - self.opens[place]
        return round(self.worked[place] + max(0.0, done))


def day_table(calendar: WorkingCalendar, *, since: datetime, until: datetime, ahead: timedelta = AHEAD) -> DayTable:
    """Return the days from the month of ``since`` to ``ahead`` of ``until``; days of unknown hours are free."""
    first = _local(since).replace(day=1)
    return _days(calendar, first, (_local(until) + ahead - first).days)


@lru_cache(maxsize=16)
def _days(calendar: WorkingCalendar, first: date, number: int) -> DayTable:
    days = [first + _DAY * n for n in range(number)]
    windows = [_window(calendar, day) for day in days]
    lengths = [closes - opens for opens, closes in windows]
    return DayTable(
        first=first,
        opens=[opens for opens, _ in windows],
        closes=[closes for _, closes in windows],
        worked=list(accumulate(lengths[:-1], initial=0.0)),
        workdays=list(accumulate(int(calendar.is_working_day(day)) for day in days)),
    )


def _window(calendar: WorkingCalendar, day: date) -> tuple[float, float]:
    try:
        opens = calendar.opening(day).timestamp()
        return opens, calendar.closing(day).timestamp() if calendar.is_working_day(day) else opens
    except CalendarExhausted:
        midnight = datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
        return midnight, midnight


def _local(moment: datetime) -> date:
    return moment.astimezone(AMMAN).date()
