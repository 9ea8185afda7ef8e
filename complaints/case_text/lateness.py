"""How late a case is, in the same words everywhere: how many working days, who has it since when, what comes next."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext, ngettext

from accounts.roles import ESCALATION_LEVEL_NAMES, Role
from agencies.calendar import WorkingCalendar
from agencies.models import current_calendar
from complaints.case_text.time_held import holder_name
from complaints.clocks.clockwork import ESCALATED, next_step
from complaints.models import Case, Clock, Holding
from complaints.workflow import ClockKind, State
from kit.dates import day_digits
from kit.unit import unit_name


@dataclass(frozen=True)
class Lateness:
    """One late case: ``label`` is the mark of a list, the others are sentences, empty where there is nothing to say."""

    label: str
    holder: str
    told: str
    next: str

    def __str__(self) -> str:
        return " ".join(filter(None, [f"{self.label}.", self.holder, self.told, self.next]))


def lateness(case: Case, *, at: datetime) -> Lateness | None:
    """Return how late ``case`` is, None when it is not: no statement then, else four."""
    return late_cases([case], at=at).get(case.pk)


def message_words(clock: Clock, taken: Collection[str], calendar: WorkingCalendar, *, at: datetime) -> str:
    """Return what a message says of a clock that has missed its day, after the steps ``taken``; no statement."""
    return " ".join(filter(None, [f"{late_label(clock.due_at, calendar, at)}.", _next(clock, taken, calendar, at)]))


def late_cases(cases: Iterable[Case], *, at: datetime) -> Mapping[int, Lateness]:
    """Return by key how late those of ``cases`` are that are late; four statements however many are, none without.

    A case that waits for its citizen is late for nobody.
    """
    late = {case.pk: case for case in cases if case.state != State.WAITING and case.is_late(at=at)}
    if not late:
        return {}
    calendar = current_calendar()
    holdings = {row.case_id: row for row in open_holdings(late)}
    clocks = {row.case_id: row for row in _running_clocks(late)}
    steps = {key: frozenset(row.step for row in clock.steps.all()) for key, clock in clocks.items()}
    return {
        key: Lateness(
            label=late_label(case.deadline_at or at, calendar, at),
            holder=holder_words(holdings.get(key)),
            told=_levels_sentence(steps.get(key, frozenset())),
            next=_next(clocks.get(key), steps.get(key, frozenset()), calendar, at),
        )
        for key, case in late.items()
    }


def open_holdings(keys: Collection[int]) -> Iterable[Holding]:
    """Return who has each of the cases with ``keys`` now; one statement."""
    return Holding.objects.filter(case__in=keys, ended_at__isnull=True).select_related("agency", "directorate")


def _running_clocks(keys: Collection[int]) -> Iterable[Clock]:
    running = Clock.objects.filter(case__in=keys, ended_at__isnull=True, paused_at__isnull=True, task__isnull=True)
    return running.exclude(kind=ClockKind.MAY_OBJECT).prefetch_related("steps")


def late_label(due_at: datetime, calendar: WorkingCalendar, at: datetime) -> str:
    """Return how many working days ago ``due_at`` was, or since when it is late where that was today."""
    due = timezone.localdate(due_at)
    days = calendar.days_between(due, timezone.localdate(at))
    if days == 0:
        return gettext("Late since %(day)s") % {"day": day_digits(due)}
    return ngettext("Late by %(count)s working day", "Late by %(count)s working days", days) % {"count": days}


def holder_words(holding: Holding | None) -> str:
    """Return who has the case and since when as a sentence, empty where nobody has it."""
    if holding is None:
        return ""
    since = day_digits(timezone.localdate(holding.started_at))
    return gettext("Now with: %(holder)s, since %(day)s.") % {"holder": holder_name(holding), "day": since}


def _levels_sentence(taken: Collection[str]) -> str:
    names = [str(name) for role, name in ESCALATION_LEVEL_NAMES.items() if role in taken]
    if Role.CMU_HEAD in taken:
        names.append(gettext("the head of the %(unit)s") % {"unit": unit_name()})
    return gettext("The delay was reported to: %(levels)s.") % {"levels": gettext(", ").join(names)} if names else ""


def _next(clock: Clock | None, taken: Collection[str], calendar: WorkingCalendar, at: datetime) -> str:
    """Return which step comes next and on which day; what is overdue itself comes today."""
    if clock is None:
        return ""
    step = next_step(clock, taken, calendar, at=at)
    if step is None:
        return gettext("Everyone who must be told of the delay has been told.") if clock.kind in ESCALATED else ""
    words = {"day": day_digits(timezone.localdate(max(step.on, at))), "unit": unit_name()}
    if step.role == Role.CMU_HEAD:
        return gettext("Next step on %(day)s: the head of the %(unit)s is told.") % words
    return (
        gettext("Next step on %(day)s: we report the delay to the next level of management and to the %(unit)s.")
        % words
    )
