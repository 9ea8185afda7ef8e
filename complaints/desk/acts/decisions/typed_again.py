"""Undoing a step, and offering what was typed for it again in its form, to be corrected."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse

from accounts.models import User
from complaints import actions
from complaints.models import Answer, Case, CaseEvent, Refusal
from complaints.permissions import send_window
from complaints.staff.acts.answer_form import ANSWER_FIELDS
from complaints.unsent_forms import store
from complaints.unsent_forms.pages import form_path, keep_posted
from complaints.workflow import Action

_PAGES = {
    Action.ACCEPT: "desk-accept",
    Action.DECLINE: "desk-decline",
    Action.RETURN: "desk-return",
    Action.CLOSE: "desk-close",
}


def undo_and_keep_typed(case: Case, *, by: User, at: datetime) -> Sequence[Case]:
    """Undo what ``by`` did last to ``case``, keep what was typed for it, and return the followers undone with it.

    Raises as ``actions.undo`` does.
    """
    steps = send_window.last_steps(case)
    followers = actions.undo(case, by=by, at=at)
    _keep(case, steps[-1], by=by, at=at)
    return followers


def _keep(case: Case, step: CaseEvent, *, by: User, at: datetime) -> None:
    """Keep what ``by`` typed for ``step``, which was undone, as the unsent form of its page."""
    action = Action(step.action)
    path = form_path(reverse(_PAGES[action], args=[case.reference]))
    keep_posted(by, path, _typed(case, step, action), key=store.new_key(at=at), case=case, at=at)


def _typed(case: Case, step: CaseEvent, action: Action) -> store.Fields:
    if action == Action.CLOSE:
        answer = Answer.objects.get(event=step)
        return [(name, getattr(answer, name)) for name in ANSWER_FIELDS]
    if action == Action.ACCEPT:
        asked = case.consultations.filter(event__number=step.number + 1).first()
        request = [("asks_now", "on"), ("text", asked.text)] if asked else []
        return [*((name, str(step.facts[name] or "")) for name in ("days", "directorate")), *request]
    refusal = Refusal.objects.select_related("proposed_agency").get(event=step)
    return [("reason", refusal.reason), ("text", refusal.text), ("proposed_agency", refusal.proposed_agency.code)]
