"""How long things may take and what follows when they take longer, as the settings say it.

``complaints.workflow`` keeps the defaults of the table; whoever counts asks here. ``complaints.clocks.checks``
refuses to start with what these functions could not read.
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
#: Who may stand on the ladder.
ESCALATION_LEVELS = frozenset(LADDER)
#: Working days between one level of the ladder and the next.
LEVEL_DAYS = 1


def days_in(state: State) -> int | None:
    """Return the working days of the clock of ``state``; None where an action sets its date."""
    if state not in DAYS:
        return STATE_RULES[state].days
    days: int = getattr(settings, DAYS[state])
    return days


def reminders() -> tuple[int, ...]:
    """Return the shares of a clock's working time, in percent and rising, at which people are reminded."""
    return tuple(int(share) for share in items(settings.REMINDERS))


def ladder() -> tuple[Role, ...]:
    """Return who is told one after the other when a deadline was missed."""
    return tuple(Role(role) for role in items(settings.LADDER))


def bounces_before_ruling() -> int:
    """Return after how many refusals only the unit may say whose a case is."""
    bounces: int = settings.BOUNCES_BEFORE_RULING
    return bounces


def inactivity_minutes() -> int:
    """Return after how many working minutes without a sign-in an officer's work is handed over."""
    hours: int = settings.SILENCE_HOURS
    return hours * 60


def items(text: str) -> list[str]:
    """Return what stands between the commas of a setting."""
    return [item.strip() for item in text.split(",")]
