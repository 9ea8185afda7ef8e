"""Why objections were accepted in a period: how many for each cause, most first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Count, Q, QuerySet

from complaints.case_text.answers import cause_name
from complaints.models import Objection, ObjectionRuling
from complaints.workflow import Action
from kit import replica
from kit.compiled_reads import CompiledRead, numbered
from reports.figures.reading import continued_by
from reports.figures.scopes import Dimension, Scope
from reports.periods import ReportPeriod

_COLUMNS: Mapping[Dimension, str] = {
    Dimension.TOPIC: "case__topic",
    Dimension.KIND: "case__kind",
    Dimension.CHANNEL: "case__channel",
    Dimension.GOVERNORATE: "case__governorate",
}
#: What decides who does the work of an agency today that went to several.
_PLACE: Final = ("case__topic", "case__governorate")


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
    limits = {dimension: keys for dimension in _COLUMNS if (keys := scope.of(dimension)) is not None}
    continued = continued_by(at) if scope.agencies is not None else None
    # Whose they are is asked only where it decides: no other table is read for all of them.
    asks_all = scope.agencies is None or None in scope.agencies
    own = () if asks_all else sorted(with_predecessors(scope, at))
    columns = (*(("ruling_event__agency",) if continued else ()), *(_PLACE if continued and continued.parted else ()))
    shape = _Shape(columns, asks_all=asks_all, limits=tuple((name, None in keys) for name, keys in limits.items()))
    values: dict[str, Any] = {"start": period.starts_at, "end": min(period.ends_at, at), **numbered("own", own)}
    for dimension, keys in limits.items():
        values |= numbered(dimension, [key for key in keys if key is not None])
    found: Counter[str] = Counter()
    for cause, *whose, number in _NUMBERS.rows(shape, **values):
        agency, topic, governorate = (*whose, None, None, None)[:3]
        if continued is None or continued.agency(agency, topic, governorate) in (scope.agencies or ()):
            found[cause] += number
    return found


@dataclass(frozen=True)
class _Shape:
    """What objections are counted by besides their cause, and by what they are limited: also to those without it."""

    columns: tuple[str, ...]
    asks_all: bool
    limits: tuple[tuple[Dimension, bool], ...]


def _numbers(shape: _Shape, *, start: datetime, end: datetime, **keys: Any) -> QuerySet[Objection, Any]:
    """Return the accepted objections that ``keys`` leave, counted by cause."""

    def named(name: str) -> list[Any]:
        return [key for each, key in keys.items() if each.rpartition("_")[0] == name]

    accepted = accepted_objections(start, end, None if shape.asks_all else named("own"))
    for dimension, has_nobody in shape.limits:
        column = _COLUMNS[dimension]
        nobody = Q(**{f"{column}__isnull": True}) if has_nobody else Q()
        accepted = accepted.filter(Q(**{f"{column}__in": named(dimension)}) | nobody)
    return accepted.values_list("cause", *shape.columns).annotate(number=Count("pk"))


_NUMBERS: Final = CompiledRead(_numbers)


def with_predecessors(scope: Scope, at: datetime) -> set[int]:
    """Return the agencies of ``scope`` and those whose work, or a part of it, they do today."""
    own = {key for key in scope.agencies or () if isinstance(key, int)}
    earlier = continued_by(at).predecessors()
    return own.union(*(earlier.get(key, ()) for key in own))
