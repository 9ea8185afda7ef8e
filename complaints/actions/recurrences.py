"""Notices that a problem came back: a complaint like one that was closed shortly before, at the same place."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Value

from complaints.models import Case, CaseLink, LinkKind, Recurrence
from complaints.models.case import ArabicStrip
from complaints.permissions.ratings import standing_answer
from complaints.workflow import NOT_RATED, Kind, State


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
    leads = CaseLink.objects.filter(case=OuterRef("pk"), kind=LinkKind.SAME_PROBLEM, ended_at__isnull=True)
    closed = Case.objects.filter(
        state=State.CLOSED,
        kind=Kind.COMPLAINT,
        topic=case.topic_id,
        governorate=case.governorate_id,
        closed_at__gt=at - timedelta(weeks=settings.CAME_BACK_WEEKS),
        closed_at__lt=at,
    ).exclude(outcome__in=NOT_RATED)
    here = closed.annotate(place_name=ArabicStrip("area")).filter(place_name=ArabicStrip(Value(case.area)))
    same = here.exclude(pk=case.pk).annotate(is_follower=Exists(leads))
    return same.order_by("is_follower", "-closed_at", "-pk").only("pk").first()
