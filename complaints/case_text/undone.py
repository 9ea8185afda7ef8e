"""Which events of a case still stand: what was undone, and its undoing, changed nothing."""

from __future__ import annotations

from collections.abc import Sequence

from complaints.models import CaseEvent
from complaints.workflow import ACTIONS, Action


def standing(events: Sequence[CaseEvent]) -> list[CaseEvent]:
    """Return ``events``, all of a case and the oldest first, without steps that were undone and their undoing.

    What was recorded between the two and changed no state stays.
    """
    undone = {
        number for event in events if event.first_undone for number in range(event.first_undone, event.number + 1)
    }
    return [one for one in events if one.number not in undone or not ACTIONS[Action(one.action)].changes_state]
