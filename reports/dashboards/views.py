"""The start pages of figures: of the unit, of an agency, and of the Prime Minister's office."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from accounts.decorators import signed_in_user
from accounts.models import User
from accounts.roles import DESK
from agencies import successions
from agencies.calendar import AMMAN
from agencies.models import Agency, Governorate
from complaints.staff.frame import frame
from kit.charts.data import ChartData, ChartRow, written
from kit.dates import month_text
from reports import kept_parts
from reports.access import agency_or_404, for_readers_of_all, for_readers_of_some, for_unit, own_agencies, reads_agency
from reports.dashboards import kept
from reports.dashboards.agency import AgencyLine, agencies_page, agency_figures, agency_lines, agency_work
from reports.dashboards.unit import unit_lists, unit_work
from reports.dashboards.values import ValueTile, value_tile
from reports.directives.actions import issuing_office
from reports.drill import lists
from reports.drill.counted import cause_rows
from reports.figures.measures import MEASURES, NAMES, Figures
from reports.figures.reading import compared, read, read_together
from reports.figures.sums import Dimension, Scope
from reports.kept_parts import KeptFigures, kept_part, version_of_names
from reports.models import KeptListName
from reports.periods import DAY, ReportPeriod

# ---- What the Prime Minister's office reads first: the country's figures beside earlier ones, and the
# agencies.


TILES = (
    "received",
    "closed",
    "pending",
    "late",
    "answered_on_time",
    "days_to_answer_median",
    "confirmed_gap",
    "objections_upheld",
)
#: Agencies are listed by how many cases are late; the page of all figures has the rest.
MOST_AGENCIES = 15


@dataclass(frozen=True)
class PmPage:
    """Everything the page of the Prime Minister's office shows."""

    tiles: Sequence[ValueTile]
    agencies: Sequence[AgencyLine]
    number_of_agencies: int
    places: ChartData


@read_together()
def pm_page(period: ReportPeriod, *, at: datetime) -> PmPage:
    """Return the page for ``period``; a constant number of statements."""
    reading = read(period, by=(Dimension.AGENCY,), at=at, measures=(*TILES, *NAMES))
    before, year_before = (read(each, at=at, measures=TILES).total for each in compared(period))
    beside = {gettext("before"): before, gettext("a year before"): year_before}
    rows = {key: figures for (key,), figures in reading.rows.items() if isinstance(key, int) and figures}
    return PmPage(
        tiles=[value_tile(name, reading.total, period=period, scope=Scope(), beside=beside) for name in TILES],
        agencies=agency_lines(rows, period, MOST_AGENCIES),
        number_of_agencies=len(rows),
        places=_places(period, at=at),
    )


def _places(period: ReportPeriod, *, at: datetime) -> ChartData:
    """Return what each governorate sent, for the map; cases without a place stand in the table of all figures."""
    rows = read(period, by=(Dimension.GOVERNORATE,), at=at, measures=("received",)).rows
    made = []
    for governorate in Governorate.objects.all():
        received = rows.get((governorate.pk,), Figures()).amount("received")
        href = lists.cases_url("received", period, Scope(governorates=frozenset({governorate.pk})))
        made.append(
            ChartRow(governorate.name, (received,), (written(received),), governorate.code, (href if received else "",))
        )
    return ChartData((gettext("Governorate"), str(MEASURES["received"].label)), tuple(made))


#: The months that a page offers, this one first.
MONTHS_OFFERED = 13


@require_safe
@for_unit
def unit(request: HttpRequest) -> HttpResponse:
    """Show what the unit decides today."""
    user, at = signed_in_user(request), timezone.now()
    made, page = kept.made_at(), unit_work(user, at=at)
    context = {
        "page": page,
        "made_at": min(made.values(), default=None),
        **_unit_parts(made, bool(issuing_office(user, at))),
    }
    return render(request, "reports/dashboards/unit.html", {**context, **frame(user, at=at)})


def _unit_parts(made: Mapping[KeptListName, datetime], issues: bool) -> dict[str, SafeString]:  # noqa: FBT001 - a part of the key
    """Return the parts of the unit's page about cases and about agencies, as its lists were ``made``."""
    content = cache(lambda: {"page": unit_lists(), "issues_directives": issues})
    version = _version_of_lists(made)
    return {
        name: kept_part(
            f"reports/dashboards/_unit_{name}.html",
            content,
            issues,
            version=version,
            again=lambda: _version_of_lists(kept.made_at()),
        )
        for name in ("cases", "agencies")
    }


