"""The message a verb sends the citizen whatever its form says, shown before the button is pressed."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from agencies.models import current_calendar
from complaints.clocks import clockwork
from complaints.engine import notices
from complaints.models import Case
from complaints.workflow import TRANSITIONS, Act, Party, State, Verb
from notifications.models import Message

#: The others' messages depend on what is chosen: their pages show them once the form is complete.
_FIXED = frozenset({Verb.ASK, Verb.DECLINE, Verb.RETURN, Verb.ARCHIVE, Verb.DISMISS})


def preview(what: Verb | Act, case: Case, *, at: datetime) -> Message | None:
    """Return, unsaved, what the citizen gets when ``what`` is done now; None where nothing, or not yet known."""
    if what not in _FIXED:
        return None
    verb = Verb(what)
    template = next(tell.template for tell in TRANSITIONS[verb].tells if tell.party == Party.CITIZEN)
    on = None
    if verb == Verb.ASK:
        due, _days = clockwork.due_in_state(State.WAITING, at=at, promised=None, calendar=current_calendar())
        on = timezone.localdate(due)
    return notices.preview(template, case=case, on=on, at=at)
