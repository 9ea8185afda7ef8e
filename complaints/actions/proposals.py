"""Proposed answers and extensions, which are dropped when the case leaves the desk they were proposed at."""

from __future__ import annotations

from collections.abc import Sequence

from agencies.models import Agency
from complaints.engine import holders
from complaints.engine.change import Change
from complaints.models import AnswerState, ExtensionState


def drop(change: Change) -> Sequence[Agency]:
    """Drop the proposals on the case and the requests to others; harmless when there are none.

    Returns the agencies whose tasks were dropped.
    """
    drop_answers_and_dates(change)
    return holders.release_partners(change.case, at=change.at)


def drop_answers_and_dates(change: Change) -> None:
    """Drop the proposed answer and the proposed date; harmless when there are none."""
    case, event = change.case, change.event_id
    answers = case.answers.filter(state=AnswerState.PROPOSED)
    answers.update(state=AnswerState.TAKEN_BACK, taken_back_event=event)
    extensions = case.extensions.filter(state=ExtensionState.PROPOSED)
    extensions.update(state=ExtensionState.DROPPED, decided_event=event)
