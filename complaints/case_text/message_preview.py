"""Preview of the message an action sends the citizen, where it does not depend on the form."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from agencies.models import current_calendar
from complaints.clocks import clockwork
from complaints.engine import notices
from complaints.models import Case
from complaints.workflow import ACTIONS, Action, Party, State
from notifications.models import Message


def preview(action: Action, case: Case, *, at: datetime) -> Message | None:
    """Return, unsaved, the citizen's message if ``action`` is done now; None where there is none or it depends."""
    rule = ACTIONS[action]
    if not rule.is_previewed:
        return None
    template = next(tell.template for tell in rule.tells if tell.party == Party.CITIZEN)
    on = None
    if action == Action.ASK:
        due, _days = clockwork.due_in_state(State.WAITING, at=at, promised=None, calendar=current_calendar())
        on = timezone.localdate(due)
    return notices.preview(template, case=case, on=on, at=at)
