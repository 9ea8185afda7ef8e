"""Agencies side by side: what each got in a month, what is late, and how much it answered on time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.urls import reverse

from agencies.models import Agency
from kit.arabic import fold
from reports.dashboards.values import value_text
from reports.drill import lists
from reports.figures.measures import NAMES, Figures
from reports.figures.reading import read
from reports.figures.sums import Dimension, Scope
from reports.periods import ReportPeriod

#: The measures of a line.
SHOWN: Final = ("received", "late", "answered_on_time")


@dataclass(frozen=True)
class AgencyLine:
    """An agency: what it got, what is late, how much was answered on time, and its own page."""

    name: str
    href: str
    received: int
    received_href: str
    late: int
    late_href: str
    on_time: str
    on_time_href: str


@dataclass(frozen=True)
class AgenciesPage:
    """All agencies: those with cases in a month as lines, and the others by name."""

    lines: Sequence[AgencyLine]
    others: Sequence[Agency]


def agencies_page(agencies: Sequence[Agency], period: ReportPeriod, *, at: datetime) -> AgenciesPage:
    """Return how ``agencies`` stand in ``period``; a constant number of statements."""
    # Any amount tells that an agency had cases, working days tell nothing more.
    reading = read(period, by=(Dimension.AGENCY,), at=at, measures=NAMES)
    wanted = {agency.pk for agency in agencies}
    rows = {key: figures for (key,), figures in reading.rows.items() if isinstance(key, int) and key in wanted}
    others = [agency for agency in agencies if not rows.get(agency.pk)]
    return AgenciesPage(agency_lines(rows, period), others)


def agency_lines(rows: Mapping[int, Figures], period: ReportPeriod, most: int | None = None) -> list[AgencyLine]:
    """Return a line for each agency with figures, ``most`` at most, those with most late cases first; one statement."""
    agencies = Agency.objects.in_bulk([key for key, figures in rows.items() if figures])
    shown = sorted(
        agencies, key=lambda key: (-rows[key].amount("late"), -rows[key].amount("received"), fold(agencies[key].name))
    )
    return [_line(agencies[key], rows[key], period) for key in shown[:most]]


def _line(agency: Agency, figures: Figures, period: ReportPeriod) -> AgencyLine:
    on_time = figures.value("answered_on_time")
    addresses = lists.cases_urls(SHOWN, period, Scope(agencies=frozenset({agency.pk})))
    return AgencyLine(
        name=agency.name,
        href=reverse("agency-dashboard", args=[agency.code]),
        received=figures.amount("received"),
        received_href=addresses["received"],
        late=figures.amount("late"),
        late_href=addresses["late"],
        on_time=value_text("answered_on_time", on_time),
        on_time_href=addresses["answered_on_time"] if on_time is not None else "",
    )
