"""What is proposed and waits for a second person; it falls when the case leaves the desk it was proposed at."""

from complaints.models import AnswerState, Case, ExtensionState


def drop(case: Case) -> None:
    """Drop a proposed answer and a proposed extension of ``case``; harmless when there is none."""
    case.answers.filter(state=AnswerState.PROPOSED).update(state=AnswerState.TAKEN_BACK)
    case.extensions.filter(state=ExtensionState.PROPOSED).update(state=ExtensionState.DROPPED)
