"""How much longer a clock can stay paused while the citizen is asked, and when it is due after that."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.utils import timezone

from agencies.models import current_calendar
from complaints.clocks import clockwork
from complaints.models import Case, Clock, ListedCase
from complaints.workflow import State
from kit.compiled_reads import CompiledRead, numbered


@dataclass(frozen=True)
class Pause:
    """A running pause: without a reply it ends at ``until``, the cap being used up; the clock is due at ``due_at``."""

    until: datetime
    due_at: datetime

    @property
    def until_on(self) -> date:
        """Return the day on which the clock runs again."""
        return timezone.localdate(self.until)


def pauses_now(cases: Collection[Case] | Collection[ListedCase]) -> Mapping[int, Pause]:
    """Return, by case, the pauses that end before the citizen's time to reply does: those after an earlier question.

    One statement where any of ``cases`` waits for its citizen, one more where one of them was asked before. The pause
    of a first question has the whole cap, which ends with the time to reply.
    """
    waiting = [case.pk for case in cases if case.state == State.WAITING]
    if not waiting:
        return {}
    again = [clock for clock in _PAUSED.rows(**numbered("case", waiting)) if clock.pauses]
    calendar = current_calendar() if again else None
    found = {}
    for clock in again:
        if calendar is not None and clock.paused_at is not None:
            until = clockwork.paused_until(clock, clock.paused_at, calendar)
            paused_for = calendar.working_minutes(clock.paused_at, until)
            found[clock.case_id] = Pause(until, calendar.add_minutes(clock.due_at, paused_for))
    return found


_PAUSED: Final = CompiledRead(
    lambda _shape, **cases: Clock.objects.filter(
        case__in=list(cases.values()), ended_at__isnull=True, paused_at__isnull=False, task__isnull=True
    ),
    is_prepared=True,
)


def pause_now(case: Case) -> Pause | None:
    """Return the pause of one case as ``pauses_now`` does; None where it lasts as long as the time to reply."""
    return pauses_now([case]).get(case.pk)


@dataclass(frozen=True)
class RemainingPause:
    """How long a question asked now would pause the clock: ``days`` working days, 0 for some hours, ``until`` when."""

    days: int
    until: datetime
    is_over: bool
    is_whole: bool


def remaining_pause(case: Case, *, at: datetime) -> RemainingPause | None:
    """Return the longest pause of the clock of ``case`` if the citizen were asked at ``at``; None where none runs."""
    clock = Clock.objects.filter(case=case, ended_at__isnull=True, paused_at__isnull=True, task__isnull=True).first()
    if clock is None:
        return None
    calendar = current_calendar()
    until = clockwork.paused_until(clock, at, calendar)
    days = calendar.days_between(timezone.localdate(at), timezone.localdate(until))
    return RemainingPause(days, until, is_over=until <= at, is_whole=not clock.pauses)
