"""The send window: how long the messages of a step wait, and who may undo it meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from accounts.models import User
from complaints.models import Case, CaseEvent
from complaints.workflow import TRANSITIONS, UNDOABLE, Action


def span() -> timedelta:
    """Return how long the window is open; zero where nothing can be undone."""
    return timedelta(seconds=settings.SEND_WINDOW)


def hold_until(action: Action, *, at: datetime) -> datetime | None:
    """Return the moment before which no message about ``action``, done at ``at``, may leave; None for at once."""
    return at + span() if action in UNDOABLE and span() else None


def ends_at(case: Case, *, at: datetime) -> datetime | None:
    """Return until when the last step of ``case`` can be undone, None if it cannot be at ``at``.

    One statement for a case that changed within the window, none for any other.
    """
    if case.last_action not in UNDOABLE or at >= case.changed_at + span():
        return None
    end = last_steps(case)[0].at + span()
    return end if at < end else None


def last_steps(case: Case) -> list[CaseEvent]:
    """Return what was done last to the state of ``case``, the oldest first; one statement.

    They are two where a follower was accepted only to be given the answer of its lead.
    """
    changes = case.events.filter(action__in=TRANSITIONS).select_related("actor", "agency").order_by("-number")
    last, *before = changes[:2]
    return [*(one for one in before if one.is_for_answer), last]


def did_last_step(case: Case, user: User, *, at: datetime, desks: frozenset[int | None]) -> bool:
    """Tell whether ``user``, whose agencies are ``desks``, did what can be undone now."""
    if ends_at(case, at=at) is None:
        return False
    last = last_steps(case)[-1]
    return last.actor_id == user.pk and last.agency_id in desks


def has_done(case: Case, user: User) -> bool:
    """Tell whether ``user`` ever did to ``case`` what could be undone then; they learn why it no longer can be."""
    return case.events.filter(actor=user, action__in=UNDOABLE).exists()
