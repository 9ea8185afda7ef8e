"""Requests that all open deadlines are recalculated after a change of the calendar, and tells how far that has come.

A request is a row, written in the transaction of the change: it is lost with the change or not at all.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Subquery

from agencies.models import CalendarChange


def request(*, at: datetime) -> None:
    """Request the recalculation in the transaction of the change; it begins within half a minute of the commit."""
    CalendarChange.objects.create(made_at=at)


def claim() -> CalendarChange | None:
    """Lock the newest change that is not finished; None if there is none, or somebody else is at it.

    Older ones are finished with it: whoever follows the calendar of today follows their change too.
    """
    pending = CalendarChange.objects.filter(finished_at=None)
    newest = pending.order_by("-pk").values("pk")[:1]
    return pending.filter(pk=Subquery(newest)).select_for_update(skip_locked=True).first()


def advance(change: CalendarChange, *, to: int) -> None:
    """Record that everything up to the key ``to`` has been looked at, in the transaction in which it was."""
    change.position = to
    change.save(update_fields=["position"])


def finish(change: CalendarChange, *, at: datetime) -> None:
    """Record that a change is followed everywhere, and that older ones are."""
    CalendarChange.objects.filter(pk__lte=change.pk, finished_at=None).update(finished_at=at)
