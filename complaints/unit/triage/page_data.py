"""The cases that wait for an owner."""

from __future__ import annotations

from complaints.models import Case, CaseQuerySet
from complaints.staff.urgent_first import MOST_URGENT, urgent_cases, urgent_first
from complaints.suggestions import owners
from complaints.workflow import State
from kit import keyset
from kit.keyset import PAGE, KeysetPage, Order


def triage_page(scope: CaseQuerySet, *, after: str = "") -> KeysetPage[Case]:
    """Return a page of the cases of ``scope`` that wait for an owner, the urgent ones first, then by deadline."""
    order, mark = Order("deadline_at"), keyset.read(after)
    waiting = scope.filter(state=State.TRIAGE)
    ids = order.after(waiting, mark).order_by(*order.columns).values("pk")[: PAGE + 1]
    if mark is None:
        ids = ids.union(urgent_cases(waiting, order).values("pk")[:MOST_URGENT], all=True)
    rows = owners.with_reasons(Case.objects.filter(pk__in=ids)).defer("folded", "search_vector")
    rows = rows.order_by(*order.columns)
    return order.page(rows) if mark else urgent_first(list(rows), order)
