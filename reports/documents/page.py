"""The document as markup for a page, on screen and printed, in its own language whatever that of the page is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from typing import Final

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language_bidi, gettext, override, pgettext

from kit.charts.data import ChartData, ChartRow
from kit.components.numbers import num
from kit.dates import day_digits, day_text, moment_text
from kit.typed_text import isolated
from reports.documents.tree import (
    Cell,
    Chart,
    ChartKind,
    Column,
    ColumnKind,
    Document,
    Row,
    Section,
    Table,
    Withheld,
    digest,
)

# ---- Cells and dates of a document in words, the same on the page and on paper; in the language that is
# active.


#: Nothing to measure, and withheld.
NOTHING, STAR = "–", "*"


def cell_text(cell: Cell, kind: ColumnKind) -> str:
    """Return a cell as it is read: ``1,579``, ``39%``, ``2.5``, ``30/9/2026``."""
    match cell:
        case None:
            return NOTHING
        case Withheld():
            return STAR
        case date():
            return day_digits(cell)
        case str():
            return cell
    return number_text(cell, kind)


def number_text(value: Decimal | float, kind: ColumnKind) -> str:
    """Return a number as its kind is written: shares in whole per cent, all but counts with one decimal at most."""
    number = Decimal(str(value))
    if kind is ColumnKind.SHARE:
        return f"{(number * 100).quantize(Decimal(1), ROUND_HALF_UP):,}%"
    rounded = number.quantize(Decimal(1) if kind is ColumnKind.COUNT else Decimal("0.1"), ROUND_HALF_UP)
    return f"{int(rounded) if rounded == int(rounded) else rounded:,}"


def row_texts(table: Table) -> Iterator[tuple[str, ...]]:
    """Yield the texts of every row, and of the total."""
    for row in (*table.rows, *([table.total] if table.total else [])):
        yield tuple(cell_text(cell, column.kind) for cell, column in zip(row, table.columns, strict=True))


def notes(table: Table) -> list[str]:
    """Return what stands below a table: its note, and what a star means if there is one."""
    is_starred = any(isinstance(cell, Withheld) for row in (*table.rows, table.total or ()) for cell in row)
    star = gettext("* Withheld, because the group is so small that it could point at a person, or would reveal one.")
    return [*([table.note] if table.note else []), *([star] if is_starred else [])]


def period_text(document: Document) -> str:
    """Return the days of the document."""
    if document.period_first == document.period_last:
        return day_text(document.period_first)
    limits = {"first": day_text(document.period_first), "last": day_text(document.period_last)}
    return gettext("%(first)s to %(last)s") % limits


def as_of_text(document: Document) -> str:
    """Return for which moment the figures hold."""
    return gettext("As of %(moment)s") % {"moment": moment_text(document.as_of)}


def version_text(document: Document) -> str:
    """Return the version, or that this is a draft."""
    if not document.version:
        return gettext("Draft")
    return gettext("Version %(number)s") % {"number": document.version}


def kind_text(kind: ColumnKind) -> str:
    """Return what the cells of a column are, for the data dictionary."""
    return {
        ColumnKind.TEXT: gettext("text"),
        ColumnKind.COUNT: gettext("whole number"),
        ColumnKind.SHARE: gettext("part of 1"),
        ColumnKind.DAYS: gettext("working days"),
        ColumnKind.HOURS: pgettext("report", "working hours"),
        ColumnKind.DATE: gettext("day, as year-month-day"),
        ColumnKind.SCORE: gettext("0 to 100"),
    }[kind]


def dictionary(document: Document) -> Iterator[tuple[Table, Column]]:
    """Yield every column of every table, in order."""
    for section in document.sections:
        for table in section.tables:
            for column in table.columns:
                yield table, column


def dictionary_heads() -> list[str]:
    """Return the heads of the data dictionary."""
    return [
        gettext("Table"),
        gettext("Table title"),
        gettext("Column"),
        gettext("Column title"),
        pgettext("of a column", "Kind"),
        gettext("What is counted"),
    ]


def dictionary_row(table: Table, column: Column) -> list[str]:
    """Return a row of the data dictionary."""
    return [table.key, table.caption, column.key, column.title, kind_text(column.kind), column.definition]


# ---- The charts of a document: which rows of which table they draw. ----


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


#: The page of the cases behind a number: of a table, the place of its row (None: the total) and a column; or empty.
type LinkFor = Callable[[Table, int | None, Column], str]


@dataclass(frozen=True)
class TableCell:
    """A cell as it is shown."""

    text: str
    is_number: bool
    href: str = ""

    @property
    def written(self) -> str:
        """The text, which stands on its own in a line of the other direction if it is a number."""
        return num(self.text) if self.is_number else self.text

    @property
    def classes(self) -> str:
        """The classes of the cell."""
        return "num" if self.is_number else ""


@dataclass(frozen=True)
class ShownTable:
    """A table as it is shown; ``total`` is empty if there is none."""

    key: str
    caption: str
    heads: list[TableCell]
    rows: list[list[TableCell]]
    total: list[TableCell]
    notes: list[str]


@dataclass(frozen=True)
class ShownSection:
    """A section as it is shown."""

    key: str
    heading: str
    paragraphs: list[SafeString]
    comment: list[SafeString]
    charts: list[DrawnChart]
    tables: list[ShownTable]


#: A document of more sections has a list of them that stays in sight, and all but the first are folded until opened.
UNFOLDED: Final = 3


def markup(document: Document, *, link_for: LinkFor | None = None, is_whole: bool = False) -> SafeString:
    """Return ``document`` without its title, which is the heading of the page; ``link_for`` opens its numbers.

    A long document is folded, except on paper and where ``is_whole``.
    """
    with override(document.language):
        content = {
            "document": document,
            "direction": "rtl" if get_language_bidi() else "ltr",
            "period": period_text(document),
            "as_of": as_of_text(document),
            "version": version_text(document),
            "digest": digest(document) if document.version else "",
            "folds": len(document.sections) > UNFOLDED,
            "is_whole": is_whole,
            "sections": [_section(section, link_for) for section in document.sections],
        }
        return SafeString(render_to_string("reports/documents/document.html", content))


def _section(section: Section, link_for: LinkFor | None) -> ShownSection:
    return ShownSection(
        key=section.key,
        heading=section.heading,
        paragraphs=[isolated(paragraph) for paragraph in section.paragraphs],
        comment=[isolated(line) for line in section.comment.splitlines() if line.strip()],
        charts=drawings(section),
        tables=[_table(table, link_for) for table in section.tables],
    )


def _table(table: Table, link_for: LinkFor | None) -> ShownTable:
    texts = list(row_texts(table))
    rows = [_cells(table, at, row, link_for) for at, row in enumerate(texts[: len(table.rows)])]
    return ShownTable(
        key=table.key,
        caption=table.caption,
        heads=[TableCell(column.title, column.kind.is_number) for column in table.columns],
        rows=rows,
        total=_cells(table, None, texts[-1], link_for) if table.total else [],
        notes=notes(table),
    )


def _cells(table: Table, at: int | None, texts: tuple[str, ...], link_for: LinkFor | None) -> list[TableCell]:
    return [
        TableCell(
            text,
            column.kind.is_number,
            # The page behind a withheld number would tell it.
            link_for(table, at, column) if link_for and text != STAR else "",
        )
        for text, column in zip(texts, table.columns, strict=True)
    ]
