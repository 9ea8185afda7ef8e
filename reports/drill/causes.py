"""The causes of accepted objections as pages show them: each number opens its cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef

from complaints.models import CaseQuerySet
from reports.drill import links
from reports.figures.scopes import Scope
from reports.figures.upheld_causes import accepted_objections, upheld_causes
from reports.periods import ReportPeriod


@dataclass(frozen=True)
class CauseRow:
    """How many objections were accepted for a cause, and the address of the list of their cases."""

    name: str
    number: int
    cases: str


def cause_rows(period: ReportPeriod, scope: Scope, *, at: datetime) -> Sequence[CauseRow]:
    """Return the causes of ``period`` and ``scope`` until ``at``, most first; a few statements."""
    return [
        CauseRow(cause.name, cause.number, links.cause_url(cause.code, period, scope))
        for cause in upheld_causes(period, at=at, scope=scope)
    ]


def with_cause(cases: CaseQuerySet, cause: str, period: ReportPeriod, *, at: datetime) -> CaseQuerySet:
    """Return those of ``cases`` of which an objection was accepted in ``period`` for ``cause``."""
    accepted = accepted_objections(period.starts_at, min(period.ends_at, at))
    accepted = accepted.filter(case=OuterRef("pk"), cause=cause)
    return cases.filter(Exists(accepted))
