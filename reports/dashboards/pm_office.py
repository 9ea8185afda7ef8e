"""What the Prime Minister's office reads first: the country's figures beside earlier ones, and the agencies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext

from agencies.models import Governorate
from kit.charts.data import ChartData, ChartRow, written
from reports.dashboards.agency_lines import AgencyLine, agency_lines
from reports.dashboards.values import ValueTile, value_tile
from reports.drill import lists
from reports.figures.measures import MEASURES, NAMES, Figures
from reports.figures.reading import compared, read, read_together
from reports.figures.sums import Dimension, Scope
from reports.periods import ReportPeriod

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
