"""The cases that wait for an owner."""

from __future__ import annotations

from complaints.models import Case, CaseQuerySet
from complaints.suggestions import owners
from complaints.workflow import State
from kit import keyset
from kit.keyset import KeysetPage, Order


def triage_page(scope: CaseQuerySet, *, after: str = "") -> KeysetPage[Case]:
    """Return a page of the cases of ``scope`` that wait for an owner, by deadline, with their words and reasons."""
    order = Order("deadline_at")
    waiting = order.after(scope.filter(state=State.TRIAGE), keyset.read(after))
    return order.page(owners.with_reasons(waiting).defer("folded", "search_vector").order_by(*order.columns))
