"""Cells of files that no spreadsheet takes for a formula, and the small things that all files of figures share."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Any, Final

from django.utils.translation import get_language_bidi

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: Without it Excel reads a file of comma-separated values in the code page of its country.
BOM: Final = "\ufeff"
FORMULA_STARTS: Final = frozenset("=+-@\u2212")
CONTROL_STARTS: Final = frozenset("\t\r\n")

type FileCell = str | int | Decimal | None


def is_formula(text: str) -> bool:
    """Tell whether a spreadsheet could read ``text`` as a formula, by its first visible character after NFKC."""
    if text[:1] in CONTROL_STARTS:
        return True
    visible = (letter for letter in text if not letter.isspace() and unicodedata.category(letter) not in {"Cf", "Cc"})
    first = unicodedata.normalize("NFKC", next(visible, ""))
    return first[:1] in FORMULA_STARTS if first else False


class _Echo:
    """A file object whose ``write`` returns the text, so that rows can be streamed."""

    def write(self, text: str) -> str:
        return text


def csv_lines(rows: Iterable[Iterable[FileCell]], *, line_end: str = "\r\n") -> Iterator[str]:
    """Yield ``rows`` as lines after the byte-order mark; texts that could be a formula get an apostrophe in front."""
    writer = csv.writer(_Echo(), lineterminator=line_end)
    yield BOM
    for cells in rows:
        yield writer.writerow([without_formula(cell) for cell in cells])


def without_formula(cell: FileCell) -> FileCell:
    """Return ``cell``, with an apostrophe in front of a text that a spreadsheet could read as a formula."""
    return f"'{cell}" if isinstance(cell, str) and is_formula(cell) else cell


def new_book(file: IO[bytes], options: dict[str, Any]) -> Workbook:
    """Return a workbook that is written to ``file``; what makes it is read now, since few ask for one."""
    import xlsxwriter  # noqa: PLC0415 - two megabytes

    return xlsxwriter.Workbook(file, options)


def add_sheet(book: Workbook, title: str) -> Worksheet:
    """Return a new sheet, right to left in a language that is written so."""
    sheet = book.add_worksheet(title)
    if get_language_bidi():
        sheet.right_to_left()
    return sheet


def write_cell(sheet: Worksheet, line: int, column: int, cell: FileCell, style: Format) -> None:
    """Write a text as text and a number as a number: never as a formula, a link or a date."""
    match cell:
        case str():
            sheet.write_string(line, column, cell, style)
        case None:
            sheet.write_blank(line, column, None, style)
        case _:
            sheet.write_number(line, column, cell, style)
