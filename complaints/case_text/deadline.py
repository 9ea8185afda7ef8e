"""How far a deadline is, in words and in the colour of a status."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext, ngettext

from agencies.calendar import AMMAN, WorkingCalendar
from complaints.case_text.estimates import days_label
from complaints.case_text.time_held import working_words
from complaints.clocks.clockwork import Pause
from complaints.clocks.extensions import soon_ends
from complaints.models import Case, ListedCase
from complaints.workflow import State
from kit.dates import day_digits

_DAY, _HOUR, _MINUTE = 86_400, 3_600, 60


@dataclass(frozen=True)
class Countdown:
    """How far a deadline is: ``level`` is late, soon, ok or nothing, ``words`` say it."""

    level: str
    words: str


def case_countdown(
    case: Case | ListedCase, *, at: datetime, calendar: WorkingCalendar, pause: Pause | None = None
) -> Countdown:
    """Return how far the deadline of ``case`` is; while the citizen is asked the clock is paused, up to a limit.

    ``pause`` is that of ``clocks.pauses`` for a case that waits for its citizen.
    """
    if case.deadline_at is None:
        return Countdown("", "")
    if case.state == State.WAITING:
        return _paused(pause, at=at, calendar=calendar)
    return countdown_to(case.deadline_at, at=at, calendar=calendar)


def _paused(pause: Pause | None, *, at: datetime, calendar: WorkingCalendar) -> Countdown:
    if pause is None:
        return Countdown("", gettext("deadline paused"))
    if at < pause.until:
        words = gettext("deadline paused until %(day)s at the latest")
        return Countdown("", words % {"day": day_digits(pause.until_on)})
    running = countdown_to(pause.due_at, at=at, calendar=calendar)
    return Countdown(running.level, gettext("deadline running again: %(left)s") % {"left": running.words})


def countdown_to(due_at: datetime, *, at: datetime, calendar: WorkingCalendar) -> Countdown:
    """Return how far ``due_at`` is from ``at`` in working time: in working days, on the last day in working hours."""
    today, due_on = timezone.localdate(at, AMMAN), timezone.localdate(due_at, AMMAN)
    if due_at < at:
        days = calendar.days_between(due_on, today)
        span = days_label(days) if days else gettext("less than a working day")
        return Countdown("late", gettext("late by %(span)s") % {"span": span})
    days = calendar.days_between(today, due_on)
    span = days_label(days) if days else working_words(timedelta(minutes=calendar.working_minutes(at, due_at)))
    words = gettext("%(span)s left") % {"span": span}
    return Countdown("soon" if due_at < soon_ends(at, calendar) else "ok", words)


def span_label(span: timedelta) -> str:
    """Return a length of time in its largest unit, rounded down."""
    seconds = int(span.total_seconds())
    if seconds >= _DAY:
        count = seconds // _DAY
        return ngettext("%(count)s day", "%(count)s days", count) % {"count": count}
    if seconds >= _HOUR:
        count = seconds // _HOUR
        return ngettext("%(count)s hour", "%(count)s hours", count) % {"count": count}
    if seconds >= _MINUTE:
        count = seconds // _MINUTE
        return ngettext("%(count)s minute", "%(count)s minutes", count) % {"count": count}
    return gettext("less than a minute")


_TAGS: dict[str, str] = {
    State.TRIAGE: "warn",
    State.REFERRED: "warn",
    State.IN_PROGRESS: "info",
    State.WAITING: "wait",
    State.OBJECTED: "warn",
    State.CLOSED: "ok",
}


def status_colour(case: Case | ListedCase, countdown: Countdown) -> str:
    """Return the colour of a case's status: red once it is late."""
    return "bad" if countdown.level == "late" else _TAGS[case.state]
