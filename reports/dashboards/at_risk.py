"""Agencies at risk: those that will miss several promises of a week if they go on as they did in four weeks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count
from django.utils import timezone

from agencies.calendar import AMMAN
from complaints.models import Case
from complaints.workflow import OPEN, State
from reports.figures.measures import Figures, whole_percent
from reports.figures.reading import read
from reports.figures.sums import Dimension
from reports.periods import DAY, ReportPeriod

SPAN: Final = timedelta(weeks=4)
AHEAD: Final = timedelta(days=7)
#: A share of fewer answers says nothing.
LEAST_ANSWERS: Final = 10
#: From so many promises on that will probably be missed an agency is listed; the most first, so many at most.
LEAST_MISSED: Final = 2
MOST: Final = 8


@dataclass(frozen=True)
class AgencyAtRisk:
    """An agency: the percentage answered on time in four weeks and in the four before, and what falls due in a week."""

    agency: int
    on_time: int
    before: int | None
    due: int

    @property
    def expected(self) -> float:
        """The promises that will be missed if the agency goes on as it did."""
        return self.due * (100 - self.on_time) / 100


def agencies_at_risk(*, at: datetime) -> list[AgencyAtRisk]:
    """Return the agencies at risk, the most expected misses first; a constant number of statements."""
    today = timezone.localdate(at, AMMAN)
    lately = ReportPeriod(today - SPAN + DAY, today)
    earlier = ReportPeriod(lately.first - SPAN, lately.first - DAY)
    now, before = (_by_agency(period, at=at) for period in (lately, earlier))
    due = _due(at=at)
    found = [_agency(key, now[key], before.get(key, Figures()), due[key]) for key in due if key in now]
    risky = [each for each in found if each and each.expected >= LEAST_MISSED]
    return sorted(risky, key=lambda each: (-each.expected, each.agency))[:MOST]


def _by_agency(period: ReportPeriod, *, at: datetime) -> Mapping[int, Figures]:
    rows = read(period, by=(Dimension.AGENCY,), at=at, measures=("answered_on_time",)).rows
    return {key: figures for (key,), figures in rows.items() if isinstance(key, int)}


def _due(*, at: datetime) -> Mapping[int, int]:
    running = Case.objects.filter(state__in=OPEN - {State.WAITING}, deadline_at__gte=at, deadline_at__lt=at + AHEAD)
    return dict(running.exclude(agency=None).order_by().values_list("agency").annotate(number=Count("pk")))


def _agency(agency: int, now: Figures, before: Figures, due: int) -> AgencyAtRisk | None:
    if now.base("answered_on_time") < LEAST_ANSWERS:
        return None
    enough = before.base("answered_on_time") >= LEAST_ANSWERS
    return AgencyAtRisk(agency, _percent(now), _percent(before) if enough else None, due)


def _percent(figures: Figures) -> int:
    return whole_percent(figures.value("answered_on_time") or 0)
