"""The reminders before the deadline of a clock and the escalation levels after it: which step comes next, and when."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from accounts.roles import LADDER, Role
from agencies.calendar import WorkingCalendar
from complaints.clocks import limits
from complaints.clocks.elapsed import moment_at_share
from complaints.models import Clock
from complaints.workflow import ClockKind

#: A missed deadline is escalated in the agency; that of a task in the agency that has the task.
ESCALATED: Final = frozenset({ClockKind.DECIDE_COMPETENCE, ClockKind.ANSWER, ClockKind.ANSWER_TASK})
#: A missed deadline is reported to the head of the unit.
OF_THE_UNIT: Final = frozenset({ClockKind.FIND_OWNER, ClockKind.DECIDE_OBJECTION})
#: The percentage of the time to reply at which the citizen is reminded.
HALF: Final = 50

_HEAD = str(Role.CMU_HEAD)


@dataclass(frozen=True)
class Step:
    """One step of a clock that is not taken yet: ``name`` as it is stored, ``share`` in percent for a reminder."""

    name: str
    on: datetime
    share: int = 0
    role: Role | None = None


def next_step(clock: Clock, taken: Collection[str], calendar: WorkingCalendar, *, at: datetime) -> Step | None:
    """Return the step that comes next on ``clock`` after those ``taken``, due or not; None when none is left.

    Of several reminders that are due the last one counts: nobody is reminded twice in one minute, nor after the miss.
    """
    missed = _missed(clock, taken, calendar)
    if missed is not None and missed.on < at:
        return missed
    reminders = _reminders(clock, taken, calendar) if at <= clock.due_at else []
    due = [step for step in reminders if step.on < at]
    return due[-1] if due else next(iter(reminders), missed)


def _reminders(clock: Clock, taken: Collection[str], calendar: WorkingCalendar) -> list[Step]:
    shares = (HALF,) if clock.kind == ClockKind.CITIZEN_REPLY else limits.reminders()
    last = max((share for share in shares if _reminder(share) in taken), default=0)
    moments = ((share, moment_at_share(clock, share, calendar)) for share in shares if share > last)
    return [Step(_reminder(share), on, share=share) for share, on in moments if on is not None and on < clock.due_at]


def _reminder(share: int) -> str:
    return f"remind_{share}"


def _missed(clock: Clock, taken: Collection[str], calendar: WorkingCalendar) -> Step | None:
    """Return the next escalation level, the first at the deadline, each other a delay later; empty levels add none."""
    if clock.kind in OF_THE_UNIT:
        return None if _HEAD in taken else Step(_HEAD, clock.due_at, role=Role.CMU_HEAD)
    if clock.kind not in ESCALATED:
        return None
    levels = [role for role in limits.ladder() if role not in taken and empty_level(role) not in taken]
    if not levels:
        return None
    levels_taken = sum(role in taken for role in LADDER)
    on = calendar.due(clock.due_at, levels_taken * limits.LEVEL_DAYS) if levels_taken else clock.due_at
    return Step(str(levels[0]), on, role=levels[0])


def empty_level(role: Role) -> str:
    """Return the stored name of a level that had nobody on it."""
    return f"no_{role}"
