"""What is proposed and waits for a second person; it falls when the case leaves the desk it was proposed at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from agencies.models import Agency
from complaints.engine import holders
from complaints.models import AnswerState, Case, ExtensionState


def drop(case: Case, *, at: datetime) -> Sequence[Agency]:
    """Drop what was proposed on ``case`` and what others were asked about it; harmless when there is nothing.

    Returns the agencies whose part in the case fell.
    """
    case.answers.filter(state=AnswerState.PROPOSED).update(state=AnswerState.TAKEN_BACK)
    case.extensions.filter(state=ExtensionState.PROPOSED).update(state=ExtensionState.DROPPED)
    return holders.release_partners(case, at=at)
