"""The start pages of figures: of the unit, of an agency, and of the Prime Minister's office."""

from __future__ import annotations

from datetime import date, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.decorators import signed_in_user
from agencies.calendar import AMMAN
from agencies.models import Agency
from complaints.staff.frame import frame
from kit.dates import month_text
from reports.access import agency_or_404, for_readers_of_all, for_readers_of_some, for_unit, own_agencies
from reports.dashboards.agency import agency_page
from reports.dashboards.agency_lines import agencies_page
from reports.dashboards.pm_office import pm_page
from reports.dashboards.unit import unit_page
from reports.directives.permissions import issuing_office
from reports.periods import DAY, ReportPeriod

#: The months that a page offers, this one first.
MONTHS_OFFERED = 13


@require_safe
@for_unit
def unit(request: HttpRequest) -> HttpResponse:
    """Show what the unit decides today."""
    user, at = signed_in_user(request), timezone.now()
    context = {"page": unit_page(user, at=at), "issues_directives": issuing_office(user, at), **frame(user, at=at)}
    return render(request, "reports/dashboards/unit.html", context)


@require_safe
@for_readers_of_some
def own(request: HttpRequest) -> HttpResponse:
    """Lead to the page of the reader's own agency; show several, or all, side by side in a month."""
    user, at = signed_in_user(request), timezone.now()
    mine = own_agencies(user, at)
    agencies = list(Agency.objects.filter(pk__in=mine).order_by("name_ar") if mine else _all(at))
    if len(agencies) == 1:
        return redirect("agency-dashboard", agencies[0].code)
    period = _month(request.GET.get("month", ""), at)
    context = {"page": agencies_page(agencies, period, at=at), **_months(period, at), **frame(user, at=at)}
    return render(request, "reports/dashboards/agencies.html", context)


def _all(at: datetime) -> list[Agency]:
    return list(Agency.objects.complainable(on=timezone.localdate(at)).order_by("name_ar"))


@require_safe
@for_readers_of_some
def agency(request: HttpRequest, agency: str) -> HttpResponse:
    """Show how an agency stands in a month, by default this one."""
    user, at = signed_in_user(request), timezone.now()
    found = agency_or_404(user, agency, at)
    period = _month(request.GET.get("month", ""), at)
    page, issues = agency_page(found, period, user, at=at), issuing_office(user, at)
    context = {"agency": found, "page": page, "issues_directives": issues, **_months(period, at)}
    return render(request, "reports/dashboards/agency.html", {**context, **frame(user, at=at)})


@require_safe
@for_readers_of_all
def pm_office(request: HttpRequest) -> HttpResponse:
    """Show the country's figures of a month, by default this one, and the agencies."""
    user, at = signed_in_user(request), timezone.now()
    period = _month(request.GET.get("month", ""), at)
    context = {"page": pm_page(period, at=at), **_months(period, at), **frame(user, at=at)}
    return render(request, "reports/dashboards/pm_office.html", context)


# ---- months ----


def _month(asked: str, at: datetime) -> ReportPeriod:
    """Return the month that ``asked`` names as 2026-01, this one if it names none that is offered."""
    offered = {first.strftime("%Y-%m"): first for first in _firsts(at)}
    first = offered.get(asked, next(iter(offered.values())))
    return ReportPeriod(first, (first + 31 * DAY).replace(day=1) - DAY)


def _firsts(at: datetime) -> list[date]:
    """Return the first days of the months that can be asked for, the newest first."""
    firsts = [timezone.localdate(at, AMMAN).replace(day=1)]
    while len(firsts) < MONTHS_OFFERED:
        firsts.append((firsts[-1] - DAY).replace(day=1))
    return firsts


def _months(period: ReportPeriod, at: datetime) -> dict[str, object]:
    return {"months": [(first.strftime("%Y-%m"), month_text(first), first == period.first) for first in _firsts(at)]}
