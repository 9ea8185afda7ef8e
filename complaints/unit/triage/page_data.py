"""The cases that wait for an owner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from urllib.parse import urlencode

from accounts.models import User
from agencies.calendar import WorkingCalendar
from complaints.models import Attachment, Case, CaseQuerySet
from complaints.staff import rows
from complaints.staff.rows import QueueRow
from complaints.staff.urgent_first import MOST_URGENT, urgent_cases, urgent_first
from complaints.staff.work_list import TRIAGE, WorkList
from complaints.suggestions import owners
from complaints.suggestions.owners import OpenCase
from complaints.workflow import State
from kit import keyset
from kit.keyset import PAGE, KeysetPage, Order

#: Counting stops here: the menu says 99+.
MOST_COUNTED = 100
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


def number_waiting(scope: CaseQuerySet) -> int:
    """Return how many cases of ``scope`` wait for an owner, at most ``MOST_COUNTED``."""
    return scope.filter(state=State.TRIAGE)[:MOST_COUNTED].count()


@dataclass(frozen=True)
class Line:
    """A case of the page: its suggestions, its row, and what follows the address of its page and of its actions."""

    item: OpenCase
    row: QueueRow[Case]
    suffix: str
    action_suffix: str


def lines(cases: Sequence[Case], user: User, *, after: str, at: datetime, calendar: WorkingCalendar) -> list[Line]:
    """Return the lines of a page whose ``after`` is that mark; each action leads on to the line below."""
    query = urlencode({"view": TRIAGE} | ({"after": after} if after else {}))
    found = []
    for item, following in pairwise([*owners.opened(cases, at=at), None]):
        if item is not None:
            here = WorkList(query, following.case.reference if following else "")
            row = rows.queue_row(item.case, user, at=at, calendar=calendar)
            found.append(Line(item, row, here.suffix, here.action_suffix))
    return found


def unwritten_voices(user: User, *, at: datetime) -> Sequence[Attachment]:
    """Return the voice notes that agencies may not hear and nobody has written down, of open cases ``user`` may see."""
    cases = Case.objects.visible_to(user, at=at).filter(hides_identity=True).exclude(state=State.CLOSED)
    voices = Attachment.objects.unwritten_voices().filter(case__in=cases.order_by())
    return list(voices.select_related("case")[:MOST_VOICES])
