"""What a state means: who holds the case and which clock runs, how long; and the groups of states that rules name."""

from __future__ import annotations

from dataclasses import dataclass

from complaints.workflow.terms import ClockKind, Holder, State

#: Calendar days after closing in which the citizen may object.
OBJECTION_DAYS = 14
#: Objections one case can carry.
MAX_OBJECTIONS = 2
#: Minutes in which the closer may undo the closing.
CORRECTION_MINUTES = 15


@dataclass(frozen=True)
class StateRule:
    """Who holds a case in a state and which clock runs; ``days`` are working days, None: an action sets the date."""

    holder: Holder | None
    clock: ClockKind
    days: int | None


STATE_RULES: dict[State, StateRule] = {
    State.TRIAGE: StateRule(Holder.CMU, ClockKind.FIND_OWNER, 1),
    State.REFERRED: StateRule(Holder.AGENCY, ClockKind.DECIDE_COMPETENCE, 2),
    State.IN_PROGRESS: StateRule(Holder.AGENCY, ClockKind.ANSWER, None),
    State.WAITING: StateRule(Holder.CITIZEN, ClockKind.CITIZEN_REPLY, 10),
    State.OBJECTED: StateRule(Holder.CMU, ClockKind.DECIDE_OBJECTION, 5),
    State.CLOSED: StateRule(None, ClockKind.MAY_OBJECT, None),
}

ANY_STATE = frozenset(State)
#: Somebody still owes something on the case.
OPEN = ANY_STATE - {State.CLOSED}
#: The agency has to decide or to answer: it owes something, and may ask others.
AT_AGENCY = frozenset({State.REFERRED, State.IN_PROGRESS})
#: The case is the agency's, also while its citizen is asked.
WITH_AGENCY = AT_AGENCY | {State.WAITING}
#: Somebody of the staff works on the case now.
WORKING = AT_AGENCY | {State.TRIAGE}
