"""The rules of the index by date: which one holds on a day, and the one door through which a new one is set."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from accounts.models import User
from reports.commitment.index import Rule
from reports.models import IndexRule
from reports.models.commitment import Component

#: What holds before the unit sets a rule of its own (docs/commitment-index.md).
FIRST_RULE: Final = Rule(
    weights={
        Component.DECIDES: 10,
        Component.ANSWERS: 20,
        Component.SUBSTANCE: 20,
        Component.CONFIRMED: 25,
        Component.OBJECTIONS: 10,
        Component.BOUNCES: 5,
        Component.EXTENSIONS: 10,
    },
    medium_from=30,
    large_from=200,
    strength=20,
)


def rule_on(day: date) -> Rule:
    """Return the rule that holds on a day; one statement."""
    row = IndexRule.objects.filter(starts_on__lte=day).first()
    return FIRST_RULE if row is None else stated_rule(row)


def stated_rule(row: IndexRule) -> Rule:
    """Return the rule that a row states."""
    weights = {component: int(getattr(row, component.value)) for component in Component}
    return Rule(weights, row.medium_from, row.large_from, row.strength)


def set_rule(rule: Rule, *, starts_on: date, because: str, by: User, at: datetime) -> IndexRule:
    """Store the rule that holds from a day on, which is not over; the database refuses weights that do not sum."""
    weights: Mapping[str, Any] = {component.value: weight for component, weight in rule.weights.items()}
    return IndexRule.objects.create(
        starts_on=starts_on,
        **weights,
        medium_from=rule.medium_from,
        large_from=rule.large_from,
        strength=rule.strength,
        because=because,
        set_by=by,
        set_at=at,
    )
