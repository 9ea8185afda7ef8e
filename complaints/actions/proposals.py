"""What is proposed and waits for a second person; it falls when the case leaves the desk it was proposed at."""

from __future__ import annotations

from collections.abc import Sequence

from agencies.models import Agency
from complaints.engine import holders
from complaints.engine.change import Change
from complaints.models import AnswerState, ExtensionState


def drop(change: Change) -> Sequence[Agency]:
    """Drop what was proposed on the case and what others were asked about it; harmless when there is nothing.

    Returns the agencies whose part in the case fell.
    """
    case, event = change.case, change.event_id
    answers = case.answers.filter(state=AnswerState.PROPOSED)
    answers.update(state=AnswerState.TAKEN_BACK, taken_back_event=event)
    extensions = case.extensions.filter(state=ExtensionState.PROPOSED)
    extensions.update(state=ExtensionState.DROPPED, decided_event=event)
    return holders.release_partners(case, at=change.at)
