"""A report as a workbook and as comma-separated values; no cell of either can act as a formula."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

import xlsxwriter
from django.utils.translation import get_language_bidi, gettext, pgettext
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from reports.figures import NAMES, Figures, Report, Row
from reports.times import COLUMNS, TimeRow
from reports.words import DEFINITIONS, NOTES, TIMES, TIMES_NOTE, TIMES_TITLE, TITLES, as_of_line

BOM = "\ufeff"
FORMULA_STARTS = frozenset("=+-@\u2212")
CONTROL_STARTS = frozenset("\t\r\n")
NAME_WIDTH = 44
NUMBER_WIDTH = 12
WORDS_WIDTH = 90

type Cell = str | int


def file_name(report: Report, ending: str) -> str:
    """Return the name of a file that holds ``report``: plain letters, and the days of the span."""
    return f"report_{report.span.first.isoformat()}_{report.span.last.isoformat()}.{ending}"


# ---- comma-separated values ----


class _Echo:
    """A file that gives back what is written to it, so that rows can be streamed."""

    def write(self, text: str) -> str:
        return text


def csv_lines(report: Report) -> Iterator[str]:
    """Yield ``report`` line by line, one row a group and breakdown, with the mark by which Excel knows UTF-8.

    Names that a spreadsheet would read as a formula begin with an apostrophe.
    """
    writer = csv.writer(_Echo())
    yield BOM
    for cells in _csv_rows(report):
        yield writer.writerow([_harmless(cell) for cell in cells])


def _csv_rows(report: Report) -> Iterator[list[Cell]]:
    days = [report.span.first.isoformat(), report.span.last.isoformat()]
    limits = [pgettext("days", "From"), pgettext("days", "To")]
    hours = [str(TIMES[name]) for name in COLUMNS]
    yield [*limits, gettext("Breakdown"), pgettext("figures", "Name"), *_headings(), *hours]
    for title, rows in ((gettext("By agency"), report.by_agency), (gettext("By kind"), report.by_kind)):
        for row in rows:
            yield [*days, title, row.name, *_numbers(row.figures), *_nothing(COLUMNS)]
    # Rows of their own: an agency that had a case in hand need not be the one that its figures count it for.
    for time in report.times:
        yield [*days, str(TIMES_TITLE), time.name, *_nothing(NAMES), *_hours(time)]
    words = pgettext("figures", "Total")
    yield [*days, words, words, *_numbers(report.total), *_nothing(COLUMNS)]


def _nothing(columns: Sequence[str]) -> list[Cell]:
    return [""] * len(columns)


def _harmless(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and is_formula(cell) else cell


def is_formula(text: str) -> bool:
    """Tell whether a spreadsheet could take ``text`` for a formula, by its first visible letter or its twin."""
    if text[:1] in CONTROL_STARTS:
        return True
    visible = (letter for letter in text if not letter.isspace() and unicodedata.category(letter) not in {"Cf", "Cc"})
    first = unicodedata.normalize("NFKC", next(visible, ""))
    return first[:1] in FORMULA_STARTS if first else False


# ---- the workbook ----


def workbook(report: Report) -> bytes:
    """Return ``report`` as an XLSX file: a sheet a breakdown and one with the definitions, mirrored in Arabic.

    Every text is written as a text cell, never read for formulas, links or numbers.
    """
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        book.set_properties({"title": gettext("Reports"), "created": report.counted_at})
        _breakdown(book, gettext("By agency"), gettext("Agency"), report.by_agency, report.total)
        _breakdown(book, gettext("By kind"), pgettext("case", "Kind"), report.by_kind, report.total)
        _times(book, report.times)
        _about(book, report)
    return stream.getvalue()


def _breakdown(book: Workbook, title: str, column: str, rows: Iterable[Row], total: Figures) -> None:
    sheet = _sheet(book, title)
    bold, plain, number, sum_format = _formats(book)
    sheet.set_column(0, 0, NAME_WIDTH)
    sheet.set_column(1, len(NAMES), NUMBER_WIDTH)
    sheet.freeze_panes(1, 1)
    _write_row(sheet, 0, [column, *_headings()], bold, bold)
    line = 0
    for line, row in enumerate(rows, start=1):
        _write_row(sheet, line, [row.name, *_numbers(row.figures)], plain, number)
    _write_row(sheet, line + 1, [pgettext("figures", "Total"), *_numbers(total)], bold, sum_format)
    sheet.repeat_rows(0)


def _times(book: Workbook, rows: Iterable[TimeRow]) -> None:
    sheet = _sheet(book, str(TIMES_TITLE))
    bold, plain, number, _sum = _formats(book)
    sheet.set_column(0, 0, NAME_WIDTH)
    sheet.set_column(1, len(COLUMNS), NUMBER_WIDTH * 2)
    sheet.freeze_panes(1, 1)
    _write_row(sheet, 0, [gettext("Agency"), *(str(TIMES[name]) for name in COLUMNS)], bold, bold)
    for line, row in enumerate(rows, start=1):
        _write_row(sheet, line, [row.name, *_hours(row)], plain, number)
    sheet.repeat_rows(0)


def _about(book: Workbook, report: Report) -> None:
    sheet = _sheet(book, gettext("About these figures"))
    bold, plain, _number, _sum = _formats(book)
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, NUMBER_WIDTH * 2)
    sheet.set_column(1, 1, WORDS_WIDTH)
    days = (report.span.first.isoformat(), report.span.last.isoformat())
    _write_row(sheet, 0, [pgettext("days", "From"), days[0]], bold, plain)
    _write_row(sheet, 1, [pgettext("days", "To"), days[1]], bold, plain)
    _write_row(sheet, 2, [gettext("Counted"), as_of_line(report)], bold, plain)
    explained = [(str(TITLES[name]), str(words)) for name, words in DEFINITIONS.items()]
    explained += [("", str(note)) for note in NOTES]
    explained += [(str(TIMES_TITLE), str(TIMES_NOTE))]
    for line, cells in enumerate(explained, start=4):
        _write_row(sheet, line, cells, bold, wrapped)


def _sheet(book: Workbook, title: str) -> Worksheet:
    sheet = book.add_worksheet(title)
    if get_language_bidi():
        sheet.right_to_left()
    return sheet


def _formats(book: Workbook) -> tuple[Format, Format, Format, Format]:
    return (
        book.add_format({"bold": True}),
        book.add_format(),
        book.add_format({"num_format": "#,##0"}),
        book.add_format({"num_format": "#,##0", "bold": True}),
    )


def _write_row(sheet: Worksheet, line: int, cells: Iterable[Cell], first: Format, others: Format) -> None:
    for place, cell in enumerate(cells):
        style = others if place else first
        if isinstance(cell, str):
            sheet.write_string(line, place, cell, style)
        else:
            sheet.write_number(line, place, cell, style)


# ---- both ----


def _headings() -> list[str]:
    return [str(TITLES[name]) for name in NAMES]


def _hours(row: TimeRow) -> list[int]:
    return [getattr(row, name) for name in COLUMNS]


def _numbers(figures: Figures) -> list[int]:
    return [getattr(figures, name) for name in NAMES]
