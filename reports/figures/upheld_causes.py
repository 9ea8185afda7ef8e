"""Why objections were accepted in a period: how many for each cause, most first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from complaints.case_text.objection_causes import cause_name
from complaints.models import Objection, ObjectionRuling
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


def upheld_causes(period: ReportPeriod, *, at: datetime, scope: Scope | None = None) -> list[tuple[str, int]]:
    """Return the causes in the active language with how many objections were accepted for each, until ``at``.

    Counted for the agency that had closed the case, or that does its work today; on the replica, if it is near enough.
    A few statements.
    """
    found = replica.read(lambda: _counted(period, at=at, scope=scope or Scope())).value
    named = ((cause_name(cause), number) for cause, number in found.items())
    return sorted(named, key=lambda row: (-row[1], row[0]))


def _counted(period: ReportPeriod, *, at: datetime, scope: Scope) -> Counter[str]:
    accepted = Objection.objects.filter(
        ruling=ObjectionRuling.UPHELD, ended_at__gte=period.starts_at, ended_at__lt=min(period.ends_at, at)
    )
    for dimension, column in _COLUMNS.items():
        keys = scope.of(dimension)
        if keys is not None:
            nobody = Q(**{f"{column}__isnull": True}) if None in keys else Q()
            accepted = accepted.filter(Q(**{f"{column}__in": [key for key in keys if key is not None]}) | nobody)
    found: Counter[str] = Counter()
    if scope.agencies is None:
        # Whose they are is not asked, and no other table is read.
        for cause, number in _numbers(accepted, "cause"):
            found[cause] += number
        return found
    continued = continued_by(at)
    topic_and_place = ("case__topic", "case__governorate") if continued.parted else ()
    for cause, agency, *place, number in _numbers(accepted, "cause", "ruling_event__agency", *topic_and_place):
        if continued.agency(agency, *(place or (None, None))) in scope.agencies:
            found[cause] += number
    return found


def _numbers(accepted: QuerySet[Objection], *columns: str) -> Iterable[Any]:
    return accepted.order_by().values_list(*columns).annotate(number=Count("pk"))
