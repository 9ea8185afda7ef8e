"""Sums over entries: the part of the statement that live counting and kept totals share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from agencies.calendar import AMMAN
from reports.figures.day_table import DayTable
from reports.figures.measures import NAMES, Figures
from reports.figures.scopes import Dimension, Key, Scope
from reports.models.figures import HOLDERS, STOCKS

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
