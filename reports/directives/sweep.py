"""Reminders before the day of a directive and reports of its delay after it, one level each working day.

Each level is told once of each day: ``DirectiveNotice`` is unique, and so is the occasion of each message. A level that
nobody holds is noted as vacant, the head of the unit is told, and the next level at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.utils import timezone

from agencies.calendar import WorkingCalendar
from agencies.models import Agency, Governorate, Topic, current_calendar
from notifications.periodic import RowRun
from reports.directives import actions
from reports.directives.actions import SourceFigure
from reports.figures.measures import MEASURES, Measure, Value, whole_percent
from reports.figures.reading import PeriodNotBegun, read
from reports.figures.sums import Scope
from reports.forms import period_of_address
from reports.models import Directive, DirectiveLevel, DirectiveNotice, DirectiveState
from reports.periods import ReportPeriod

TASK: Final = "reports.watch_directives"
#: Working days before its day on which the heads of the agency are reminded.
REMINDER_DAYS: Final = 2
#: A reminder is due no earlier than this before the day, whatever holidays lie between.
EARLIEST_REMINDER: Final = timedelta(days=30)
#: The levels of a delay, the lowest first.
DELAY_LEVELS: Final = (
    DirectiveLevel.SUPERVISOR,
    DirectiveLevel.SECRETARY_GENERAL,
    DirectiveLevel.MINISTER_OFFICE,
    DirectiveLevel.PM_OFFICE,
)


def watch(*, at: datetime) -> int:
    """Tell every level that is due at ``at``; return how many were. Safe to run twice and at the same time.

    A directive that somebody holds is left to the next run; one that fails is named and left alone for a while.
    """
    run, calendar, told = RowRun(TASK, "directive", at=at), current_calendar(), 0
    latest = timezone.localdate(at) + EARLIEST_REMINDER
    waiting = Directive.objects.filter(state=DirectiveState.OPEN, due_on__lte=latest)
    for key in list(run.without_waiting(waiting).order_by("pk").values_list("pk", flat=True)):
        with run.row(key):
            told += tell_due_levels(key, calendar, at=at)
    return told


def tell_due_levels(key: int, calendar: WorkingCalendar, *, at: datetime) -> int:
    """Tell the levels of one directive that are due, under its lock; return how many were told or found vacant."""
    rows = Directive.objects.select_for_update(of=("self",), skip_locked=True).select_related("agency")
    directive = rows.filter(pk=key, state=DirectiveState.OPEN).first()
    if directive is None:
        return 0
    count, known = 0, _known(directive)
    while (level := next_level(directive, known, calendar, at=at)) is not None:
        known[level] = _tell(directive, level, at=at)
        count += 1
    return count


def _known(directive: Directive) -> dict[str, bool]:
    """Return the levels that were told of the present day, each with whether it was vacant."""
    return dict(directive.notices.filter(due_on=directive.due_on).values_list("level", "is_vacant"))


def next_level(
    directive: Directive, known: dict[str, bool], calendar: WorkingCalendar, *, at: datetime
) -> DirectiveLevel | None:
    """Return the level to be told now, None if there is none: ``known`` are those told, with whether they were vacant.

    Whoever got a directive after the moment of its reminder is not reminded.
    """
    day = directive.due_on
    if timezone.localdate(at) <= day:
        reminded_at = calendar.opening(_working_day_before(day, REMINDER_DAYS, calendar))
        is_due = DirectiveLevel.REMINDER not in known and directive.issued_at < reminded_at <= at
        return DirectiveLevel.REMINDER if is_due else None
    for level in DELAY_LEVELS:
        # After a vacant level the next one is told on the same day.
        if not _is_vacant_before(level, known):
            day = calendar.working_day_after(day)
        if level not in known:
            return level if at >= calendar.opening(day) else None
    return None


def _is_vacant_before(level: DirectiveLevel, known: dict[str, bool]) -> bool:
    place = DELAY_LEVELS.index(level)
    return place > 0 and known.get(DELAY_LEVELS[place - 1], False)


def _working_day_before(day: date, days: int, calendar: WorkingCalendar) -> date:
    for _ in range(days):
        day = calendar.working_day_before(day)
    return day


def _tell(directive: Directive, level: DirectiveLevel, *, at: datetime) -> bool:
    """Note that a level is told of the day, owe the messages, and return whether it is vacant."""
    on = timezone.localdate(at)
    people = actions.on_level(directive, level, on)
    is_vacant = not people
    DirectiveNotice.objects.create(
        directive=directive, due_on=directive.due_on, level=level, is_vacant=is_vacant, told_at=at
    )
    template = "directive_reminder" if level == DirectiveLevel.REMINDER else "directive_late"
    if is_vacant:
        template, people = "directive_level_vacant", actions.unit_heads(on)
    actions.owe(template, directive, people, occasion=actions.level_occasion(directive.due_on, level), at=at)
    return is_vacant


# ---- The figure a directive comes from: read by the address of its form, kept as it stood, shown with what
# came since.


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
