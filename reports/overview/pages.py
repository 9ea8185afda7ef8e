"""The report page of the CMU and the Prime Minister's office, and its files; everybody else gets 404."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import Any, Final, Self, cast
from urllib.parse import urlencode

from django import forms
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy as _, pgettext_lazy
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.sign_in.factors import recent_factor_required
from agencies.models import Agency, AgencySuccession, Governorate, Topic
from complaints.models import Channel
from complaints.staff.frame import frame
from complaints.workflow import Kind
from kit import replica
from kit.forms import Form
from kit.languages import current_language
from kit.safe_cells import XLSX_TYPE
from reports import kept_parts
from reports.access import for_readers_of_all
from reports.drill import lists
from reports.figures.reading import read_together, time_in_hand
from reports.figures.sums import Dimension, Key, Scope
from reports.forms import PeriodForm
from reports.kept_parts import kept_part, version_of_names
from reports.overview import exports
from reports.overview.exports import build_report
from reports.overview.measure_table import (
    DEFINITIONS,
    FIGURE_NAMES,
    FIGURE_TITLES,
    NOTES,
    PRESET_LABELS,
    MeasureTable,
    Report,
    breakdown,
    measure_table,
)
from reports.periods import Preset, ReportPeriod

# ---- The part of the cases a report is limited to: by agency, topic, kind, channel and governorate. ----


#: What stands in an address for cases without an agency or a topic.
NONE: Final = "-"
_ALL: Final = ("", pgettext_lazy("in a filter", "All"))


class FilterForm(Form):
    """What a report is limited to; an empty box limits nothing.

    What can be chosen is read where something is chosen, and where the boxes are ``offered``.
    """

    agency = forms.ChoiceField(required=False, label=_("Agency"))
    topic = forms.ChoiceField(required=False, label=pgettext_lazy("report", "Topic"))
    kind = forms.ChoiceField(required=False, label=pgettext_lazy("case", "Kind"), choices=[_ALL, *Kind.choices])
    channel = forms.ChoiceField(required=False, label=_("Channel"), choices=[_ALL, *Channel.choices])
    governorate = forms.ChoiceField(required=False, label=_("Governorate"))

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self._keys: dict[tuple[str, str], int] = {}
        self._is_offered = False
        if self.query:
            self.offered()

    def offered(self) -> Self:
        """Return the form with all that can be chosen; three queries the first time.

        Agencies whose whole work another one does are left out: their cases count for that one.
        """
        if self._is_offered:
            return self
        self._is_offered = True
        merged = AgencySuccession.objects.executed().filter(topic=None, governorate=None).values("predecessor")
        columns = ("pk", "code", f"name_{current_language()}")
        topics = list(Topic.objects.values_list(*columns, "parent"))
        named = self._named("agency", Agency.objects.exclude(pk__in=merged).values_list(*columns))
        groups = (
            (group, self._named("topic", (row for *row, parent in topics if parent == key)))
            for key, _code, group, parent in topics
            if parent is None
        )
        self._offer("agency", (NONE, gettext("No agency yet")), *named)
        self._offer("topic", (NONE, gettext("No topic")), *groups)
        self._offer("governorate", *self._named("governorate", Governorate.objects.values_list(*columns)))
        return self

    def _offer(self, name: str, *choices: tuple[str, Any]) -> None:
        self.offer_choices(name, [_ALL, *choices])

    def _named(self, field: str, rows: Iterable[Sequence[Any]]) -> Sequence[tuple[str, str]]:
        """Return the options that rows of a key, a code and a name are, and remember their keys."""
        found = list(rows)
        self._keys |= {(field, code): key for key, code, _name in found}
        return [(code, name) for _key, code, name in found]

    @property
    def scope(self) -> Scope:
        """The part of the cases; for a valid form only."""
        return Scope(*(self._chosen(name) for name in ("agency", "topic", "kind", "channel", "governorate")))

    def _chosen(self, name: str) -> frozenset[Key] | None:
        value = self.cleaned_data[name]
        if not value:
            return None
        return frozenset({None if value == NONE else self._keys.get((name, value), value)})

    @property
    def query(self) -> str:
        """The query string of what is chosen, whether or not it can be."""
        return urlencode({name: self.data[name] for name in self.fields if self.data.get(name)})

    @property
    def said(self) -> str:
        """What is chosen, in words; empty where nothing is, and for an invalid form."""
        if not self.is_valid():
            return ""
        chosen = {name: value for name, value in self.cleaned_data.items() if value}
        return " · ".join(f"{self.fields[name].label}: {self._label(name, value)}" for name, value in chosen.items())

    def _label(self, name: str, value: str) -> str:
        choices: Any = self.typed_field(name, forms.ChoiceField).choices
        flat = (each for key, label in choices for each in (label if isinstance(label, list) else [(key, label)]))
        return next(str(label) for key, label in flat if key == value)


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
