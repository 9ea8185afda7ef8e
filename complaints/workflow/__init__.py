"""The life of a case as one table: its terms, its states and the actions on it."""

from complaints.workflow.actions import ACTIONS
from complaints.workflow.rules import PROMISES, REMINDERS, SIGNERS, WRITERS, ActionRule, Tell, TimelineText
from complaints.workflow.states import (
    ANY_STATE,
    AT_AGENCY,
    MAX_OBJECTIONS,
    NOT_RATED,
    OBJECTION_DAYS,
    OPEN,
    STATE_RULES,
    UNDOABLE,
    WITH_AGENCY,
    WORKING,
    StateRule,
)
from complaints.workflow.terms import (
    OUTCOMES,
    Action,
    Actor,
    ClockKind,
    Holder,
    Kind,
    Outcome,
    Party,
    State,
    WithdrawalReason,
)
from complaints.workflow.transitions import TRANSITIONS, edges

__all__ = [
    "ACTIONS",
    "ANY_STATE",
    "AT_AGENCY",
    "MAX_OBJECTIONS",
    "NOT_RATED",
    "OBJECTION_DAYS",
    "OPEN",
    "OUTCOMES",
    "PROMISES",
    "REMINDERS",
    "SIGNERS",
    "STATE_RULES",
    "TRANSITIONS",
    "UNDOABLE",
    "WITH_AGENCY",
    "WORKING",
    "WRITERS",
    "Action",
    "ActionRule",
    "Actor",
    "ClockKind",
    "Holder",
    "Kind",
    "Outcome",
    "Party",
    "State",
    "StateRule",
    "Tell",
    "TimelineText",
    "WithdrawalReason",
    "edges",
]
