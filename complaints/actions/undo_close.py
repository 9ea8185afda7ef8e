"""Undoing a closing: which followers were closed with a lead, and which of those closings can still be undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F

from complaints.actions import linked_cases
from complaints.engine import notices
from complaints.models import Answer, Case, CaseEvent
from complaints.workflow import Action, State
from notifications import outbox


@dataclass(frozen=True)
class UndoPreview:
    """The followers closed with a lead: those undone with it, and those that stay closed because of a sent message."""

    back: Sequence[Case] = ()
    left: Sequence[Case] = ()


def last_closing(case: Case) -> CaseEvent | None:
    """Return the last closing of ``case`` with an answer; notes may have followed it."""
    return case.events.filter(action=Action.CLOSE).order_by("number").last()


def closed_with(lead: Case) -> list[CaseEvent]:
    """Return the closings, each with its case, of the followers still closed by the last answer of ``lead``."""
    closing = last_closing(lead)
    if closing is None:
        return []
    copies = Answer.objects.filter(lead_answer__event=closing, case__in=linked_cases.open_followers(lead))
    still = copies.filter(case__state=State.CLOSED, case__closed_at=F("event__at"))
    closings = CaseEvent.objects.filter(pk__in=list(still.values_list("event", flat=True)))
    return list(closings.select_related("case__agency", "case__topic", "case__citizen").order_by("case"))


def undo_preview(lead: Case) -> UndoPreview:
    """Return which followers would be undone if the closing of ``lead`` were undone now."""
    closings = closed_with(lead)
    gone = outbox.left_among([notices.occasion(event) for event in closings])
    parts: dict[bool, list[Case]] = {False: [], True: []}
    for event in closings:
        parts[notices.occasion(event) in gone].append(event.case)
    return UndoPreview(parts[False], parts[True])
