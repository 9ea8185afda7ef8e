"""System checks that refuse to start with limits that make no sense, with a sentence that names the setting."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from complaints.clocks.clockwork import DAYS, ESCALATION_LEVELS, items

#: More than a quarter of a year of working days is no limit any more.
MOST_DAYS = 60
#: With more bounces than this before a ruling a case would hardly find an owner.
MOST_BOUNCES = 10
#: A year of days to rate an answer, and of weeks in which a problem may come back.
MOST_RATING_DAYS, MOST_WEEKS, MOST_CALLS = 366, 52, 10_000
#: Ten minutes: longer, a person would wait for news that has happened.
MOST_WINDOW_SECONDS = 600
#: Some months of working hours: with more, nobody would notice an empty desk in time.
MOST_SILENCE_HOURS = 500
#: The whole of a deadline, in percent.
WHOLE = 100
#: Nobody would read more reminders of one deadline than this.
MOST_REMINDERS = 4


@register
def check_working_days(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Refuse limits of working days that are too short to work in, or so long that they limit nothing."""
    return [
        Error(f"{name} is not between 1 and {MOST_DAYS} working days.", id="complaints.E001")
        for name in DAYS.values()
        if not 1 <= getattr(settings, name) <= MOST_DAYS
    ]


@register
def check_reminders(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Refuse reminders that are not rising percentages."""
    shares = [int(share) if share.isascii() and share.isdigit() else 0 for share in items(settings.REMINDERS)]
    bounded = len(shares) <= MOST_REMINDERS and all(1 <= share < WHOLE for share in shares)
    if bounded and all(earlier < later for earlier, later in pairwise(shares)):
        return []
    sentence = f"REMINDERS is not a list of at most {MOST_REMINDERS} rising percentages from 1 to 99, like 50,90."
    return [Error(sentence, id="complaints.E002")]


@register
def check_escalation_levels(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Refuse an escalation ladder that has unknown roles, a role twice, or no role."""
    levels = items(settings.LADDER)
    if set(levels) <= ESCALATION_LEVELS and len(set(levels)) == len(levels):
        return []
    known = ", ".join(sorted(ESCALATION_LEVELS))
    return [Error(f"LADDER is not a list of different roles among {known}.", id="complaints.E003")]


@register
def check_answers(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Refuse spans after an answer that are over at once or never; asking and looking for what came back may be off."""
    return [
        Error(f"{name} is not between {least} and {most}.", id="complaints.E005")
        for name, least, most in (
            ("SEND_WINDOW", 0, MOST_WINDOW_SECONDS),
            ("RATING_OPEN_DAYS", 1, MOST_RATING_DAYS),
            ("RATING_CHANGE_DAYS", 1, MOST_RATING_DAYS),
            ("RATING_QUESTION_DAYS", 0, settings.RATING_OPEN_DAYS),
            ("SATISFACTION_CALLS", 0, MOST_CALLS),
            ("REMINDER_CALLS", 0, MOST_CALLS),
            ("CAME_BACK_WEEKS", 0, MOST_WEEKS),
        )
        if not least <= getattr(settings, name) <= most
    ]


@register
def check_counts(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Refuse numbers of bounces and of inactive hours that would take effect at once, or never."""
    return [
        Error(f"{name} is not between 1 and {most}.", id="complaints.E004")
        for name, most in (("BOUNCES_BEFORE_RULING", MOST_BOUNCES), ("SILENCE_HOURS", MOST_SILENCE_HOURS))
        if not 1 <= getattr(settings, name) <= most
    ]
