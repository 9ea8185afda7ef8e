"""Why objections were accepted in a period: how many for each cause, most first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from complaints.case_text.objection_causes import cause_name
from complaints.models import Objection, ObjectionRuling
from complaints.workflow import Action
from kit import replica
from reports.figures.reading import continued_by
from reports.figures.scopes import Dimension, Scope
from reports.periods import ReportPeriod

_COLUMNS: Mapping[Dimension, str] = {
    Dimension.TOPIC: "case__topic",
    Dimension.KIND: "case__kind",
    Dimension.CHANNEL: "case__channel",
    Dimension.GOVERNORATE: "case__governorate",
}


@dataclass(frozen=True)
class CauseCount:
    """How many objections were accepted for a cause; its ``code`` is empty where none was stated."""

    code: str
    number: int

    @property
    def name(self) -> str:
        """The cause in the active language."""
        return cause_name(self.code)


def upheld_causes(period: ReportPeriod, *, at: datetime, scope: Scope | None = None) -> list[CauseCount]:
    """Return the causes for which objections were accepted in ``period`` until ``at``, most first.

    Counted for the agency that had closed the case, or that does its work today; on the replica, if it is near enough.
    A few statements.
    """
    found = replica.read(lambda: _counted(period, at=at, scope=scope or Scope())).value
    return sorted(
        (CauseCount(code, number) for code, number in found.items()), key=lambda cause: (-cause.number, cause.name)
    )


def accepted_objections(start: datetime, end: datetime, agencies: Collection[int] | None = None) -> QuerySet[Objection]:
    """Return the objections accepted from ``start`` to before ``end``, to answers of ``agencies`` or of all."""
    accepted = Objection.objects.filter(ruling=ObjectionRuling.UPHELD).order_by()
    if agencies is None:
        return accepted.filter(ended_at__gte=start, ended_at__lt=end)
    # By the event of the ruling, whose index begins with the agency.
    return accepted.filter(
        ruling_event__action=Action.UPHOLD,
        ruling_event__agency__in=agencies,
        ruling_event__at__gte=start,
        ruling_event__at__lt=end,
    )


def _counted(period: ReportPeriod, *, at: datetime, scope: Scope) -> Counter[str]:
    # Whose they are is asked only where it decides: no other table is read for all of them.
    asks_all = scope.agencies is None or None in scope.agencies
    agencies = None if asks_all else with_predecessors(scope, at)
    accepted = accepted_objections(period.starts_at, min(period.ends_at, at), agencies)
    for dimension, column in _COLUMNS.items():
        keys = scope.of(dimension)
        if keys is not None:
            nobody = Q(**{f"{column}__isnull": True}) if None in keys else Q()
            accepted = accepted.filter(Q(**{f"{column}__in": [key for key in keys if key is not None]}) | nobody)
    found: Counter[str] = Counter()
    if scope.agencies is None:
        for cause, number in _numbers(accepted, "cause"):
            found[cause] += number
        return found
    continued = continued_by(at)
    topic_and_place = ("case__topic", "case__governorate") if continued.parted else ()
    for cause, agency, *place, number in _numbers(accepted, "cause", "ruling_event__agency", *topic_and_place):
        if continued.agency(agency, *(place or (None, None))) in scope.agencies:
            found[cause] += number
    return found


def with_predecessors(scope: Scope, at: datetime) -> set[int]:
    """Return the agencies of ``scope`` and those whose work, or a part of it, they do today."""
    own = {key for key in scope.agencies or () if isinstance(key, int)}
    earlier = continued_by(at).predecessors()
    return own.union(*(earlier.get(key, ()) for key in own))


def _numbers(accepted: QuerySet[Objection], *columns: str) -> Iterable[Any]:
    return accepted.values_list(*columns).annotate(number=Count("pk"))
