"""What figures are asked for, the statements that add them up, and which small groups are withheld."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import accumulate
from time import monotonic
from typing import Any, Final

from agencies.calendar import AMMAN, CalendarExhausted, WorkingCalendar
from reports.figures.measures import NAMES, Figures
from reports.models.figures import HOLDERS, STOCKS

type Key = int | str | None


class Dimension(StrEnum):
    """What figures can be broken down by; the value is the column of an entry."""

    AGENCY = "agency_id"
    TOPIC = "topic_id"
    KIND = "kind"
    CHANNEL = "channel"
    GOVERNORATE = "governorate_id"


@dataclass(frozen=True)
class Scope:
    """A part of the cases; None is all of a dimension, and the key None in a set is "without one"."""

    agencies: frozenset[Key] | None = None
    topics: frozenset[Key] | None = None
    kinds: frozenset[Key] | None = None
    channels: frozenset[Key] | None = None
    governorates: frozenset[Key] | None = None

    def of(self, dimension: Dimension) -> frozenset[Key] | None:
        """Return the keys of one dimension, None for all."""
        match dimension:
            case Dimension.AGENCY:
                return self.agencies
            case Dimension.TOPIC:
                return self.topics
            case Dimension.KIND:
                return self.kinds
            case Dimension.CHANNEL:
                return self.channels
            case Dimension.GOVERNORATE:
                return self.governorates

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """The dimensions that are limited."""
        return tuple(each for each in Dimension if self.of(each) is not None)


# ---- The working calendar as arrays, by which a statement counts working time. ----


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


# ---- Sums over entries: the part of the statement that live counting and kept totals share. ----


#: The month an entry began to count in.
MONTH: Final = "date_trunc('month', moment AT TIME ZONE 'Asia/Amman')::date"
ORIGIN_MONTH: Final = "date_trunc('month', origin AT TIME ZONE 'Asia/Amman')::date"
_MONTHS: Final = 12

type Cell = tuple[Key, ...]


def amount_columns(names: Sequence[str] = NAMES, *, flows: str, stocks: str = "true", held: str) -> str:
    """Return the SQL of the sums of ``names``, in their order.

    ``flows`` tells whether a row belongs to the period, ``stocks`` whether it counts for what stands at its end.
    ``held`` is the working time for which a holder has what it got by the row, besides the rest of that month.
    """

    def column(name: str) -> str:
        if name in HOLDERS:
            rest = f"coalesce(sum(rest_{name}) FILTER (WHERE {flows}), 0)"
            return f"({rest} + coalesce(sum(held_{name} * ({held})), 0))::bigint"
        return f"(sum({name}) FILTER (WHERE {stocks if name in STOCKS else flows}))::bigint"

    return ", ".join(map(column, names))


WEIGHTS: Final = "LEFT JOIN unnest(%(months)s::date[], %(weights)s::bigint[]) AS weight (month, seconds)"


def weights(days: DayTable, *, start: datetime, end: datetime) -> Mapping[str, Any]:
    """Return the parameters that turn changes of holders into working seconds between ``start`` and ``end``."""
    until = days.worked_until(end)
    months = list(_months(start.astimezone(AMMAN).date(), end.astimezone(AMMAN).date()))
    return {
        "whole": until - days.worked_until(start),
        "months": months,
        "weights": [until - days.worked_until(_month_end(month)) for month in months],
    }


def _months(first: date, last: date) -> Iterable[date]:
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = next_month(month)


def next_month(month: date) -> date:
    """Return the first day of the month after ``month``."""
    return date(month.year + month.month // _MONTHS, month.month % _MONTHS + 1, 1)


def _month_end(month: date) -> datetime:
    later = next_month(month)
    return datetime(later.year, later.month, later.day, tzinfo=AMMAN)


def scope_condition(
    scope: Scope, dimensions: Sequence[Dimension], parameters: dict[str, Any], *, table: str = ""
) -> str:
    """Return the SQL that keeps the rows of ``scope`` in these dimensions; adds its parameters."""
    found = []
    for dimension in dimensions:
        keys = scope.of(dimension)
        if keys is None:
            continue
        column, name = f"{table}{dimension}", f"scope_{dimension}"
        parameters[name] = [key for key in keys if key is not None]
        kind = "text[]" if dimension in {Dimension.KIND, Dimension.CHANNEL} else "bigint[]"
        nobody = f" OR {column} IS NULL" if None in keys else ""
        found.append(f"({column} = ANY(%({name})s::{kind}){nobody})")
    return " AND ".join(found) or "true"


@dataclass
class Sums:
    """Adds up rows of amounts and of days by cell."""

    amounts: dict[Cell, dict[str, int]]
    decided: dict[Cell, dict[int, int]]
    answered: dict[Cell, dict[int, int]]

    @classmethod
    def empty(cls) -> Sums:
        """Return sums of nothing."""
        return cls({}, {}, {})

    def add(self, cell: Cell, amounts: Sequence[int | None], names: Sequence[str] = NAMES) -> None:
        """Add one row of the amounts of ``names``, in their order."""
        sums = self.amounts.get(cell)
        if sums is None:
            sums = self.amounts[cell] = dict.fromkeys(names, 0)
        for name, amount in zip(names, amounts, strict=True):
            if amount:
                sums[name] += amount

    def add_days(self, cell: Cell, *, acts: str, days: int, number: int) -> None:
        """Add how many acts took so many working days."""
        spread = (self.decided if acts == "decided" else self.answered).setdefault(cell, {})
        spread[days] = spread.get(days, 0) + number

    def figures(self) -> dict[Cell, Figures]:
        """Return the figures of each cell that has any."""
        found = {
            cell: Figures(amounts, _positive(self.decided.get(cell)), _positive(self.answered.get(cell)))
            for cell, amounts in self.amounts.items()
        }
        return {cell: figures for cell, figures in found.items() if figures}


def _positive(spread: Mapping[int, int] | None) -> dict[int, int]:
    return {days: number for days, number in (spread or {}).items() if number}


# ---- Withholds small groups, and as many others as it takes that no subtraction reveals them. ----


#: Groups with fewer cases than this are withheld.
SMALLEST: Final = 5


def withheld_groups[R: Hashable](groups: Mapping[R, int], *, hidden: Collection[R] = ()) -> frozenset[R]:
    """Return the groups to withhold, when all the others and the sum of all are shown.

    These are the ``hidden`` ones, the small ones, and the smallest others while the sum would tell one of them. A group
    of nobody is shown unless it is hidden.
    """
    found = {*hidden, *(group for group, number in groups.items() if 0 < number < SMALLEST)}
    rest = sorted(
        (group for group, number in groups.items() if number and group not in found),
        key=lambda group: (groups[group], str(group)),
    )
    while rest and _reveals([groups[group] for group in found]):
        found.add(rest.pop(0))
    return frozenset(found)


def _reveals(numbers: Collection[int]) -> bool:
    """Tell whether the sum of withheld ``numbers`` leaves no choice for one of them, of which none is known to be 0."""
    counted, whole = [number for number in numbers if number], sum(numbers)
    return bool(counted) and (len(counted) == 1 or whole < SMALLEST or whole <= len(counted))


# ---- Lines that say how far a long count is, at most one each second. ----


_SECONDS: Final = 1.0


class ProgressLines:
    """Writes "entries: 2,000 of 10,000" and the like."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write
        self._written_at = 0.0

    def __call__(self, step: str, done: int, whole: int) -> None:
        """Write a line, unless one was written less than a second ago and the step goes on."""
        if done < whole and monotonic() < self._written_at + _SECONDS:
            return
        self._written_at = monotonic()
        self._write(f"{step}: {done:,} of {whole:,}")
