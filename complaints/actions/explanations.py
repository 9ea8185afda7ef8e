"""Why a case is late: the leadership of its agency asks, the desk answers."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.contact import BY_EMAIL
from accounts.models import User
from accounts.roles import Role
from complaints.actions.reminders import acting_on
from complaints.engine import notices
from complaints.engine.change import Change
from complaints.engine.transition import act
from complaints.models import Case, Explanation
from complaints.permissions import late_cases
from complaints.workflow import Action
from complaints.workflow.refusals import ActionRefused


class AskedAlready(ActionRefused):
    """The desk has not answered yet what it was asked."""


def ask_explanation(case: Case, *, by: User, at: datetime, text: str) -> Explanation:
    """Ask the desk why ``case`` is late; whoever has it and the supervisors get an e-mail. Raises ``AskedAlready``."""
    with transaction.atomic():
        with act(case, Action.ASK_EXPLANATION, by=by, at=at) as change:
            if late_cases.open_explanation(case) is not None or case.agency is None:
                raise AskedAlready
            asked = Explanation.objects.create(
                case=case,
                agency=case.agency,
                event_id=change.event_id,
                question=text,
                asked_by=by,
                asked_at=change.at,
            )
            change.facts = {"desk": case.agency_id, "words": change.fingerprint(text)}
        notices.tell_staff("officer_explain", _desk(change), change=change, by=BY_EMAIL)
    return asked


def explain(case: Case, *, by: User, at: datetime, text: str) -> Explanation:
    """Answer why ``case`` is late; who asked gets an e-mail. Raises ``TransitionNotAllowed`` if nobody asked."""
    with transaction.atomic():
        with act(case, Action.EXPLAIN, by=by, at=at) as change:
            asked = case.explanations.open().select_related("asked_by").get(agency=case.agency_id)
            asked.answer, asked.answered_by, asked.answered_at = text, by, change.at
            asked.answer_event_id = change.event_id
            asked.save(update_fields=["answer", "answered_by", "answered_at", "answer_event"])
            change.facts = {"desk": case.agency_id, "words": change.fingerprint(text)}
        notices.tell_staff("ladder_explained", [asked.asked_by], change=change, by=BY_EMAIL)
    return asked


def _desk(change: Change) -> list[User]:
    """Return who handles the case today and the supervisors, each once and without who asks."""
    supervisors = change.desk.on_level(Role.SUPERVISOR, change.case.agency)
    people = {user.pk: user for user in (*acting_on(change.case, change.at), *supervisors)}
    return [user for user in people.values() if change.by is None or user.pk != change.by.pk]
