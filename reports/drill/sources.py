"""Where the cases of a number are looked for: sets that certainly hold them, each in the order of an index.

The statement that the figures are counted with then keeps the right ones (``counted``). So a source may hold too many
cases, never too few, and costs the same whatever the number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Model, Q, QuerySet

from complaints.models import (
    CaseQuerySet,
    Classification,
    Clock,
    Extension,
    Objection,
    ObjectionRuling,
    Refusal,
)
from complaints.workflow import ClockKind, State
from complaints.workflow.states import OBJECTION_DAYS
from kit.keyset import Order
from notifications.models import Message, MessageState
from reports.models import AuditItem

#: An objection is made at most so long after the closing; the last day is a whole one.
_OBJECTED_WITHIN: Final = timedelta(days=OBJECTION_DAYS + 1)
#: A message that does not arrive is given up at most so long after it was written.
_GIVEN_UP_WITHIN: Final = timedelta(days=14)


@dataclass(frozen=True)
class Source:
    """A set of cases, and the order in which an index holds them."""

    cases: CaseQuerySet
    order: Order


#: Some cases of a reader, from when and until when.
type Sources = Callable[[CaseQuerySet, datetime, datetime], Sequence[Source]]


def filed(cases: CaseQuerySet, start: datetime, end: datetime) -> Sequence[Source]:
    """Return the cases filed from ``start`` to ``end``, the newest first."""
    return [Source(cases.filter(filed_at__gte=start, filed_at__lt=end), Order("filed_at", newest=True))]


def answered(cases: CaseQuerySet, start: datetime, end: datetime) -> Sequence[Source]:
    """Return the cases closed from ``start`` to ``end``: those that still are, then those objected to since."""
    closed = Q(state=State.CLOSED, closed_at__gte=start, closed_at__lt=end)
    objections = _of(Objection, made_at__gte=start, made_at__lt=end + _OBJECTED_WITHIN)
    return [
        Source(cases.filter(closed), Order("closed_at", newest=True)),
        Source(cases.exclude(closed).filter(pk__in=objections), Order(newest=True)),
    ]


def standing(cases: CaseQuerySet, _start: datetime, end: datetime) -> Sequence[Source]:
    """Return the cases not closed at ``end``: those open today, the oldest first, then those closed since."""
    before = cases.filter(filed_at__lt=end)
    return [
        Source(before.exclude(state=State.CLOSED), Order()),
        Source(before.filter(state=State.CLOSED, closed_at__gte=end), Order("closed_at", newest=True)),
    ]


def _acts(model: type[Model], moment: str, **conditions: Any) -> Sources:
    """Return the source of the cases with a row of ``model`` whose ``moment`` lies in the period, the newest first."""

    def find(cases: CaseQuerySet, start: datetime, end: datetime) -> Sequence[Source]:
        rows = _of(model, **{f"{moment}__gte": start, f"{moment}__lt": end}, **conditions)
        return [Source(cases.filter(pk__in=rows), Order(newest=True))]

    return find


def _of(model: type[Model], **conditions: Any) -> QuerySet[Any, Any]:
    rows: QuerySet[Any] = model._default_manager.filter(**conditions)  # noqa: SLF001 - Django's own name for it
    return rows.order_by().values("case")


def unreached(cases: CaseQuerySet, start: datetime, end: datetime) -> Sequence[Source]:
    """Return the cases with a message that was given up from ``start`` to ``end``, the newest first."""
    failed = Message.objects.filter(
        state=MessageState.UNDELIVERABLE, created_at__gte=start - _GIVEN_UP_WITHIN, created_at__lt=end
    )
    return [Source(cases.filter(reference__in=failed.order_by().values("reference")), Order(newest=True))]


def found_hollow(cases: CaseQuerySet, start: datetime, end: datetime) -> Sequence[Source]:
    """Return the cases with an answer found hollow from ``start`` to ``end`` by an audit that is over, newest first."""
    hollow = AuditItem.objects.hollow().of_ended_rounds().filter(judged_at__gte=start, judged_at__lt=end)
    return [Source(cases.filter(pk__in=hollow.order_by().values("answer__case")), Order(newest=True))]


decided: Final = _acts(Clock, "ended_at", kind=ClockKind.DECIDE_COMPETENCE, task=None)
refused: Final = _acts(Refusal, "at")
extended: Final = _acts(Extension, "granted_at")
objected: Final = _acts(Objection, "made_at")
upheld: Final = _acts(Objection, "ended_at", ruling=ObjectionRuling.UPHELD)
reclassified: Final = _acts(Classification, "at")
