"""Urgent cases: those whose text tells of danger to life or limb, until staff have looked and take the mark off."""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from agencies.free_text.lexicon import as_written
from agencies.free_text.reader import danger_reader
from complaints.engine.transition import act
from complaints.models import Case
from complaints.workflow import Action, Kind


def danger_sign(*, kind: str, subject: str, details: str, at: datetime) -> str:
    """Return the code of the danger sign in the words of a case, empty where there is none; praise has none.

    A sign that people added has its key for a code.
    """
    if kind == Kind.PRAISE:
        return ""
    reader = danger_reader(at=at)
    found = reader.find_danger(f"{subject}. {details}")
    return str(reader.signs[found.sign].code or found.sign) if found else ""


def danger_words(subject: str, details: str, *, at: datetime) -> str:
    """Return the words for which a case is urgent, as they were written; empty where none are found any more."""
    text = f"{subject}. {details}"
    found = danger_reader(at=at).find_danger(text)
    return " … ".join(as_written(text, found.words)) if found else ""


def clear_urgent(case: Case, *, by: User, at: datetime) -> None:
    """Take the mark off a case; raises ``NotEntitled`` where it has none."""
    with act(case, Action.CLEAR_URGENT, by=by, at=at) as change:
        change.set(is_urgent=False)
