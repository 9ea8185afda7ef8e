"""A report as an Excel workbook and as CSV; no cell of either is read as a formula."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext, pgettext

from complaints.workflow import Kind, Outcome
from kit import safe_cells
from kit.safe_cells import FileCell, add_sheet, new_book, write_cell
from reports.drill import lists
from reports.drill.counted import cause_rows
from reports.figures.measures import Figures
from reports.figures.reading import TIME_COLUMNS, Reading, TimeRow, continued_by, read
from reports.figures.sums import Dimension, Scope
from reports.models.figures import OUTCOMES, outcome_amount
from reports.overview.measure_table import (
    DEFINITIONS,
    FIGURE_NAMES,
    FIGURE_TITLES,
    NOTES,
    TIME_NOTE,
    TIME_TABLE_TITLE,
    TIME_TITLES,
    CaseFigures,
    FigureRow,
    MeasureTable,
    OutcomeRow,
    Report,
    agency_rows,
    as_of_line,
    topic_rows,
)
from reports.periods import DAY, ReportPeriod

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

NAME_WIDTH = 44
NUMBER_WIDTH = 12
DEFINITION_WIDTH = 90


def file_name(report: Report, ending: str) -> str:
    """Return the file name of ``report`` in ASCII, with the days of its period."""
    return f"report_{report.period.first.isoformat()}_{report.period.last.isoformat()}.{ending}"


# ---- comma-separated values ----


def csv_lines(report: Report, measures: MeasureTable) -> Iterator[str]:
    """Yield ``report`` line by line: a row for each group of a breakdown, and for each measure of each period.

    The last two columns are the value of the measure, and which part of the cases the row is of.
    """
    heading, *rows = _csv_rows(report)
    *parts, total = rows
    limits = report.limits
    columns = [*heading, pgettext("figures", "Value"), gettext("Limited to")]
    measured = ([*cells, limits] for cells in (*_csv_causes(report), *_csv_measures(measures)))
    return safe_cells.csv_lines([columns, *([*cells, "", limits] for cells in parts), *measured, [*total, "", limits]])


def _csv_causes(report: Report) -> Iterator[list[FileCell]]:
    days, blanks = [report.period.first.isoformat(), report.period.last.isoformat()], (*FIGURE_NAMES, *TIME_COLUMNS)
    for cause in report.by_cause:
        yield [*days, gettext("Accepted objections by cause"), cause.name, *_blanks(blanks), cause.number]


def _csv_measures(table: MeasureTable) -> Iterator[list[FileCell]]:
    title = gettext("All measures")
    for place, period in enumerate(table.periods):
        days = [period.first.isoformat(), period.last.isoformat()]
        for row in table.rows:
            blanks = _blanks((*FIGURE_NAMES, *TIME_COLUMNS))
            yield [*days, title, str(row.measure.label), *blanks, row.cells[place].text]


def _csv_rows(report: Report) -> Iterator[list[FileCell]]:
    days = [report.period.first.isoformat(), report.period.last.isoformat()]
    limits = [pgettext("days", "From"), pgettext("days", "To")]
    hours = [str(TIME_TITLES[name]) for name in TIME_COLUMNS]
    yield [*limits, gettext("Breakdown"), pgettext("figures", "Name"), *_headings(), *hours]
    breakdowns = {
        gettext("By agency"): report.by_agency,
        gettext("By kind"): report.by_kind,
        gettext("By topic"): report.by_topic,
    }
    for title, rows in breakdowns.items():
        for row in rows:
            yield [*days, title, row.full_name, *_numbers(row.figures), *_blanks(TIME_COLUMNS)]
    # Separate rows: the agency that had a case in hand need not be the one it is counted for.
    for time in report.times:
        yield [*days, str(TIME_TABLE_TITLE), time.name, *_blanks(FIGURE_NAMES), *_hours(time)]
    for ended in report.by_outcome:
        yield [*days, gettext("By outcome"), ended.name, "", ended.closed, "", "", *_blanks(TIME_COLUMNS)]
    total = pgettext("figures", "Total")
    yield [*days, total, total, *_numbers(report.total), *_blanks(TIME_COLUMNS)]


def _blanks(columns: Sequence[str]) -> list[FileCell]:
    return [""] * len(columns)


# ---- the workbook ----


def workbook(report: Report, measures: MeasureTable) -> bytes:
    """Return ``report`` as an XLSX file: one sheet per breakdown and one with the definitions; right to left in Arabic.

    Every text is written as a text cell, never interpreted as a formula, link or number.
    """
    stream = io.BytesIO()
    with new_book(stream, {"in_memory": True}) as book:
        book.set_properties({"title": gettext("All figures"), "created": report.counted_at})
        _breakdown(book, gettext("By agency"), gettext("Agency"), report.by_agency, report.total)
        _breakdown(book, gettext("By kind"), pgettext("case", "Kind"), report.by_kind, report.total)
        if not report.limits:
            _times(book, report.times)
        _breakdown(book, gettext("By topic"), pgettext("report", "Topic"), report.by_topic, report.total)
        _outcomes(book, report)
        _measures(book, measures)
        _about(book, report)
    return stream.getvalue()


def _breakdown(book: Workbook, title: str, column: str, rows: Iterable[FigureRow], total: CaseFigures) -> None:
    sheet = add_sheet(book, title)
    bold, plain, number, sum_format = _formats(book)
    sheet.set_column(0, 0, NAME_WIDTH)
    sheet.set_column(1, len(FIGURE_NAMES), NUMBER_WIDTH)
    sheet.freeze_panes(1, 1)
    _write_row(sheet, 0, [column, *_headings()], bold, bold)
    line = 0
    for line, row in enumerate(rows, start=1):
        _write_row(sheet, line, [row.full_name, *_numbers(row.figures)], plain, number)
    _write_row(sheet, line + 1, [pgettext("figures", "Total"), *_numbers(total)], bold, sum_format)
    sheet.repeat_rows(0)


def _measures(book: Workbook, table: MeasureTable) -> None:
    sheet = add_sheet(book, gettext("All measures"))
    bold, plain, _number, _sum = _formats(book)
    sheet.set_column(0, 0, NAME_WIDTH)
    sheet.set_column(1, len(table.periods), NUMBER_WIDTH * 2)
    sheet.set_column(len(table.periods) + 1, len(table.periods) + 1, DEFINITION_WIDTH)
    sheet.freeze_panes(1, 1)
    days = [f"{each.first.isoformat()} – {each.last.isoformat()}" for each in table.periods]
    _write_row(sheet, 0, [gettext("Measure"), *days, gettext("How it is counted")], bold, bold)
    for line, row in enumerate(table.rows, start=1):
        cells = [str(row.measure.label), *(cell.text for cell in row.cells), str(row.measure.formula)]
        _write_row(sheet, line, cells, plain, plain)
    sheet.repeat_rows(0)


def _times(book: Workbook, rows: Iterable[TimeRow]) -> None:
    sheet = add_sheet(book, str(TIME_TABLE_TITLE))
    bold, plain, number, _sum = _formats(book)
    sheet.set_column(0, 0, NAME_WIDTH)
    sheet.set_column(1, len(TIME_COLUMNS), NUMBER_WIDTH * 2)
    sheet.freeze_panes(1, 1)
    _write_row(sheet, 0, [gettext("Agency"), *(str(TIME_TITLES[name]) for name in TIME_COLUMNS)], bold, bold)
    for line, row in enumerate(rows, start=1):
        _write_row(sheet, line, [row.name, *_hours(row)], plain, number)
    sheet.repeat_rows(0)


def _outcomes(book: Workbook, report: Report) -> None:
    sheet = add_sheet(book, gettext("By outcome"))
    bold, plain, number, _sum = _formats(book)
    sheet.set_column(0, 0, NAME_WIDTH)
    sheet.set_column(1, 1, NUMBER_WIDTH)
    _write_row(sheet, 0, [gettext("Outcome"), str(FIGURE_TITLES["closed"])], bold, bold)
    outcomes = [(row.name, row.closed) for row in report.by_outcome]
    for line, row in enumerate(outcomes, start=1):
        _write_row(sheet, line, row, plain, number)
    if report.by_cause:
        first = len(outcomes) + 2
        _write_row(sheet, first, [gettext("Accepted objections by cause")], bold, bold)
        for line, cause in enumerate(report.by_cause, start=first + 1):
            _write_row(sheet, line, (cause.name, cause.number), plain, number)
    sheet.repeat_rows(0)


def _about(book: Workbook, report: Report) -> None:
    sheet = add_sheet(book, gettext("About these figures"))
    bold, plain, _number, _sum = _formats(book)
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, NUMBER_WIDTH * 2)
    sheet.set_column(1, 1, DEFINITION_WIDTH)
    days = (report.period.first.isoformat(), report.period.last.isoformat())
    _write_row(sheet, 0, [pgettext("days", "From"), days[0]], bold, plain)
    _write_row(sheet, 1, [pgettext("days", "To"), days[1]], bold, plain)
    _write_row(sheet, 2, [gettext("Date of the figures"), as_of_line(report)], bold, plain)
    if report.limits:
        _write_row(sheet, 3, [gettext("Limited to"), report.limits], bold, wrapped)
    explained = [(str(FIGURE_TITLES[name]), str(definition)) for name, definition in DEFINITIONS.items()]
    explained += [("", str(note)) for note in NOTES]
    explained += [] if report.limits else [(str(TIME_TABLE_TITLE), str(TIME_NOTE))]
    for line, cells in enumerate(explained, start=5):
        _write_row(sheet, line, cells, bold, wrapped)


def _formats(book: Workbook) -> tuple[Format, Format, Format, Format]:
    return (
        book.add_format({"bold": True}),
        book.add_format(),
        book.add_format({"num_format": "#,##0"}),
        book.add_format({"num_format": "#,##0", "bold": True}),
    )


def _write_row(sheet: Worksheet, line: int, cells: Iterable[FileCell], first: Format, others: Format) -> None:
    for column, cell in enumerate(cells):
        write_cell(sheet, line, column, cell, others if column else first)


# ---- both ----


def _headings() -> list[str]:
    return [str(FIGURE_TITLES[name]) for name in FIGURE_NAMES]


def _hours(row: TimeRow) -> list[int]:
    return [getattr(row, name) for name in TIME_COLUMNS]


def _numbers(figures: CaseFigures) -> list[int]:
    return [getattr(figures, name) for name in FIGURE_NAMES]


# ---- The report of a period, read from the figures: totals and breakdowns by agency, kind, topic and outcome. ----


def build_report(
    period: ReportPeriod, *, at: datetime, scope: Scope | None = None, limits: str = ""
) -> tuple[Report, Figures]:
    """Return the report of ``period`` and all its figures, in the active language; seconds old if a replica is read.

    ``limits`` are the words for ``scope``.
    """
    is_of_months = _is_of_months(period, at=at)
    shown = None if is_of_months else (*FIGURE_NAMES, *OUTCOMES)
    kinds = read(period, by=[Dimension.KIND], scope=scope, at=at, measures=shown)
    whole = kinds if is_of_months else read(period, scope=scope, at=at)
    agencies, topics = (
        read(period, by=[by], scope=scope, at=at, measures=FIGURE_NAMES) for by in (Dimension.AGENCY, Dimension.TOPIC)
    )
    continued = continued_by(at)
    by_kind = _case_figures(kinds)
    report = Report(
        period=period,
        as_of=whole.as_of,
        counted_at=at,
        by_agency=agency_rows(_case_figures(agencies), predecessors=continued.predecessors(), on=period.last),
        by_kind=tuple(
            FigureRow(str(kind.label), str(kind.label), by_kind.get(kind.value, CaseFigures()), key=kind.value)
            for kind in Kind
        ),
        by_topic=topic_rows(_case_figures(topics)),
        by_outcome=tuple(_outcome_rows(kinds, period, scope or Scope())),
        by_cause=cause_rows(period, scope or Scope(), at=whole.as_of),
        total=_named_figures(whole.total),
        copy_note=whole.copy_note,
        limits=limits,
    )
    return report, whole.total


def _is_of_months(period: ReportPeriod, *, at: datetime) -> bool:
    """Tell whether ``period`` is made of months, the last of which may last: all their amounts are kept by kind."""
    return period.first.day == 1 and (at < period.ends_at or (period.last + DAY).day == 1)


def _case_figures(reading: Reading) -> Mapping[Any, CaseFigures]:
    return {cell[0]: _named_figures(figures) for cell, figures in reading.rows.items()}


def _named_figures(figures: Figures) -> CaseFigures:
    return CaseFigures(*(figures.amount(name) for name in FIGURE_NAMES))


def _outcome_rows(reading: Reading, period: ReportPeriod, scope: Scope) -> Iterator[OutcomeRow]:
    addresses = lists.cases_urls_by(Dimension.KIND, OUTCOMES, period, scope)
    for kind in Kind:
        figures = reading.rows.get((kind.value,), Figures())
        for outcome in Outcome:
            amount = outcome_amount(outcome)
            if number := figures.amount(amount):
                yield OutcomeRow(kind, outcome, number, addresses(kind.value)[amount])
