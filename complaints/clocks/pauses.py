"""How long a time limit still stands still while the citizen is asked, and when it ends once it runs again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from agencies.models import current_calendar
from complaints.clocks import clockwork
from complaints.models import Case, Clock
from complaints.workflow import State


@dataclass(frozen=True)
class Pause:
    """A time limit that stands still ``until`` the cap is used up, and ends at ``due_at`` if no reply comes before."""

    until: datetime
    due_at: datetime

    @property
    def until_on(self) -> date:
        """Return the day on which the limit runs again."""
        return timezone.localdate(self.until)


def pauses_now(cases: Collection[Case]) -> Mapping[int, Pause]:
    """Return, by case, the standstills that end before the citizen's own time does: of those asked before.

    One statement where any of ``cases`` waits for its citizen, one more where one was asked before. A first question
    has the whole cap, which ends with the time for the reply.
    """
    waiting = [case.pk for case in cases if case.state == State.WAITING]
    if not waiting:
        return {}
    paused = Clock.objects.filter(case__in=waiting, ended_at__isnull=True, paused_at__isnull=False, task__isnull=True)
    again = [clock for clock in paused if clock.pauses]
    calendar = current_calendar() if again else None
    found = {}
    for clock in again:
        if calendar is not None and clock.paused_at is not None:
            until = clockwork.stands_until(clock, clock.paused_at, calendar)
            stood = calendar.working_minutes(clock.paused_at, until)
            found[clock.case_id] = Pause(until, calendar.add_minutes(clock.due_at, stood))
    return found


def pause_now(case: Case) -> Pause | None:
    """Return the standstill of one case; None while it simply lasts until the reply."""
    return pauses_now([case]).get(case.pk)


@dataclass(frozen=True)
class RemainingPause:
    """What a question asked now would stop: for ``days`` working days, 0 being some hours, ``until`` a moment."""

    days: int
    until: datetime
    is_over: bool
    is_whole: bool


def remaining_pause(case: Case, *, at: datetime) -> RemainingPause | None:
    """Return how long the clock of ``case`` would stand still at most if the citizen were asked at ``at``.

    None where no clock runs.
    """
    clock = Clock.objects.filter(case=case, ended_at__isnull=True, paused_at__isnull=True, task__isnull=True).first()
    if clock is None:
        return None
    calendar = current_calendar()
    until = clockwork.stands_until(clock, at, calendar)
    days = calendar.days_between(timezone.localdate(at), timezone.localdate(until))
    return RemainingPause(days, until, is_over=until <= at, is_whole=not clock.pauses)
