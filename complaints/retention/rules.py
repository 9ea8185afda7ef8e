"""Which retention rule holds for a case, and since when a case or what is left of it is over."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.db.models import Q

from complaints.models import RetentionRule
from complaints.workflow import Kind, Outcome

type Combination = tuple[str, str]


def rules_in_effect(on: date) -> Mapping[Combination, RetentionRule]:
    """Return the rule of each kind and outcome on a day; a combination without a rule is kept. One statement."""
    newest: dict[Combination, RetentionRule] = {}
    for rule in RetentionRule.objects.filter(effective_from__lte=on).order_by("effective_from"):
        newest[rule.kind, rule.outcome] = rule
    chosen = {(kind, outcome): _most_particular(newest, kind, outcome) for kind in Kind for outcome in Outcome}
    return {pair: rule for pair, rule in chosen.items() if rule is not None}


def _most_particular(newest: Mapping[Combination, RetentionRule], kind: str, outcome: str) -> RetentionRule | None:
    candidates = ((kind, outcome), (kind, ""), ("", outcome), ("", ""))
    return next((newest[pair] for pair in candidates if pair in newest), None)


def to_anonymise(rules: Mapping[Combination, RetentionRule], at: datetime) -> Q:
    """Return the condition for closed cases whose words and person are to be erased at ``at``."""
    return _any(
        Q(kind=kind, outcome=outcome, closed_at__lte=months_before(at, rule.anonymise_months))
        for (kind, outcome), rule in rules.items()
    )


def to_delete(rules: Mapping[Combination, RetentionRule], at: datetime) -> Q:
    """Return the condition for anonymised cases of which nothing is to be left at ``at``."""
    return _any(
        Q(kind=kind, outcome=outcome, erased_at__lte=months_before(at, rule.delete_months))
        for (kind, outcome), rule in rules.items()
        if rule.delete_months is not None
    )


def _any(conditions: Iterable[Q]) -> Q:
    found = Q(pk__in=[])
    for condition in conditions:
        found |= condition
    return found


def months_before(at: datetime, months: int) -> datetime:
    """Return the same time so many months earlier, on the last day of a month that is shorter."""
    years, month = divmod(at.year * 12 + at.month - 1 - months, 12)
    return at.replace(year=years, month=month + 1, day=min(at.day, monthrange(years, month + 1)[1]))
