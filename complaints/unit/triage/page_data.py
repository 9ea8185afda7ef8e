"""The cases that wait for an owner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, Final, cast
from urllib.parse import urlencode

from django.db.models import QuerySet

from accounts.models import User
from agencies.calendar import WorkingCalendar
from complaints.models import Attachment, Case, CaseQuerySet
from complaints.permissions.reader_shapes import ANY_MOMENT, ReaderShape, reader_shape
from complaints.staff import rows
from complaints.staff.rows import QueueRow
from complaints.staff.urgent_first import MOST_URGENT, urgent_cases, urgent_first
from complaints.staff.work_list import TRIAGE, WorkList
from complaints.suggestions import owners
from complaints.suggestions.owners import OpenCase
from complaints.workflow import State
from kit import keyset
from kit.compiled_reads import CompiledRead
from kit.keyset import PAGE, KeysetPage, Order

_ORDER: Final = Order("deadline_at")
#: Counting stops here: the menu says 99+.
MOST_COUNTED = 100
#: Maximum number of voice notes listed, the oldest.
MOST_VOICES = 20


def triage_page(user: User, *, at: datetime, after: str = "") -> KeysetPage[Case]:
    """Return a page of the cases at the desk of ``user`` without an owner, the urgent first, then by deadline."""
    mark, (shape, values) = keyset.read(after), reader_shape(user, at=at)
    begins = {"moment": mark[0], "key": mark[1]} if mark else {}
    found = _PAGE.rows(shape, **values, **begins)
    return _ORDER.first_page(found) if mark else urgent_first(found, _ORDER)


def _waiting(shape: ReaderShape, values: Mapping[str, Any]) -> CaseQuerySet:
    reader = cast("User", shape.reader(values))
    return Case.objects.at_desk_of(reader, at=ANY_MOMENT).filter(state=State.TRIAGE)


def _page(shape: ReaderShape, **values: Any) -> CaseQuerySet:
    mark = (values["moment"], values["key"]) if "moment" in values else None
    waiting = _waiting(shape, values)
    ids = _ORDER.after(waiting, mark).order_by(*_ORDER.columns).values("pk")[: PAGE + 1]
    if mark is None:
        ids = ids.union(urgent_cases(waiting, _ORDER).values("pk")[:MOST_URGENT], all=True)
    return owners.with_reasons(Case.objects.filter(pk__in=ids)).order_by(*_ORDER.columns)


_PAGE: Final = CompiledRead(_page, is_prepared=True)


def number_waiting(user: User, *, at: datetime) -> int:
    """Return how many cases at the desk of ``user`` wait for an owner, at most ``MOST_COUNTED``."""
    shape, values = reader_shape(user, at=at)
    return len(_COUNTED.rows(shape, **values))


_COUNTED: Final = CompiledRead(
    lambda shape, **values: _waiting(shape, values).order_by().values_list("pk", flat=True)[:MOST_COUNTED]
)


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
    shape, values = reader_shape(user, at=at)
    return _UNWRITTEN.rows(shape, **values)


def _unwritten(shape: ReaderShape, **values: Any) -> QuerySet[Attachment]:
    reader = cast("User", shape.reader(values))
    cases = Case.objects.visible_to(reader, at=ANY_MOMENT).filter(hides_identity=True).exclude(state=State.CLOSED)
    voices = Attachment.objects.unwritten_voices().filter(case__in=cases.order_by())
    return voices.select_related("case")[:MOST_VOICES]


_UNWRITTEN: Final = CompiledRead(_unwritten)
