"""Cells and dates of a document in words, the same on the page and on paper; in the language that is active."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext, pgettext

from kit.dates import day_digits, day_text, moment_text
from reports.documents.tree import Cell, Column, ColumnKind, Document, Table, Withheld

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
