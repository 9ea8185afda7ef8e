"""Counts what the index needs of each agency in a period: the figures, the audits, and the decisions on later dates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from django.db.models import Count
from django.utils import timezone

from agencies import successions
from agencies.models import Agency
from complaints.models import Extension, ExtensionState
from complaints.workflow import Action
from reports.audits.scoring import AgencyAudit, Stratum, audits, rounds_within
from reports.commitment.index import AgencyCounts, Counts
from reports.figures.measures import Figures
from reports.figures.reading import read
from reports.figures.scopes import Dimension
from reports.models.commitment import Component
from reports.periods import ReportPeriod


@dataclass(frozen=True)
class CountedAgency:
    """Whole numbers of one agency: its cases, good and all of each component, and the audits by sort of answer."""

    agency: str
    volume: int
    counts: Mapping[Component, tuple[int, int]]
    audited: tuple[Stratum, ...] = ()

    @property
    def for_index(self) -> AgencyCounts:
        """Return what the index is computed from: audits weighed by sort, the rest as counted."""
        found = {component: Counts(Fraction(good), Fraction(all_)) for component, (good, all_) in self.counts.items()}
        audit = AgencyAudit(self.audited)
        if (share := audit.share) is not None:
            found[Component.SUBSTANCE] = Counts(share * audit.effective, audit.effective)
        return AgencyCounts(self.agency, self.volume, found)


def count(period: ReportPeriod, *, at: datetime) -> tuple[list[CountedAgency], datetime]:
    """Return the counts of every agency with figures in ``period``, and the moment they stand for.

    A constant number of statements. Raises ``PeriodNotBegun`` for a period in the future.
    """
    reading = read(period, by=[Dimension.AGENCY], at=at)
    audited = audits(rounds_within(period), at=at)
    dates = _decided_dates(period, at=at)
    codes = dict(Agency.objects.values_list("pk", "code"))
    found = [
        CountedAgency(
            codes[key], figures.amount("received"), _counts(figures, dates.get(key, (0, 0))), _audited(audited, key)
        )
        for (key,), figures in reading.rows.items()
        if isinstance(key, int) and figures
    ]
    return sorted(found, key=lambda row: row.agency), reading.as_of


def _audited(found: Mapping[int, AgencyAudit], key: int) -> tuple[Stratum, ...]:
    return found[key].strata if key in found else ()


def _counts(figures: Figures, dates: tuple[int, int]) -> dict[Component, tuple[int, int]]:
    amount = figures.amount
    objections = max(amount("objected"), amount("upheld"))
    return {
        Component.DECIDES: _within(amount("decided_in_time"), amount("decided")),
        Component.ANSWERS: _within(amount("answered_in_time"), amount("answered")),
        Component.CONFIRMED: _within(amount("confirmed"), amount("confirmed") + amount("disputed")),
        # An objection may be accepted in a later period than it was made in.
        Component.OBJECTIONS: _within(objections - amount("upheld"), objections),
        Component.BOUNCES: _within(amount("decided") - amount("bounced"), amount("decided")),
        Component.EXTENSIONS: dates,
    }


def _within(good: int, whole: int) -> tuple[int, int]:
    """Return the pair with ``good`` from 0 to ``whole``: corrections can take more from one than from the other."""
    whole = max(whole, 0)
    return min(max(good, 0), whole), whole


def _decided_dates(period: ReportPeriod, *, at: datetime) -> dict[int, tuple[int, int]]:
    """Return by agency how many later dates were granted, and how many were granted or refused."""
    continued = successions.continuity(on=timezone.localdate(at))
    decided = Extension.objects.filter(
        decided_event__at__gte=period.starts_at,
        decided_event__at__lt=min(period.ends_at, at),
        decided_event__action__in=[Action.EXTEND, Action.REFUSE_EXTENSION],
        decided_event__agency__isnull=False,
    )
    rows = decided.values("state", "decided_event__agency", "case__topic", "case__governorate").annotate(
        number=Count("pk")
    )
    granted: Counter[int] = Counter()
    refused: Counter[int] = Counter()
    for row in rows.order_by():
        place = (row["decided_event__agency"], row["case__topic"], row["case__governorate"])
        agency = continued.agency(*place)
        if agency is not None:
            (granted if row["state"] == ExtensionState.GRANTED else refused)[agency] += row["number"]
    return {key: (granted[key], granted[key] + refused[key]) for key in granted | refused}
