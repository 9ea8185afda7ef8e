"""What the audits of a period found of each agency: as counts, and as an estimate of all its answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from django.db.models import Count, F, Q
from django.utils import timezone

from agencies import successions
from reports.models import AuditRound, AuditSample
from reports.models.audits import Verdict
from reports.periods import ReportPeriod


@dataclass(frozen=True)
class Stratum:
    """Answers of one sort in one round: how many there were, how many were judged, and how many of these are genuine.

    Challenged answers are drawn first, so that each sort stands for itself alone.
    """

    population: int
    judged: int
    genuine: int


@dataclass(frozen=True)
class AgencyAudit:
    """What the audits found of the answers of one agency."""

    strata: tuple[Stratum, ...]
    drawn: int = 0
    open: int = 0

    def __add__(self, other: AgencyAudit) -> AgencyAudit:
        return AgencyAudit(self.strata + other.strata, self.drawn + other.drawn, self.open + other.open)

    @property
    def population(self) -> int:
        """Return how many answers there were to draw from."""
        return sum(stratum.population for stratum in self.strata)

    @property
    def judged(self) -> int:
        """Return how many answers have a verdict."""
        return sum(stratum.judged for stratum in self.strata)

    @property
    def hollow(self) -> int:
        """Return how many answers were found hollow."""
        return self.judged - sum(stratum.genuine for stratum in self.strata)

    @property
    def share(self) -> Fraction | None:
        """Return the estimated share of genuine answers among all: each sort counts by its number; None without any."""
        known = [stratum for stratum in self.strata if stratum.judged]
        whole = sum(stratum.population for stratum in known)
        parts = (Fraction(stratum.genuine, stratum.judged) * stratum.population for stratum in known)
        return sum(parts, Fraction()) / whole if whole else None

    @property
    def effective(self) -> Fraction:
        """Return how many answers drawn evenly would tell as much as those judged (Kish, Survey Sampling, 1965).

        Never more than were judged; it does not depend on what was found.
        """
        known = [stratum for stratum in self.strata if stratum.judged]
        whole = sum(stratum.population for stratum in known)
        spread = sum((Fraction(stratum.population**2, stratum.judged) for stratum in known), Fraction())
        return whole * whole / spread if whole else Fraction()


def rounds_within(period: ReportPeriod) -> Iterable[AuditRound]:
    """Return the rounds whose days all lie in ``period``: the audits that tell about it."""
    return AuditRound.objects.filter(first__gte=period.first, last__lte=period.last)


def audits(rounds: Iterable[AuditRound], *, at: datetime) -> Mapping[int, AgencyAudit]:
    """Return what ``rounds`` found, by the agency that does the work of the audited one today; two statements."""
    continued = successions.continuity(on=timezone.localdate(at))
    found: dict[int, AgencyAudit] = {}
    for sample, audit in sample_audits(rounds):
        agency = continued.agency(sample.agency_id, None, None) or sample.agency_id
        found[agency] = found.get(agency, AgencyAudit(())) + audit
    return found


def sample_audits(rounds: Iterable[AuditRound]) -> list[tuple[AuditSample, AgencyAudit]]:
    """Return each sample of ``rounds`` with its agency and what was found; one statement."""
    return [(sample, _audit(sample)) for sample in _counted(rounds)]


def _counted(rounds: Iterable[AuditRound]) -> Iterable[AuditSample]:
    decided, genuine = ~Q(items__verdict=""), Q(items__verdict=Verdict.GENUINE)
    challenged = Q(items__is_challenged=True)
    return (
        AuditSample.objects.filter(round__in=rounds)
        .select_related("agency")
        .annotate(
            drawn=Count("items"),
            judged_challenged=Count("items", filter=decided & challenged),
            genuine_challenged=Count("items", filter=genuine & challenged),
            judged_others=Count("items", filter=decided & ~challenged),
            genuine_others=Count("items", filter=genuine & ~challenged),
            others=F("population") - F("challenged"),
        )
    )


def _audit(sample: Any) -> AgencyAudit:
    strata = tuple(
        Stratum(population, judged, good)
        for population, judged, good in (
            (sample.challenged, sample.judged_challenged, sample.genuine_challenged),
            (sample.others, sample.judged_others, sample.genuine_others),
        )
    )
    drawn: int = sample.drawn
    return AgencyAudit(strata, drawn, drawn - sum(stratum.judged for stratum in strata))
