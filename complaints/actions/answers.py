"""Answers: close a case, sign a colleague's proposed answer, and answer the followers of a lead with it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from agencies.calendar import WorkingCalendar
from complaints.actions import answer_copies, linked_cases, proposals
from complaints.actions.decisions import before
from complaints.answer_quality.judgement import CaseWords, Judgement, Result, judge
from complaints.answer_quality.stored import current_lexicon
from complaints.answer_quality.subjects import subject_group
from complaints.attachments import responses
from complaints.engine.change import Change, Fact
from complaints.engine.transition import NotEntitled, TransitionNotAllowed, act, transition
from complaints.models import Answer, AnswerState, Case
from complaints.permissions import policy, second_person
from complaints.workflow import OUTCOMES, Action, Actor, Kind, State
from complaints.workflow.refusals import ActionRefused


class AnswerLacksSubstance(ActionRefused):
    """The answer lacks substance; ``judgement`` says why, and whether it could be sent with a reason."""

    def __init__(self, judgement: Judgement) -> None:
        super().__init__(f"{judgement.field}: {judgement.fault}")
        self.judgement = judgement


class OutcomeNotAllowed(ActionRefused):
    """The outcome does not belong to the kind of the case."""


@dataclass(frozen=True, kw_only=True)
class AnswerText:
    """What is written of an answer, and the fault for which it was challenged with the reason to send it so.

    ``files`` are the keys of the files prepared for it.
    """

    outcome: str
    found: str
    done: str
    challenge: str = ""
    sent_because: str = ""
    files: Collection[UUID] = ()


def close(  # noqa: PLR0913 - the case, who and when, and one argument for each part of the answer
    case: Case,
    *,
    by: User,
    at: datetime,
    outcome: str,
    found: str,
    done: str,
    sent_because: str = "",
    files: Collection[UUID] = (),
) -> Answer:
    """Answer the citizen and close; on a topic that needs a second signature the answer is only proposed.

    The answer of a lead also closes all followers that can be closed, in the same transaction: either everybody gets
    it or nobody. ``files`` are the keys of files prepared for it. Raises ``OutcomeNotAllowed`` for an outcome of
    another kind, ``AnswerLacksSubstance`` for an answer that is refused, or challenged and ``sent_because`` is empty,
    and ``TransitionNotAllowed`` while the citizen or another agency still has to answer. The reason of an answer that
    was not challenged is not kept.
    """
    text = _judged(
        case, AnswerText(outcome=outcome, found=found, done=done, sent_because=sent_because.strip(), files=files)
    )
    if case.needs_second_signature:
        return _propose(case, text, by=by, at=at)
    with transaction.atomic():
        linked_cases.lock_followed(case)
        with transition(case, Action.CLOSE, by=by, at=at) as change:
            answer = _write(change, AnswerState.GIVEN, text, by=by)
            reach = _end(change, answer, by=by, signed=False)
        _answer_followers(answer, reach, by=by, change=change)
    return answer


def _propose(case: Case, text: AnswerText, *, by: User, at: datetime) -> Answer:
    with transaction.atomic():
        with act(case, Action.PROPOSE_ANSWER, by=by, at=at) as change:
            if not policy.fits(case, Action.CLOSE, at=change.at):
                raise TransitionNotAllowed(Action.PROPOSE_ANSWER, case)
            # A rewritten proposal replaces the one that waits for a signature.
            case.answers.filter(state=AnswerState.PROPOSED).update(
                state=AnswerState.TAKEN_BACK, taken_back_event=change.event_id
            )
            answer = _write(change, AnswerState.PROPOSED, text, by=by)
            change.facts = _facts(change, answer) | _copies(case, answer, at=change.at)
        proposals.tell_decider(change, proposer=by)
    return answer


def sign(case: Case, *, by: User, at: datetime) -> Answer:
    """Sign the proposed answer as the second person, a supervisor, and close the case and its followers with it.

    Where the agency has no supervisor but the writer today, the unit signs; it accepts nothing for the agency, so that
    followers not yet accepted stay open. Raises ``NothingProposed`` without a proposal, and ``NotEntitled`` for its
    writer and anybody else who may not sign.
    """
    with transaction.atomic():
        linked_cases.lock_followed(case)
        with transition(case, Action.CLOSE, by=by, at=at) as change:
            answer = proposals.proposed_answer(case)
            what = policy.actors(case, by, at=change.at)
            if not second_person.may_sign(what, by, writer=answer.written_by_id):
                raise NotEntitled
            answer.state, answer.signed_by, answer.given_at = AnswerState.GIVEN, by, change.at
            answer.event_id = change.event_id
            answer.save(update_fields=["state", "signed_by", "given_at", "event"])
            through = None if Actor.SUPERVISOR in what else Actor.SIGNER
            reach = _end(change, answer, by=by, signed=True, by_unit=through is not None)
        _answer_followers(answer, reach, by=by, change=change, through=through)
    return answer


def _write(change: Change, state: AnswerState, text: AnswerText, *, by: User) -> Answer:
    case, at, is_given = change.case, change.at, state == AnswerState.GIVEN
    if case.agency is None:
        raise TransitionNotAllowed(Action.CLOSE, case)
    answer = Answer.objects.create(
        case=case,
        event_id=change.event_id if is_given else None,
        proposed_event_id=None if is_given else change.event_id,
        agency=case.agency,
        state=state,
        outcome=text.outcome,
        found=text.found,
        done=text.done,
        challenge=text.challenge,
        sent_because=text.sent_because,
        likeness=answer_copies.likeness(text.found, text.done, reference=case.reference),
        written_by=by,
        written_at=at,
        given_at=at if is_given else None,
    )
    responses.give(answer, text.files)
    return answer


def _end(change: Change, answer: Answer, *, by: User, signed: bool, by_unit: bool = False) -> linked_cases.AnswerReach:
    """Set what the event of a closing records, and return which followers the answer reaches."""
    case = change.case
    reach = linked_cases.answer_reach(
        case, by=by, at=change.at, signed=signed, writer=answer.written_by, by_unit=by_unit
    )
    more: dict[str, Fact] = {"followers": len(reach.ready)} if reach else {}
    _close(change, answer, by=by, more=_copies(case, answer, at=change.at) | more)
    return reach


def _close(change: Change, answer: Answer, *, by: User, more: dict[str, Fact]) -> None:
    proposals.drop(change)
    change.facts = _facts(change, answer) | more
    change.set(closed_at=change.at, closed_by=by, outcome=answer.outcome)


def _facts(change: Change, answer: Answer) -> dict[str, Fact]:
    texts = filter(None, [answer.sent_because])
    facts: dict[str, Fact] = {
        "outcome": answer.outcome,
        "words": change.fingerprint(answer.found, answer.done, *texts),
    }
    return facts | ({"challenged": answer.challenge} if answer.challenge else {})


def _copies(case: Case, answer: Answer, *, at: datetime) -> dict[str, Fact]:
    """Return the number of unlinked cases with the same answer as a fact of the event; no fact where there are none."""
    number = answer_copies.count_copies(case, answer.likeness, at=at)
    return {"copies": number} if number else {}


# ---- substance ----


def judged_answer(case: Case, *, found: str, done: str) -> Judgement:
    """Judge an answer to ``case`` by the lexicon of the unit; the page and the action ask here."""
    named = [each for each in (case.topic, case.agency) if each is not None]
    about = " ".join(name for each in named for name in (each.name_ar, each.name_en))
    group = subject_group(case.topic.code) if case.topic else ""
    words = CaseWords(own=own_words(case), about=about, group=group, chosen=case.language)
    return judge(found=found, done=done, case=words, lexicon=current_lexicon())


def _judged(case: Case, text: AnswerText) -> AnswerText:
    """Return ``text`` with what it was challenged for; raise where it may not be sent."""
    if text.outcome not in OUTCOMES[case.kind]:
        message = f"{text.outcome} does not end a {case.kind}"
        raise OutcomeNotAllowed(message)
    judgement = judged_answer(case, found=text.found, done=text.done)
    if judgement.result == Result.SENT:
        return replace(text, sent_because="")
    if judgement.result == Result.REFUSED or not text.sent_because:
        raise AnswerLacksSubstance(judgement)
    return replace(text, challenge=str(judgement.fault))


def own_words(case: Case) -> str:
    """Return everything the citizen wrote on the case."""
    added = case.additions.values_list("text", flat=True)
    replies = case.questions.values_list("reply", flat=True)
    return " ".join([case.subject, case.details, *added, *replies])


# ---- followers of a lead ----


def _answer_followers(
    answer: Answer, reach: linked_cases.AnswerReach, *, by: User, change: Change, through: Actor | None = None
) -> None:
    """Close each follower with the lead's answer; accept it first where competence is still to be decided.

    Each has its own answer, event, clock and message, all in the lead's transaction, so that a failure at the last one
    leaves nobody answered. The rows are locked already.
    """
    if not reach.ready:
        return
    calendar = change.calendar
    for case in reach.ready:
        if case.state == State.REFERRED and case.kind == Kind.COMPLAINT:
            _accept_follower(case, by=by, at=change.at, calendar=calendar)
        with transition(case, Action.CLOSE, by=by, at=change.at, through=through) as following:
            following.calendar = calendar
            _close(following, _copy(answer, following), by=by, more={})


def _accept_follower(case: Case, *, by: User, at: datetime, calendar: WorkingCalendar) -> None:
    """Accept a follower with the shortest possible promise, which its closing keeps at once."""
    with transition(case, Action.ACCEPT, by=by, at=at) as change:
        change.calendar = calendar
        change.due = calendar.due(change.at, 1)
        promised_on = timezone.localdate(change.due).isoformat()
        change.facts = {"days": 1, "promised_on": promised_on, "directorate": None, "for_answer": True, **before(case)}
        change.set(officer=by, directorate=None)


def _copy(answer: Answer, change: Change) -> Answer:
    """Copy the lead's answer, with its writer and signer, to the case that ``change`` closes."""
    return Answer.objects.create(
        case=change.case,
        event_id=change.event_id,
        lead_answer=answer,
        agency=answer.agency,
        state=AnswerState.GIVEN,
        outcome=answer.outcome,
        found=answer.found,
        done=answer.done,
        challenge=answer.challenge,
        sent_because=answer.sent_because,
        likeness=answer.likeness,
        written_by=answer.written_by,
        written_at=answer.written_at,
        signed_by=answer.signed_by,
        given_at=answer.given_at,
    )
