"""The cases that wait for an owner."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from accounts.models import User
from complaints.models import Attachment, Case, CaseQuerySet
from complaints.staff.urgent_first import MOST_URGENT, urgent_cases, urgent_first
from complaints.suggestions import owners
from complaints.workflow import State
from kit import keyset
from kit.keyset import PAGE, KeysetPage, Order

#: Maximum number of voice notes listed, the oldest.
MOST_VOICES = 20


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


def unwritten_voices(user: User, *, at: datetime) -> Sequence[Attachment]:
    """Return the voice notes that agencies may not hear and nobody has written down, of open cases ``user`` may see."""
    cases = Case.objects.visible_to(user, at=at).filter(hides_identity=True).exclude(state=State.CLOSED)
    voices = Attachment.objects.unwritten_voices().filter(case__in=cases.order_by())
    return list(voices.select_related("case")[:MOST_VOICES])
