"""The send window: how long the messages of a step wait, and who may undo it meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import QuerySet

from accounts.models import User
from complaints.models import Case, CaseEvent
from complaints.workflow import TRANSITIONS, UNDOABLE, Action
from kit.compiled_reads import CompiledRead


def span() -> timedelta:
    """Return how long the window is open; zero where nothing can be undone."""
    return timedelta(seconds=settings.SEND_WINDOW)


def hold_until(action: Action, *, at: datetime) -> datetime | None:
    """Return the moment before which no message about ``action``, done at ``at``, may leave; None for at once."""
    return at + span() if action in UNDOABLE and span() else None


def ends_at(case: Case, *, at: datetime) -> datetime | None:
    """Return until when the last step of ``case`` can be undone, None if it cannot be at ``at``.

    One statement for a case that changed within the window, once for each version of it; none for any other.
    """
    if case.last_action not in UNDOABLE or at >= case.changed_at + span():
        return None
    end = _kept_steps(case)[0].at + span()
    return end if at < end else None


def last_steps(case: Case) -> list[CaseEvent]:
    """Return what was done last to the state of ``case``, the oldest first; one statement.

    They are two where a follower was accepted only to be given the answer of its lead.
    """
    last, *before = _LAST.rows(None, {"case": case}, case=case.pk)
    return [*(one for one in before if one.is_for_answer), last]


def _last(_shape: None, *, case: int) -> QuerySet[CaseEvent]:
    changes = CaseEvent.objects.filter(case=case, action__in=TRANSITIONS)
    return changes.select_related("actor", "agency").order_by("-number")[:2]


_LAST: Final = CompiledRead(_last, is_prepared=True)


def _kept_steps(case: Case) -> list[CaseEvent]:
    """Return ``last_steps``, kept with the object: a page asks several times, and another step is another version."""
    kept: tuple[int | None, list[CaseEvent]] = case.__dict__.get("_last_steps", (None, []))
    if kept[0] != case.version:
        kept = case.__dict__["_last_steps"] = case.version, last_steps(case)
    return kept[1]


def did_last_step(case: Case, user: User, *, at: datetime, desks: frozenset[int | None]) -> bool:
    """Tell whether ``user``, whose agencies are ``desks``, did what can be undone now."""
    if ends_at(case, at=at) is None:
        return False
    last = _kept_steps(case)[-1]
    return last.actor_id == user.pk and last.agency_id in desks


def has_done(case: Case, user: User) -> bool:
    """Tell whether ``user`` ever did to ``case`` what could be undone then; they learn why it no longer can be."""
    return case.events.filter(actor=user, action__in=UNDOABLE).exists()
