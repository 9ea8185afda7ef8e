"""Why objections were accepted in a period: how many for each cause, most first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from django.db.models import Count, Q
from django.utils import timezone

from agencies import successions
from complaints.case_text.objection_causes import cause_name
from complaints.models import Objection, ObjectionRuling
from kit import replica
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
    rows = accepted.order_by().values_list("cause", "ruling_event__agency", "case__topic", "case__governorate")
    continued = successions.continuity(on=timezone.localdate(at))
    found: Counter[str] = Counter()
    for cause, *place, number in rows.annotate(number=Count("pk")):
        if scope.agencies is None or continued.agency(*place) in scope.agencies:
            found[cause] += number
    return found
