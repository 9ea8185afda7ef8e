"""The figure a directive comes from: read by the address of its form, kept as it stood, shown with what came since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.utils import timezone

from agencies.models import Agency, Governorate, Topic
from reports.directives.actions import SourceFigure
from reports.figures.arithmetic import whole_percent
from reports.figures.measures import MEASURES, Measure, Value
from reports.figures.reading import PeriodNotBegun, read
from reports.figures.scopes import Scope
from reports.forms import period_of_address
from reports.models import Directive
from reports.periods import ReportPeriod

#: The dimensions that an address may limit, by the name of the parameter: the table and the name in ``Scope``.
LIMITS: Final[Mapping[str, tuple[Any, str]]] = {
    "agency": (Agency, "agencies"),
    "topic": (Topic, "topics"),
    "governorate": (Governorate, "governorates"),
}


class NoSuchFigure(ValueError):
    """The address names no measure, no period that has begun, or an agency, topic or governorate that is not there."""


class NothingMeasured(ValueError):
    """There was nothing to measure in the period, so that the figure has no value."""


def figure_named(address: Mapping[str, str], *, at: datetime) -> SourceFigure | None:
    """Return the figure that the parameters ``measure``, ``first``, ``last`` and those of ``LIMITS`` name, read now.

    None if there is no ``measure``. Raises ``NoSuchFigure`` and ``NothingMeasured``.
    """
    measure = address.get("measure", "")
    if not measure:
        return None
    if measure not in MEASURES:
        raise NoSuchFigure
    period, scope = _period(address, timezone.localdate(at)), _scope(address)
    try:
        reading = read(period, scope=_as_scope(scope), at=at)
    except PeriodNotBegun:
        raise NoSuchFigure from None
    value = reading.total.value(measure)
    if value is None:
        raise NothingMeasured
    return SourceFigure(measure, period, scope, Decimal(value), reading.as_of)


def _period(address: Mapping[str, str], today: date) -> ReportPeriod:
    try:
        return period_of_address(address.get("first", ""), address.get("last", ""), today=today)
    except ValueError:
        raise NoSuchFigure from None


def _scope(address: Mapping[str, str]) -> dict[str, list[Any]]:
    """Return the keys by dimension, as they are stored with the directive."""
    scope: dict[str, list[Any]] = {}
    for name, (table, dimension) in LIMITS.items():
        if code := address.get(name, ""):
            key = table.objects.filter(code=code).values_list("pk", flat=True).first()
            if key is None:
                raise NoSuchFigure
            scope[dimension] = [key]
    return scope


def _as_scope(keys: Mapping[str, list[Any]]) -> Scope:
    return Scope(**{dimension: frozenset(of) for dimension, of in keys.items()})


@dataclass(frozen=True)
class ShownFigure:
    """A figure as the page of a directive shows it; ``since`` is its value in the days since the issue."""

    measure: Measure
    period: ReportPeriod
    value: Value
    as_of: datetime
    names: tuple[str, ...]
    since: Value = None
    since_period: ReportPeriod | None = None

    @property
    def is_share(self) -> bool:
        """Tell whether the value is a part of one, shown in percent."""
        return self.measure.unit == "share"

    @property
    def shown(self) -> str:
        """The value as text."""
        return self._text(self.value)

    @property
    def shown_since(self) -> str:
        """The value since the issue as text; a dash where there was nothing to measure."""
        return self._text(self.since)

    def _text(self, value: Value) -> str:
        if value is None:
            return "—"
        if self.is_share:
            return f"{whole_percent(value)}%"
        return f"{value.normalize():,f}" if isinstance(value, Decimal) else f"{value:,}"


def shown(figure: SourceFigure) -> ShownFigure:
    """Return a figure that was just read, for the form."""
    names = _names(figure.scope)
    return ShownFigure(MEASURES[figure.measure], figure.period, figure.value, figure.as_of, names)


def source_figure(directive: Directive, *, at: datetime) -> ShownFigure | None:
    """Return the figure ``directive`` comes from and what it is since then; None if it comes from none."""
    measure = MEASURES.get(directive.measure)
    if measure is None or directive.period_first is None or directive.period_last is None or directive.as_of is None:
        return None
    since = ReportPeriod(timezone.localdate(directive.issued_at), timezone.localdate(at))
    reading = read(since, scope=_as_scope(directive.scope), at=at)
    return ShownFigure(
        measure,
        ReportPeriod(directive.period_first, directive.period_last),
        directive.value,
        directive.as_of,
        _names(directive.scope),
        reading.total.value(directive.measure),
        since,
    )


def _names(scope: Mapping[str, list[Any]]) -> tuple[str, ...]:
    """Return the names of what the figure is limited to; one query for each dimension."""
    tables = {dimension: table for table, dimension in LIMITS.values()}
    return tuple(
        str(row.name) for dimension, keys in scope.items() for row in tables[dimension].objects.filter(pk__in=keys)
    )
