"""What is proposed and waits for a second person; it falls when the case leaves the desk it was proposed at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from complaints import hands
from complaints.models import AnswerState, Case, ExtensionState

if TYPE_CHECKING:
    from agencies.models import Agency


def drop(case: Case, *, at: datetime) -> Sequence[Agency]:
    """Drop what was proposed on ``case`` and what others were asked about it; harmless when there is nothing.

    Returns the agencies whose part in the case fell.
    """
    case.answers.filter(state=AnswerState.PROPOSED).update(state=AnswerState.TAKEN_BACK)
    case.extensions.filter(state=ExtensionState.PROPOSED).update(state=ExtensionState.DROPPED)
    return hands.let_go(case, at=at)
