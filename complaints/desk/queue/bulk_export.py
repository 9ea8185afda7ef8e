"""Cases of the queue as a file: their numbers, days and offices, and neither words nor people."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext, pgettext

from complaints.models import Case
from kit.safe_cells import XLSX_TYPE, FileCell, add_sheet, csv_lines, new_book, write_cell

COLUMN_WIDTH = 22


def exported(cases: Iterable[Case], kind: str, *, at: datetime) -> HttpResponse:
    """Return ``cases`` as a file of ``kind``, ``xlsx`` or ``csv``, to be saved."""
    rows = [_heading(), *map(_row, cases)]
    content = _workbook(rows) if kind == "xlsx" else "".join(csv_lines(rows)).encode()
    name = f"cases_{timezone.localdate(at).isoformat()}.{kind}"
    return HttpResponse(
        content,
        content_type=XLSX_TYPE if kind == "xlsx" else "text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _heading() -> list[FileCell]:
    return [
        gettext("Tracking number"),
        pgettext("case", "Kind"),
        pgettext("of a case", "Topic"),
        gettext("Agency"),
        gettext("Directorate"),
        gettext("Status"),
        gettext("Filed on"),
        gettext("Due"),
        gettext("Promised date"),
        gettext("Closed on"),
        gettext("Outcome"),
    ]


def _row(case: Case) -> list[FileCell]:
    return [
        case.reference,
        str(case.get_kind_display()),
        case.topic.name if case.topic else "",
        case.agency.name if case.agency else "",
        case.directorate.name if case.directorate else "",
        str(case.get_state_display()),
        *_days(case.filed_at, case.deadline_at, case.promised_on, case.closed_at),
        str(case.get_outcome_display()) if case.outcome else "",
    ]


def _days(*moments: datetime | date | None) -> Iterator[FileCell]:
    for moment in moments:
        day = timezone.localdate(moment) if isinstance(moment, datetime) else moment
        yield day.isoformat() if day else ""


def _workbook(rows: Iterable[Iterable[FileCell]]) -> bytes:
    stream = io.BytesIO()
    with new_book(stream, {"in_memory": True}) as book:
        sheet = add_sheet(book, gettext("Cases"))
        bold, plain = book.add_format({"bold": True}), book.add_format()
        sheet.set_column(0, len(_heading()) - 1, COLUMN_WIDTH)
        sheet.freeze_panes(1, 1)
        for line, cells in enumerate(rows):
            for place, cell in enumerate(cells):
                write_cell(sheet, line, place, cell, plain if line else bold)
    return stream.getvalue()
