"""The second person's refusals: of a proposed extension, and of a proposed answer, each with a reason."""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from complaints.actions import proposals
from complaints.engine.transition import NotEntitled, act
from complaints.models import Answer, AnswerState, Case, Extension, ExtensionState, Note
from complaints.permissions import policy, second_person
from complaints.workflow import Action


def refuse_extension(case: Case, *, by: User, at: datetime, reason: str) -> Extension:
    """Refuse the proposed date: the promise stays, the reason is kept as a note.

    Raises ``NothingProposed`` when there is none.
    """
    with act(case, Action.REFUSE_EXTENSION, by=by, at=at) as change:
        extension, is_first = proposals.proposed_extension(case)
        what, proposer = policy.actors(case, by, at=change.at), extension.proposed_by_id
        if not second_person.decides_on_date(case, what, proposer=proposer, is_first=is_first, at=change.at):
            raise NotEntitled
        extension.state, extension.decided_event_id = ExtensionState.DROPPED, change.event_id
        extension.save(update_fields=["state", "decided_event"])
        Note.objects.create(case=case, event_id=change.event_id, text=reason, by=by, at=change.at)
        change.facts = {"desk": case.agency_id, "words": change.fingerprint(reason)}
    return extension


def send_back(case: Case, *, by: User, at: datetime, reason: str) -> Answer:
    """Send the proposed answer back to be rewritten; the reason is kept as a note.

    Raises ``NothingProposed`` without one and ``NotEntitled`` for its own writer, who can rewrite it instead.
    """
    with act(case, Action.SEND_BACK, by=by, at=at) as change:
        answer = proposals.proposed_answer(case)
        if not second_person.may_sign(policy.actors(case, by, at=change.at), by, writer=answer.written_by_id):
            raise NotEntitled
        answer.state, answer.taken_back_event_id = AnswerState.TAKEN_BACK, change.event_id
        answer.save(update_fields=["state", "taken_back_event"])
        Note.objects.create(case=case, event_id=change.event_id, text=reason, by=by, at=change.at)
        change.facts = {"desk": case.agency_id, "words": change.fingerprint(reason)}
    return answer
