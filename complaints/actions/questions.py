"""The question to the citizen: ask, reply, lapse."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from accounts.models import User
from complaints.attachments import uploads
from complaints.engine.transition import TransitionNotAllowed, transition
from complaints.models import Attachment, Case, Question
from complaints.workflow import Action


def ask(case: Case, *, by: User, at: datetime, text: str, attachments: Collection[Attachment] = ()) -> Question:
    """Ask the citizen one question; the clock of the holder is paused until the reply, at most ten working days.

    ``attachments`` are unsaved rows that the citizen sees with it.
    """
    with transition(case, Action.ASK, by=by, at=at) as change:
        question = Question.objects.create(
            case=case, event_id=change.event_id, text=text, asked_by=by, asked_at=change.at
        )
        uploads.store(attachments, case=case, event=change.event_id)
        change.facts = {"words": change.fingerprint(text), "files": len(attachments)}
    return question


def reply(case: Case, *, by: User, at: datetime, text: str, attachments: Collection[Attachment] = ()) -> None:
    """Answer the open question; the case goes back to the state it was asked in, and its clock runs again.

    ``attachments`` are unsaved rows that are stored with the answer. ``by`` may be an agent who wrote the answer down.
    """
    with transition(case, Action.REPLY, by=by, at=at) as change:
        question = _open_question(case, Action.REPLY)
        question.reply, question.replied_at, question.ended_at = text, change.at, change.at
        question.reply_event_id = change.event_id
        question.save(update_fields=["reply", "replied_at", "ended_at", "reply_event"])
        uploads.store(attachments, case=case, event=change.event_id)
        change.facts, change.said = {"words": change.fingerprint(text), "files": len(attachments)}, text


def lapse(case: Case, *, at: datetime) -> None:
    """End the question without a reply once the citizen's time is over; raises ``TransitionNotAllowed`` before that."""
    with transition(case, Action.LAPSE, by=None, at=at) as change:
        # By the clock, not by ``change.at``: an event dated ahead of it must not shorten the citizen's time.
        if case.deadline_at is None or at < case.deadline_at:
            raise TransitionNotAllowed(Action.LAPSE, case)
        question = _open_question(case, Action.LAPSE)
        question.ended_at, question.lapse_event_id = change.at, change.event_id
        question.save(update_fields=["ended_at", "lapse_event"])


def _open_question(case: Case, action: Action) -> Question:
    question = case.questions.filter(ended_at__isnull=True).first()
    if question is None:
        raise TransitionNotAllowed(action, case)
    return question
