"""Notices that a problem came back: a complaint like one that was closed shortly before, at the same place."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet, Value

from complaints.models import Case, CaseLink, LinkKind, Recurrence
from complaints.models.case import ArabicStrip
from complaints.permissions.ratings import standing_answer
from complaints.workflow import NOT_RATED, Kind, State
from kit.compiled_reads import CompiledRead


def notice(case: Case, *, at: datetime) -> Recurrence | None:
    """Link a case just filed to the newest closing of the same topic and place within CAME_BACK_WEEKS; None if none.

    A place is a governorate and an area, compared without article, vowel marks and spelling variants; without an area
    nothing is linked. One statement, three more where the problem came back. In the caller's transaction.
    """
    if not settings.CAME_BACK_WEEKS or case.kind != Kind.COMPLAINT or not (case.governorate_id and case.area):
        return None
    earlier = _earlier(case, at=at)
    closing = standing_answer(earlier) if earlier else None
    if earlier is None or closing is None:
        return None
    return Recurrence.objects.create(case=case, earlier=earlier, closing=closing, noticed_at=at)


def _earlier(case: Case, *, at: datetime) -> Case | None:
    """Return the case whose closing did not last; a main case before those that its answer closed with it."""
    place = {name: key for name in ("topic", "governorate") if (key := getattr(case, f"{name}_id")) is not None}
    return _CLOSED.first(
        **place,
        area=case.area,
        since=at - timedelta(weeks=settings.CAME_BACK_WEEKS),
        until=at,
        case=case.pk,
    )


def _closed(
    _shape: None,
    *,
    area: str,
    since: datetime,
    until: datetime,
    case: int,
    topic: int | None = None,
    governorate: int | None = None,
) -> QuerySet[Case]:
    leads = CaseLink.objects.filter(case=OuterRef("pk"), kind=LinkKind.SAME_PROBLEM, ended_at__isnull=True)
    closed = Case.objects.filter(
        state=State.CLOSED,
        kind=Kind.COMPLAINT,
        topic=topic,
        governorate=governorate,
        closed_at__gt=since,
        closed_at__lt=until,
    ).exclude(outcome__in=NOT_RATED)
    here = closed.annotate(place_name=ArabicStrip("area")).filter(place_name=ArabicStrip(Value(area)))
    same = here.exclude(pk=case).annotate(is_follower=Exists(leads))
    return same.order_by("is_follower", "-closed_at", "-pk").only("pk")[:1]


_CLOSED: Final = CompiledRead(_closed, is_prepared=True)
