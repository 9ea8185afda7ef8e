"""Reminders before the day of a directive and reports of its delay after it, one level each working day.

Each level is told once of each day: ``DirectiveNotice`` is unique, and so is the occasion of each message. A level that
nobody holds is noted as vacant, the head of the unit is told, and the next level at once.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from django.utils import timezone

from agencies.calendar import WorkingCalendar
from agencies.models import current_calendar
from notifications.periodic import RowRun
from reports.directives import notices
from reports.models import Directive, DirectiveLevel, DirectiveNotice, DirectiveState

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
    people = notices.on_level(directive, level, on)
    is_vacant = not people
    DirectiveNotice.objects.create(
        directive=directive, due_on=directive.due_on, level=level, is_vacant=is_vacant, told_at=at
    )
    template = "directive_reminder" if level == DirectiveLevel.REMINDER else "directive_late"
    if is_vacant:
        template, people = "directive_level_vacant", notices.unit_heads(on)
    notices.owe(template, directive, people, occasion=notices.level_occasion(directive.due_on, level), at=at)
    return is_vacant
