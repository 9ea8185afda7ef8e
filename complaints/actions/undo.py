"""Undoing an acceptance, a refusal or an answer within the send window, before anybody was told of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F

from accounts.models import User
from complaints.actions import answers as topic_answers, links as linked_cases
from complaints.attachments import responses
from complaints.engine import holders, links, notices
from complaints.engine.change import Change
from complaints.engine.history import filed_words
from complaints.engine.transition import TransitionNotAllowed, transition
from complaints.models import (
    Answer,
    AnswerState,
    Case,
    CaseEvent,
    ConsultationState,
    ExtensionState,
    Refusal,
    Revision,
    TopicAnswer,
)
from complaints.permissions import policy
from complaints.workflow import Action, State
from notifications import outbox


def undo(case: Case, *, by: User, at: datetime) -> list[Case]:
    """Undo what ``by`` did last to ``case``, as if it had not been done, and its answers to followers with it.

    Returns the followers. Locks the case, its followers and their messages. Raises ``TransitionNotAllowed`` once the
    window is over or a message of one of them may have left: then nothing is undone.
    """
    with transaction.atomic():
        linked_cases.lock_followed(case)
        steps = _undo(case, by=by, at=at)
        followers = [each for each in answered_with(case, steps) if policy.may(each, Action.UNDO, by, at=at)]
        for follower in followers:
            _undo(follower, by=by, at=at)
    return followers


def answered_with(lead: Case, steps: Sequence[CaseEvent]) -> list[Case]:
    """Return the followers of ``lead`` still closed by the answer that ``steps`` gave; one statement."""
    copies = Answer.objects.filter(lead_answer__event__in=[event.pk for event in steps], state=AnswerState.GIVEN)
    still = copies.filter(case__in=linked_cases.open_followers(lead), case__state=State.CLOSED)
    keys = still.filter(case__closed_at=F("event__at")).values("case")
    return list(Case.objects.filter(pk__in=keys).select_related("agency", "topic", "citizen").order_by("pk"))


def _undo(case: Case, *, by: User, at: datetime) -> list[CaseEvent]:
    with transition(case, Action.UNDO, by=by, at=at) as change:
        steps = policy.last_steps(case)
        first, last = steps[0], steps[-1]
        _stop_messages(case, steps, at=change.at)
        holders.restore_partners(case, released_at=first.at)
        _propose_again(case, last)
        if last.action == Action.CLOSE:
            _take_answer_back(change, last, by=by)
        if last.action in {Action.DECLINE, Action.RETURN}:
            _take_refusal_back(change, last)
        if first.action != Action.CLOSE:
            # Somebody may have been recused meanwhile.
            officer = None if first.officer_before in case.recused else first.officer_before
            change.set(officer_id=officer, directorate_id=first.directorate_before)
        if change.target == State.REFERRED:
            change.set(promised_on=None)
        change.reopens = first.at
        change.facts = {"undone": first.number}
    return steps


def _stop_messages(case: Case, steps: Sequence[CaseEvent], *, at: datetime) -> None:
    """Cancel the messages of ``steps``, and owe again those that they overtook; raise if one may have left.

    A directorate that was asked since is asked no more, as by the same press.
    Cancelled rows are locked until the commit, so that no sender takes a message after the check.
    """
    ended = case.handovers.filter(ended_at=steps[0].at)
    asked = case.consultations.filter(event__number__gt=steps[-1].number, state=ConsultationState.ASKED)
    ours = [notices.occasion(event) for event in steps]
    ours += [holders.end_occasion(handed, steps[-1].number) for handed in ended]
    ours += [links.signed_links_occasion(request) for request in asked]
    for occasion in ours:
        outbox.cancel(reference=case.reference, occasion=occasion, at=at)
    if outbox.left_among(ours):
        raise TransitionNotAllowed(Action.UNDO, case)
    asked.update(state=ConsultationState.REVOKED, ended_at=at)
    outbox.restore(reference=case.reference, cancelled_at=steps[0].at, but=ours)


def _take_answer_back(change: Change, closing: CaseEvent, *, by: User) -> None:
    """Take the answer back; its files go with the next one."""
    case = change.case
    for answer in case.answers.filter(event=closing):
        responses.take_back(answer, by=by)
    case.answers.filter(event=closing).update(state=AnswerState.TAKEN_BACK, taken_back_event=change.event_id)
    change.set(closed_at=None, closed_by=None, outcome="")


def _take_refusal_back(change: Change, refused: CaseEvent) -> None:
    Refusal.objects.filter(event=refused).update(undone_at=change.at)
    change.set(agency=refused.agency, bounces=change.case.bounces - 1)


def _propose_again(case: Case, last: CaseEvent) -> None:
    """Let the answer and the date that ``last`` dropped wait for their decision again."""
    answers = case.answers.filter(event=None, taken_back_event=last)
    answers.update(state=AnswerState.PROPOSED, taken_back_event=None)
    dates = case.extensions.filter(state=ExtensionState.DROPPED, decided_event=last)
    dates.update(state=ExtensionState.PROPOSED, decided_event=None)


# ---- Replacing what the citizen wrote: the text before is kept, and the event of the change proves both. ----


def replace_text(
    change: Change, *, subject: str, details: str, area: str, place: str, answers: Sequence[TopicAnswer] | None = None
) -> None:
    """Set the text of the case that ``change`` is about, and keep the old one as a ``Revision``.

    ``answers`` are unsaved rows that replace all answers to the questions of the topic; None leaves those.
    """
    case, before = change.case, list(change.case.topic_answers.all())
    Revision.objects.create(
        case=case,
        event_id=change.event_id,
        subject=case.subject,
        details=case.details,
        area=case.area,
        place=case.place,
        answers=[answer.wording for answer in before],
        replaced_at=change.at,
    )
    words = filed_words(case, employee=case.employee, answers=topic_answers.wordings(before))
    change.facts |= {"before": change.fingerprint(*words)}
    if answers is not None:
        case.topic_answers.all().delete()
        topic_answers.keep(answers, case)
    change.set(subject=subject, details=details, area=area, place=place)
    after = topic_answers.wordings(before if answers is None else answers)
    change.facts["words"] = change.fingerprint(*filed_words(case, employee=case.employee, answers=after))
