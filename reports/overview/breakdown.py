"""A breakdown on the page of all figures: a chart of one figure, and a table whose numbers open their cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.html import format_html
from django.utils.safestring import SafeString

from kit.fragments import Fragment
from reports.drill import lists
from reports.figures.scopes import Dimension, Scope
from reports.overview.cells import cells
from reports.overview.rows import FIGURE_NAMES, FigureRow
from reports.periods import ReportPeriod

#: The most bars in the chart; the table beside it has all rows.
MOST_BARS: Final = 12
#: The rows that the table shows at once; the rest unfolds.
FIRST_ROWS: Final = 15
#: The most bars named in the text alternative of the chart.
MOST_SPOKEN: Final = 3

_ROW: Final = Fragment("reports/overview/breakdown_row.html", "name", "note", "cells")


@dataclass(frozen=True)
class Breakdown:
    """What the page shows of one dimension: rows as markup, those shown ``first`` and the ``rest``, and the bars."""

    first: SafeString
    rest: SafeString
    rest_number: int
    bars: Sequence[tuple[str, int]]
    left_out: int
    summary: str


def breakdown(
    rows: Sequence[FigureRow], dimension: Dimension, *, shown: str, period: ReportPeriod, scope: Scope
) -> Breakdown:
    """Return the breakdown of ``period`` and ``scope`` by ``dimension``; ``shown`` is the figure of the chart."""
    addresses = lists.cases_urls_by(dimension, FIGURE_NAMES, period, scope)
    lines = [_line(row, addresses(row.key)) for row in rows]
    bars = _bars(rows, shown)
    return Breakdown(
        first=_ROW.fill(lines[:FIRST_ROWS]),
        rest=_ROW.fill(lines[FIRST_ROWS:]),
        rest_number=len(lines[FIRST_ROWS:]),
        bars=bars[:MOST_BARS],
        left_out=len(bars[MOST_BARS:]),
        summary="; ".join(f"{name}: {number:,}" for name, number in bars[:MOST_SPOKEN]),
    )


def _line(row: FigureRow, addresses: Mapping[str, str]) -> Mapping[str, str]:
    note = format_html('<br><span class="small muted">{}</span>', row.note) if row.note else SafeString()
    counts = ((getattr(row.figures, name), addresses[name]) for name in FIGURE_NAMES)
    written = cells((f"{count:,}", address if count else "") for count, address in counts)
    return {"name": row.name, "note": note, "cells": written}


def _bars(rows: Sequence[FigureRow], shown: str) -> list[tuple[str, int]]:
    """Return the shown figure of every row where it is not zero, the largest first."""
    found = [(row.short_name, int(getattr(row.figures, shown))) for row in rows]
    return sorted((bar for bar in found if bar[1]), key=lambda bar: -bar[1])
