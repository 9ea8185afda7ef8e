"""Writes the life of a case as a document, from the table that the code obeys."""

from complaints.workflow import (
    MAX_OBJECTIONS,
    OBJECTION_DAYS,
    STATE_RULES,
    TRANSITIONS,
    Action,
    ActionRule,
    Actor,
    State,
    Tell,
)

_ACTORS = {
    Actor.CITIZEN: "citizen",
    Actor.AGENT: "contact-centre agent",
    Actor.OFFICER: "officer",
    Actor.SUPERVISOR: "supervisor",
    Actor.CMU: "CMU",
    Actor.UNINVOLVED_CMU: "CMU staff who did not handle the case",
    Actor.CLOSER: "whoever closed it",
    Actor.SIGNER: "the unit, to sign where the agency has no second supervisor",
    Actor.CLOCK: "the clock",
}


def document() -> str:
    """Return the text of ``docs/lifecycle.md``."""
    return "\n".join(
        [
            "# The life of a case",
            "",
            "Generated from `complaints/workflow.py` by `python3 run.py manage lifecycle`; a test compares the two.",
            "",
            "## Actions",
            "",
            "| action | from | to | who | tells | overtakes |",
            "|---|---|---|---|---|---|",
            *(_verb_row(action, row) for action, row in TRANSITIONS.items()),
            "",
            "On a topic with a second signature an answer is proposed first and closes when another supervisor signs,",
            "or the unit where the agency has no other one that day; so it is with the first later date.",
            "What is overtaken is cancelled if it has not left yet. Closed for want of a reply, the citizen is told by",
            "`case_unanswered`; whoever filed by telephone gets `case_filed_by_phone` as receipt.",
            f"A citizen may object within {OBJECTION_DAYS} days of a closing, at most {MAX_OBJECTIONS} times a case.",
            "",
            "## States",
            "",
            "| state | held by | clock | limit |",
            "|---|---|---|---|",
            *(_state_row(state) for state in State),
            "",
        ]
    )


def _verb_row(action: Action, row: ActionRule) -> str:
    target = "the state it came from" if row.resumes else _listed(row.targets)
    who = ", ".join(name for actor, name in _ACTORS.items() if actor in row.who)
    tells = ", ".join(map(_told, row.tells)) or "–"
    overtakes = ", ".join(f"`{template}`" for template in sorted(row.overtakes)) or "–"
    return f"| {action} | {_listed(row.sources)} | {target} | {who} | {tells} | {overtakes} |"


def _listed(states: frozenset[State]) -> str:
    return ", ".join(state.value for state in State if state in states) or "–"


def _told(tell: Tell) -> str:
    into = f" (into {_listed(tell.into)})" if tell.into else ""
    return f"{tell.party.value.replace('_', ' ')}: `{tell.template}`{into}"


def _state_row(state: State) -> str:
    rule = STATE_RULES[state]
    holder = rule.holder.value if rule.holder else "–"
    days = f"{rule.days} working days" if rule.days else "the promised date"
    if state == State.CLOSED:
        days = f"{OBJECTION_DAYS} days"
    return f"| {state.value} | {holder} | {rule.clock.value} | {days} |"
