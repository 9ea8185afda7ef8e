"""The charts of a document: which rows of which table they draw."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Final

from kit.charts.data import ChartData, ChartRow
from reports.documents.tree import Cell, Chart, ChartKind, Column, ColumnKind, Row, Section, Table
from reports.documents.words import cell_text, number_text

#: The most rows drawn; the table has all of them.
MOST_ROWS: Final = 15


@dataclass(frozen=True)
class DrawnChart:
    """A chart with what it draws; ``left_out`` rows are in its table only."""

    kind: ChartKind
    title: str
    data: ChartData
    left_out: int


def drawings(section: Section) -> list[DrawnChart]:
    """Return what the charts of ``section`` draw."""
    return [_drawn(section, chart) for chart in section.charts]


def _drawn(section: Section, chart: Chart) -> DrawnChart:
    """Return what ``chart`` draws, in the language that is active; lines and maps draw all rows."""
    table = section.table(chart.table)
    places = [table.place(key) for key in chart.columns]
    columns = [table.columns[place] for place in places]
    rows = [_row(table, at, places) for at in range(len(table.rows))]
    kept = rows if chart.kind in {ChartKind.MAP, ChartKind.LINES} else rows[:MOST_ROWS]
    data = ChartData(
        columns=(table.columns[0].title, *(column.title for column in columns)),
        rows=tuple(kept),
        write=partial(number_text, kind=columns[0].kind),
        highest=_highest(columns, chart.kind),
    )
    return DrawnChart(chart.kind, chart.title or _title(table, columns), data, len(rows) - len(kept))


def _row(table: Table, at: int, places: list[int]) -> ChartRow:
    row: Row = table.rows[at]
    kinds = [table.columns[place].kind for place in places]
    return ChartRow(
        label=cell_text(row[0], table.columns[0].kind),
        values=tuple(_number(row[place]) for place in places),
        texts=tuple(cell_text(row[place], kind) for place, kind in zip(places, kinds, strict=True)),
        key=table.row_keys[at] if table.row_keys else "",
    )


def _number(cell: Cell) -> float | None:
    return float(cell) if isinstance(cell, int | Decimal) else None


def _highest(columns: list[Column], kind: ChartKind) -> float | None:
    """Return the end of the scale: all of a share or score, unless a line would be flat on it."""
    if kind is ChartKind.LINES:
        return None
    return {ColumnKind.SHARE: 1.0, ColumnKind.SCORE: 100.0}.get(columns[0].kind)


def _title(table: Table, columns: list[Column]) -> str:
    return f"{table.caption}: {columns[0].title}" if len(columns) == 1 else table.caption
