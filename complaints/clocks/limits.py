"""Time limits, reminders and the escalation ladder, as the settings define them.

``complaints.workflow`` holds the defaults; code that counts days reads the settings through this module.
``complaints.clocks.checks`` refuses to start with settings that these functions could not read.
"""

from __future__ import annotations

from django.conf import settings

from accounts.roles import LADDER, Role
from complaints.workflow import STATE_RULES, State

#: The setting that names the working days of a state, for the states that count them.
DAYS: dict[State, str] = {
    State.TRIAGE: "TRIAGE_DAYS",
    State.REFERRED: "COMPETENCE_DAYS",
    State.WAITING: "REPLY_DAYS",
    State.OBJECTED: "OBJECTION_DECISION_DAYS",
}
#: The roles that the escalation ladder may contain.
ESCALATION_LEVELS = frozenset(LADDER)
#: Working days between one escalation level and the next.
LEVEL_DAYS = 1


def days_in(state: State) -> int | None:
    """Return the working days of the clock of ``state``; None where an action sets its date."""
    if state not in DAYS:
        return STATE_RULES[state].days
    days: int = getattr(settings, DAYS[state])
    return days


def reminders() -> tuple[int, ...]:
    """Return the shares of a clock's working time, in percent and rising, at which reminders are sent."""
    return tuple(int(share) for share in items(settings.REMINDERS))


def ladder() -> tuple[Role, ...]:
    """Return the escalation levels: the roles that get a report of a missed deadline, in this order."""
    return tuple(Role(role) for role in items(settings.LADDER))


def bounces_before_ruling() -> int:
    """Return after how many refusals the unit decides which agency owns a case."""
    bounces: int = settings.BOUNCES_BEFORE_RULING
    return bounces


def inactivity_minutes() -> int:
    """Return after how many working minutes without a sign-in an officer's work is handed over."""
    hours: int = settings.SILENCE_HOURS
    return hours * 60


def items(text: str) -> list[str]:
    """Return the comma-separated parts of a setting."""
    return [item.strip() for item in text.split(",")]
