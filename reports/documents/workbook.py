"""The document as a workbook: a sheet a table and one with the data dictionary, written row by row to a file on disk.

Rows leave the memory as they are written, so a hundred thousand need no more than a hundred do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, BinaryIO, Final

from django.utils.translation import gettext, override

from kit.safe_cells import add_sheet, new_book, write_cell
from reports.documents import page
from reports.documents.tree import Cell, Column, ColumnKind, Document, Row, Table, Withheld, digest

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

NAME_WIDTH: Final = 40
NUMBER_WIDTH: Final = 14
TEXT_WIDTH: Final = 80
#: What Excel refuses in the name of a sheet, and how long it may be.
_REFUSED: Final = re.compile(r"[\[\]:*?/\\']")
_LONGEST: Final = 31
_FORMATS: Final = {
    ColumnKind.COUNT: "#,##0",
    ColumnKind.SHARE: "0%",
    ColumnKind.DAYS: "#,##0.0",
    ColumnKind.HOURS: "#,##0.0",
    ColumnKind.SCORE: "0.0",
    ColumnKind.DATE: "d/m/yyyy",
}


def workbook(document: Document) -> BinaryIO:
    """Return the workbook as an open temporary file at its beginning; the caller closes it."""
    file = TemporaryFile()  # noqa: SIM115 - the caller sends it
    with override(document.language), new_book(file, {"constant_memory": True}) as book:
        book.set_properties({"title": document.title, "created": document.as_of.replace(tzinfo=None)})
        styles = _Styles(book)
        tables = [table for section in document.sections for table in section.tables]
        for name, table in zip(_names(tables), tables, strict=True):
            _write_table(add_sheet(book, name), table, styles)
        _write_about(add_sheet(book, gettext("About these figures")), document, styles)
    file.seek(0)
    return file


class _Styles:
    """The formats of cells, made once a workbook."""

    def __init__(self, book: Workbook) -> None:
        self.plain, self.bold = book.add_format(), book.add_format({"bold": True, "text_wrap": True})
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self._of = {kind: book.add_format({"num_format": text}) for kind, text in _FORMATS.items()}
        self._bold_of = {kind: book.add_format({"num_format": text, "bold": True}) for kind, text in _FORMATS.items()}

    def of(self, kind: ColumnKind, *, is_total: bool = False) -> Format:
        """Return the format of the cells of a kind."""
        return (self._bold_of if is_total else self._of).get(kind, self.bold if is_total else self.plain)


def _write_table(sheet: Worksheet, table: Table, styles: _Styles) -> None:
    # A file that is written row by row takes widths and panes before the first row.
    sheet.set_column(0, 0, NAME_WIDTH)
    sheet.set_column(1, max(len(table.columns) - 1, 1), NUMBER_WIDTH)
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)
    for place, column in enumerate(table.columns):
        write_cell(sheet, 0, place, column.title, styles.bold)
    line = 1
    for line, row in enumerate(table.rows, start=1):
        _write_row(sheet, line, row, table.columns, styles)
    if table.total is not None:
        line += bool(table.rows)
        _write_row(sheet, line, table.total, table.columns, styles, is_total=True)
    for below, note in enumerate(page.notes(table), start=line + 2):
        write_cell(sheet, below, 0, note, styles.plain)


def _write_row(
    sheet: Worksheet, line: int, row: Row, columns: Iterable[Column], styles: _Styles, *, is_total: bool = False
) -> None:
    for place, (cell, column) in enumerate(zip(row, columns, strict=True)):
        _write(sheet, line, place, cell, styles.of(column.kind, is_total=is_total))


def _write(sheet: Worksheet, line: int, place: int, cell: Cell, style: Format) -> None:
    match cell:
        case date():
            sheet.write_datetime(line, place, cell, style)
        case Withheld():
            write_cell(sheet, line, place, page.STAR, style)
        case str() | int() | Decimal() | None:
            write_cell(sheet, line, place, cell, style)


def _write_about(sheet: Worksheet, document: Document, styles: _Styles) -> None:
    sheet.set_column(0, 4, NAME_WIDTH)
    sheet.set_column(5, 5, TEXT_WIDTH)
    lines: list[list[str]] = [
        [document.title],
        [page.period_text(document)],
        [page.as_of_text(document)],
        [page.version_text(document), *([f"SHA-256 {digest(document)}"] if document.version else [])],
        [],
        page.dictionary_heads(),
        *(page.dictionary_row(table, column) for table, column in page.dictionary(document)),
    ]
    heads = 5
    for line, cells in enumerate(lines):
        for place, cell in enumerate(cells):
            write_cell(sheet, line, place, cell, styles.bold if line in {0, heads} else styles.wrapped)


def _names(tables: Iterable[Table]) -> Iterator[str]:
    """Yield a name for the sheet of each table: its caption, shortened, and told apart by a number."""
    # Excel keeps one name for itself; the sheet about the figures has another.
    taken = {"history", gettext("About these figures").casefold()}
    for table in tables:
        base = _shortened(_REFUSED.sub(" ", table.caption).strip()) or table.key[:_LONGEST]
        name, number = base, 2
        while name.casefold() in taken:
            ending = f" {number}"
            name, number = base[: _LONGEST - len(ending)] + ending, number + 1
        taken.add(name.casefold())
        yield name


def _shortened(caption: str) -> str:
    """Return what fits of ``caption`` as a name of a sheet: whole words, if there is more than one."""
    if len(caption) <= _LONGEST:
        return caption
    words_that_fit, space, _rest = caption[:_LONGEST].rpartition(" ")
    return f"{words_that_fit.rstrip()}…" if space else caption[:_LONGEST]
