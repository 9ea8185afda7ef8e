"""The report page of the CMU and the Prime Minister's office, and its files; everybody else gets 404."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import Any, cast
from urllib.parse import urlencode

from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.sign_in.factors import recent_factor_required
from complaints.staff.frame import frame
from kit import replica
from kit.safe_cells import XLSX_TYPE
from reports import kept_parts
from reports.access import for_readers_of_all
from reports.drill import lists
from reports.figures.reading import read_together
from reports.figures.scopes import Dimension
from reports.figures.time_in_hand import time_in_hand
from reports.forms import PeriodForm
from reports.kept_parts import kept_part, version_of_names
from reports.overview import exports
from reports.overview.breakdown import breakdown
from reports.overview.filters import FilterForm
from reports.overview.labels import (
    DEFINITIONS,
    FIGURE_TITLES,
    NOTES,
    PRESET_LABELS,
)
from reports.overview.measure_table import MeasureTable, measure_table
from reports.overview.report import build_report
from reports.overview.rows import FIGURE_NAMES, Report
from reports.periods import Preset, ReportPeriod


@require_safe
@for_readers_of_all
def report(request: HttpRequest) -> HttpResponse:
    """Show the figures of the requested days, by default of the current month."""
    at = timezone.now()
    requested = _report_request(request, today=timezone.localdate(at))
    page = _frame(requested, shown=request.GET.get("figure", "")) | _staff_frame(request, at)
    if requested.period is None:
        page["boxes"] = _boxes(requested.filters, version="")
    else:
        figures = kept_parts.of(requested.period, at)
        page["figures"] = figures
        page["boxes"] = _boxes(requested.filters, version=figures.names)
        page["part"] = figures.part(
            "reports/overview/figures.html",
            lambda: _content(requested, figures.period, shown=page["shown"], at=at),
            *(requested.query, page["shown"]),
        )
    return render(request, "reports/overview/report.html", page)


@require_safe
@for_readers_of_all
@recent_factor_required(back_to="reports")
def report_xlsx(request: HttpRequest) -> HttpResponseBase:
    """Send the figures as a workbook."""
    at = timezone.now()
    requested = _report_request(request, today=timezone.localdate(at))
    if requested.period is None:
        return redirect(f"{reverse('reports')}?{requested.query}")
    found, measures = _counted(requested, requested.period, at=at)
    found = _with_times(found, at=at)
    return FileResponse(
        io.BytesIO(exports.workbook(found, measures)),
        as_attachment=True,
        filename=exports.file_name(found, "xlsx"),
        content_type=XLSX_TYPE,
    )


@require_safe
@for_readers_of_all
@recent_factor_required(back_to="reports")
def report_csv(request: HttpRequest) -> HttpResponseBase:
    """Send the figures as comma-separated values."""
    at = timezone.now()
    requested = _report_request(request, today=timezone.localdate(at))
    if requested.period is None:
        return redirect(f"{reverse('reports')}?{requested.query}")
    found, measures = _counted(requested, requested.period, at=at)
    found = _with_times(found, at=at)
    disposition = content_disposition_header(as_attachment=True, filename=exports.file_name(found, "csv"))
    return StreamingHttpResponse(
        exports.csv_lines(found, measures),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": disposition or "attachment"},
    )


# ---- the request ----


@dataclass(frozen=True)
class ReportRequest:
    """The days and the part of the cases a request asks for.

    ``period`` is None when one of them is invalid, and the forms say why.
    """

    form: PeriodForm
    filters: FilterForm
    period: ReportPeriod | None
    preset: Preset | None

    @property
    def query(self) -> str:
        """The query string of the same request: its days in one way of writing, and as they were typed if wrong."""
        if self.preset:
            return _joined(urlencode({"span": self.preset}), self.filters.query)
        days = (
            {"first": f"{self.period.first:%d/%m/%Y}", "last": f"{self.period.last:%d/%m/%Y}"}
            if self.period
            else {name: self.form.data.get(name, "") for name in ("first", "last")}
        )
        return _joined(urlencode(days), self.filters.query)


def _joined(*queries: str) -> str:
    return "&".join(filter(None, queries))


def _report_request(request: HttpRequest, *, today: date) -> ReportRequest:
    """Return the days of the form, else the named period, else the current month; and what they are limited to."""
    filters = FilterForm(request.GET)
    if "first" in request.GET or "last" in request.GET:
        form = PeriodForm(request.GET, today=today)
        are_valid = [form.is_valid(), filters.is_valid()]
        return ReportRequest(form, filters, form.period if all(are_valid) else None, None)
    name = request.GET.get("span", "")
    preset = Preset(name) if name in Preset else Preset.THIS_MONTH
    period = preset.period(today)
    form = PeriodForm(initial={"first": period.first, "last": period.last}, today=today)
    return ReportRequest(form, filters, period if filters.is_valid() else None, preset)


@read_together()
def _counted(requested: ReportRequest, period: ReportPeriod, *, at: datetime) -> tuple[Report, MeasureTable]:
    scope = requested.filters.scope
    found, total = build_report(period, at=at, scope=scope, limits=requested.filters.said)
    return found, measure_table(period, total, at=at, scope=scope)


def _with_times(found: Report, *, at: datetime) -> Report:
    """Return the report of all cases with the time agencies had them in hand; a limited one is not of all."""
    if found.limits:
        return found
    times = replica.read(lambda: time_in_hand(found.period, at=at))
    return replace(found, times=times.value)


# ---- the page ----


def _boxes(filters: FilterForm, *, version: str) -> SafeString:
    """Return the boxes that limit the figures; empty ones are kept for the ``version`` of the names in them."""
    template = "reports/overview/boxes.html"
    if filters.query:
        return render_to_string(template, {"filters": filters})
    return kept_part(template, lambda: {"filters": filters.offered()}, version=version, again=version_of_names)


def _staff_frame(request: HttpRequest, at: datetime) -> dict[str, Any]:
    """Return what every staff page shows around its middle."""
    user = cast("User", request.user)
    return frame(user, at=at)


#: The colour of each figure's tile.
TILES = {
    "received": "info",
    "closed": "ok",
    "pending": "wait",
    "late": "bad",
    "confirmed": "ok",
    "disputed": "bad",
    "came_back": "wait",
}


def _frame(requested: ReportRequest, *, shown: str) -> dict[str, Any]:
    """Return the parts of the page that do not depend on figures; ``shown`` names the figure of the charts."""
    shown = shown if shown in FIGURE_NAMES else FIGURE_NAMES[0]
    presets = [
        {
            "href": f"?{_joined(urlencode({'span': preset, 'figure': shown}), requested.filters.query)}",
            "text": text,
            "current": preset == requested.preset,
        }
        for preset, text in PRESET_LABELS.items()
    ]
    definitions = [(FIGURE_TITLES[name], definition) for name, definition in DEFINITIONS.items()]
    return {
        "form": requested.form,
        "filters": requested.filters,
        "limits": requested.filters.said,
        "presets": presets,
        "query": requested.query,
        "shown": shown,
        "definitions": definitions,
        "notes": NOTES,
    }


def _content(requested: ReportRequest, period: ReportPeriod, *, shown: str, at: datetime) -> dict[str, Any]:
    """Return the totals, all measures, and for each breakdown a chart of one figure and the table of all figures."""
    found, measures = _counted(requested, period, at=at)
    scope = requested.filters.scope
    addresses = lists.cases_urls(FIGURE_NAMES, period, scope)
    totals = [
        {
            "title": FIGURE_TITLES[name],
            "count": getattr(found.total, name),
            "kind": TILES[name],
            "cases": addresses[name] if getattr(found.total, name) else "",
            "href": f"?{requested.query}&{urlencode({'figure': name})}#drawings",
            "current": name == shown,
        }
        for name in FIGURE_NAMES
    ]
    by = partial(breakdown, shown=shown, period=period, scope=scope)
    return {
        "report": found,
        "measures": measures,
        "totals": totals,
        "drawn": FIGURE_TITLES[shown],
        "agencies": by(found.by_agency, Dimension.AGENCY),
        "kinds": by(found.by_kind, Dimension.KIND),
        "topics": by(found.by_topic, Dimension.TOPIC),
    }
