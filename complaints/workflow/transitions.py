"""The rows of the table that change the state, and their edges."""

from __future__ import annotations

from complaints.workflow.actions import ACTIONS
from complaints.workflow.rules import ActionRule
from complaints.workflow.terms import Action

#: The rows that change the state.
TRANSITIONS: dict[Action, ActionRule] = {action: rule for action, rule in ACTIONS.items() if rule.changes_state}


def edges() -> list[tuple[str, str, str]]:
    """Return every (action, from, to) that changes the state, sorted; ``from`` is empty for a new case."""
    return sorted(
        (action.value, source.value if source else "", target.value)
        for action, rule in TRANSITIONS.items()
        for source in (rule.sources or {None})
        for target in rule.targets
    )
