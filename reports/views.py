"""The report page of the CMU and the Prime Minister's office, and its files; nobody else finds them."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import wraps
from typing import Any, cast
from urllib.parse import urlencode

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.roles import REPORT_READERS
from complaints.staff.frame import office_label
from reports import exports
from reports.figures import NAMES, Figures, Report, Row, count
from reports.forms import SpanForm
from reports.spans import Preset, Span
from reports.times import COLUMNS, times_in
from reports.words import DEFINITIONS, NOTES, PRESETS, TIMES, TIMES_NOTE, TIMES_TITLE, TITLES

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: Bars in the drawing of the agencies; the table beside it has all of them.
MOST_BARS = 12
#: Bars named in the sentence that is read aloud.
MOST_SPOKEN = 3

type View = Callable[[HttpRequest], HttpResponseBase]


def for_report_readers(view: View) -> View:
    """Answer 404 to whoever does not read reports today."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponseBase:
        user = request.user
        if not user.is_authenticated or not user.authority(timezone.now()).has(REPORT_READERS):
            raise Http404
        return view(request)

    return guarded


@require_safe
@for_report_readers
def report(request: HttpRequest) -> HttpResponse:
    """Show the figures of the days asked for, of the current month when none are."""
    at = timezone.now()
    asked = _asked(request, today=timezone.localdate(at))
    page = _frame(asked, shown=request.GET.get("figure", "")) | _desk(request, at)
    if asked.span is not None:
        page |= _content(_counted(asked.span, at=at), shown=page["shown"], query=asked.query)
    return render(request, "reports/report.html", page)


@require_safe
@for_report_readers
def report_xlsx(request: HttpRequest) -> HttpResponseBase:
    """Send the figures as a workbook."""
    at = timezone.now()
    asked = _asked(request, today=timezone.localdate(at))
    if asked.span is None:
        return redirect(f"{reverse('reports')}?{asked.query}")
    found = _counted(asked.span, at=at)
    return FileResponse(
        io.BytesIO(exports.workbook(found)),
        as_attachment=True,
        filename=exports.file_name(found, "xlsx"),
        content_type=XLSX_TYPE,
    )


@require_safe
@for_report_readers
def report_csv(request: HttpRequest) -> HttpResponseBase:
    """Send the figures as comma-separated values."""
    at = timezone.now()
    asked = _asked(request, today=timezone.localdate(at))
    if asked.span is None:
        return redirect(f"{reverse('reports')}?{asked.query}")
    found = _counted(asked.span, at=at)
    disposition = content_disposition_header(as_attachment=True, filename=exports.file_name(found, "csv"))
    return StreamingHttpResponse(
        exports.csv_lines(found),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": disposition or "attachment"},
    )


# ---- what was asked ----


@dataclass(frozen=True)
class Asked:
    """The days a request asks for; ``span`` is None when they are no span, and the form says why."""

    form: SpanForm
    span: Span | None
    preset: Preset | None

    @property
    def query(self) -> str:
        """The part of an address that asks for the same again."""
        if self.preset is not None:
            return urlencode({"span": self.preset})
        return urlencode({name: self.form.data.get(name, "") for name in ("first", "last")})


def _asked(request: HttpRequest, *, today: date) -> Asked:
    """Read the days of the form, else a span by its name, else the current month."""
    if "first" in request.GET or "last" in request.GET:
        form = SpanForm(request.GET, today=today)
        return Asked(form, form.span if form.is_valid() else None, None)
    name = request.GET.get("span", "")
    preset = Preset(name) if name in Preset else Preset.THIS_MONTH
    span = preset.span(today)
    return Asked(SpanForm(initial={"first": span.first, "last": span.last}, today=today), span, preset)


def _counted(span: Span, *, at: datetime) -> Report:
    """Return the report of ``span`` with the working time of the agencies."""
    return replace(count(span, at=at), times=times_in(span, at=at))


# ---- what is shown ----


def _desk(request: HttpRequest, at: datetime) -> dict[str, Any]:
    """Return what stands in the head of the page."""
    user = cast("User", request.user)
    return {"office": office_label(user, at=at)}


#: The colour of each figure's tile.
TILES = {"received": "info", "closed": "ok", "pending": "wait", "late": "bad"}


def _frame(asked: Asked, *, shown: str) -> dict[str, Any]:
    """Return what the page holds whether or not there are figures; ``shown`` names the figure that is drawn."""
    shown = shown if shown in NAMES else NAMES[0]
    presets = [
        {"href": f"?{urlencode({'span': preset, 'figure': shown})}", "text": text, "current": preset == asked.preset}
        for preset, text in PRESETS.items()
    ]
    definitions = [(TITLES[name], words) for name, words in DEFINITIONS.items()]
    return {
        "form": asked.form,
        "presets": presets,
        "query": asked.query,
        "shown": shown,
        "definitions": definitions,
        "notes": NOTES,
    }


def _content(found: Report, *, shown: str, query: str) -> dict[str, Any]:
    """Return the figures of the page: totals, and for each breakdown a drawing of one figure and the table of all."""
    totals = [
        {
            **cell,
            "kind": TILES[name],
            "href": f"?{query}&{urlencode({'figure': name})}#drawings",
            "current": name == shown,
        }
        for name, cell in zip(NAMES, _cells(found.total), strict=True)
    ]
    return {
        "report": found,
        "totals": totals,
        "drawn": TITLES[shown],
        "agencies": _breakdown(found.by_agency, shown=shown),
        "kinds": _breakdown(found.by_kind, shown=shown),
        "times": _times(found),
    }


def _times(found: Report) -> dict[str, Any]:
    rows = [(row.name, [getattr(row, name) for name in COLUMNS]) for row in found.times]
    return {"title": TIMES_TITLE, "note": TIMES_NOTE, "columns": [TIMES[name] for name in COLUMNS], "rows": rows}


def _breakdown(rows: Sequence[Row], *, shown: str) -> dict[str, Any]:
    bars = _bars(rows, shown)
    return {
        "rows": [{"name": row.name, "cells": _cells(row.figures)} for row in rows],
        "bars": bars[:MOST_BARS],
        "left_out": len(bars[MOST_BARS:]),
        "summary": "; ".join(f"{name}: {number:,}" for name, number in bars[:MOST_SPOKEN]),
    }


def _cells(figures: Figures) -> list[dict[str, Any]]:
    return [{"title": TITLES[name], "count": getattr(figures, name)} for name in NAMES]


def _bars(rows: Sequence[Row], shown: str) -> list[tuple[str, int]]:
    """Return the figure shown of every row that has one, the largest first."""
    found = [(row.short_name, int(getattr(row.figures, shown))) for row in rows]
    return sorted((bar for bar in found if bar[1]), key=lambda bar: -bar[1])