def _version_of_lists(made: Mapping[KeptListName, datetime]) -> str:
    """Return the version of the kept lists, and of the names that a page adds to them."""
    return f"{made} {version_of_names()}"


@require_safe
@for_readers_of_some
def own(request: HttpRequest) -> HttpResponse:
    """Lead to the page of the reader's own agency; show several, or all, side by side in a month."""
    user, at = signed_in_user(request), timezone.now()
    mine = own_agencies(user, at)
    found = Agency.objects.filter(pk__in=mine).order_by("name_ar", "pk") if mine else _all(at)
    agencies = [each for each in found if _successor(each, user, at) is None]
    if len(agencies) == 1:
        return redirect("agency-dashboard", agencies[0].code)
    figures = kept_parts.of(_month(request.GET.get("month", ""), at), at)
    part = figures.part(
        "reports/dashboards/_side_by_side.html",
        lambda: {"page": agencies_page(agencies, figures.period, at=at)},
        sorted(agency.pk for agency in agencies),
    )
    return render(request, "reports/dashboards/agencies.html", {"part": part, **_context(user, figures)})


def _all(at: datetime) -> list[Agency]:
    return list(Agency.objects.complainable(on=timezone.localdate(at)).order_by("name_ar", "pk"))


@require_safe
@for_readers_of_some
def agency(request: HttpRequest, agency: str) -> HttpResponse:
    """Show how an agency stands in a month, by default this one; one that was merged leads to the one that has it."""
    user, at = signed_in_user(request), timezone.now()
    found = agency_or_404(user, agency, at)
    if successor := _successor(found, user, at):
        return redirect("agency-dashboard", successor.code)
    figures, issues = kept_parts.of(_month(request.GET.get("month", ""), at), at), bool(issuing_office(user, at))
    with read_together():
        context = _agency(found, figures, user, issues=issues)
    names = [found.name] if user.authority(at).agencies(DESK) == {found.pk} else []
    return render(request, "reports/dashboards/agency.html", {**context, **_context(user, figures, names)})


def _successor(agency: Agency, user: User, at: datetime) -> Agency | None:
    """Return who does the work of an agency that has ended, and so has its figures, if ``user`` reads them."""
    today = timezone.localdate(at)
    if agency.ends_on is None or agency.ends_on >= today:
        return None
    present = successions.present_agency(agency, on=today)
    return present if present.pk != agency.pk and reads_agency(user, present, at) else None


def _agency(found: Agency, figures: KeptFigures, user: User, *, issues: bool) -> dict[str, object]:
    """Return what the page of an agency shows: kept parts, and what is of now or of what ``user`` may see."""
    at = figures.at
    part = figures.part(
        "reports/dashboards/_agency_figures.html",
        lambda: {"page": agency_figures(found, figures.period, at=at), "agency": found, "issues_directives": issues},
        *(found.pk, issues),
    )
    causes = figures.part(
        "reports/dashboards/_causes.html",
        lambda: {"causes": cause_rows(figures.period, Scope(agencies=frozenset({found.pk})), at=figures.as_of)},
        found.pk,
    )
    page = agency_work(found, figures.period, user, at=at)
    return {"agency": found, "page": page, "part": part, "causes": causes, "issues_directives": issues}


@require_safe
@for_readers_of_all
def pm_office(request: HttpRequest) -> HttpResponse:
    """Show the country's figures of a month, by default this one, and the agencies."""
    user, at = signed_in_user(request), timezone.now()
    figures = kept_parts.of(_month(request.GET.get("month", ""), at), at)
    part = figures.part("reports/dashboards/_country.html", lambda: {"page": pm_page(figures.period, at=at)})
    return render(request, "reports/dashboards/pm_office.html", {"part": part, **_context(user, figures)})


def _context(user: User, figures: KeptFigures, names: Sequence[str] = ()) -> dict[str, object]:
    """Return what every page of figures of a month shows; ``names`` are those of the own agencies, where known."""
    staff = frame(user, at=figures.at, names=names)
    return {"figures": figures, **_months(figures.period, figures.at), **staff}


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
