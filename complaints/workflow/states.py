"""The rules of each state (who holds the case, which clock runs and how long) and the named groups of states."""

from __future__ import annotations

from dataclasses import dataclass

from complaints.workflow.terms import Action, ClockKind, Holder, Outcome, State

#: Calendar days after closing in which the citizen may object.
OBJECTION_DAYS = 14
#: Maximum number of objections to one case.
MAX_OBJECTIONS = 2
#: Outcomes of which the citizen is not asked whether the problem is solved: nobody answered, or nothing was a problem.
NOT_RATED = frozenset({Outcome.WITHDRAWN, Outcome.NO_REPLY, Outcome.INADMISSIBLE, Outcome.THANKED})
#: What can be undone within the send window, by whoever did it.
UNDOABLE = frozenset({Action.ACCEPT, Action.DECLINE, Action.RETURN, Action.CLOSE})


@dataclass(frozen=True)
class StateRule:
    """Who holds a case in a state and which clock runs; ``days`` are working days, None if an action sets the date."""

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
#: All states but closed.
OPEN = ANY_STATE - {State.CLOSED}
#: The agency has to decide or to answer, and may ask others.
AT_AGENCY = frozenset({State.REFERRED, State.IN_PROGRESS})
#: The case is the agency's, also while its citizen is asked.
WITH_AGENCY = AT_AGENCY | {State.WAITING}
#: An office has to act now: an agency, or the unit in triage.
WORKING = AT_AGENCY | {State.TRIAGE}
