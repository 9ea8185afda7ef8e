"""Answers: close a case, sign a colleague's proposed answer, and answer the followers of a lead with it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from accounts.models import User
from agencies.calendar import WorkingCalendar
from agencies.models import QuestionKind, Topic, TopicQuestion
from complaints.actions import decisions, links
from complaints.actions.decisions import before
from complaints.actions.links import linked_ids
from complaints.answer_quality.judgement import CaseWords, Judgement, Result, current_lexicon, judge
from complaints.answer_quality.reading import subject_group
from complaints.attachments import responses
from complaints.engine.change import Change, Fact
from complaints.engine.transition import NotEntitled, TransitionNotAllowed, act, transition
from complaints.models import Answer, AnswerState, Case, CaseQuerySet, TopicAnswer
from complaints.permissions import policy, rulings
from complaints.permissions.readers import has_part
from complaints.workflow import OUTCOMES, Action, Actor, Kind, Outcome, State
from complaints.workflow.refusals import ActionRefused
from kit.arabic import fold
from kit.compiled_reads import CompiledRead

# ---- Other cases answered with the same words, and the headings of an answer's two parts. ----


#: How far back answers are compared.
LOOK_BACK: Final = timedelta(days=90)
#: Cases with the same answer that are listed for the officer; beyond these only their number is shown and recorded.
MOST_NAMED: Final = 10


# ---- the same words on other cases ----


def likeness(found: str, done: str, *, reference: str) -> str:
    """Return a key that is equal for answers of the same words, whatever their letter forms, spaces and line ends.

    The case's own tracking number is left out, so that a standard text that contains it is equal on every case.
    """
    texts = (" ".join(fold(text).replace(reference, " ").split()) for text in (found, done))
    return hashlib.sha256("\x1f".join(texts).encode()).hexdigest()


@dataclass(frozen=True)
class Copies:
    """The unlinked cases with the same answer: how many, and the newest of those the reader may open."""

    number: int = 0
    named: Sequence[Case] = ()

    def __bool__(self) -> bool:
        return self.number > 0

    @property
    def unnamed(self) -> int:
        """Return how many are counted but not listed."""
        return self.number - len(self.named)


def count_copies(case: Case, alike: str, *, at: datetime) -> int:
    """Return how many unlinked cases of the case's agency were answered with these words in ``LOOK_BACK``."""
    return _copied(case, alike, at=at).count()


def matching_answers(case: Case, *, found: str, done: str, user: User, at: datetime) -> Copies:
    """Return the agency's unlinked cases with the same answer, listing those ``user`` may open; five statements."""
    copied = _copied(case, likeness(found, done, reference=case.reference), at=at)
    number = copied.count()
    if not number:
        return Copies()
    seen = Case.objects.visible_to(user, at=at).filter(pk__in=copied.values("pk"))
    return Copies(number, list(seen.for_listing().order_by("-pk")[:MOST_NAMED]))


def _copied(case: Case, alike: str, *, at: datetime) -> CaseQuerySet:
    answers = Answer.objects.filter(likeness=alike, agency=case.agency_id, written_at__gt=at - LOOK_BACK)
    given = answers.exclude(state=AnswerState.TAKEN_BACK).exclude(case__in=linked_ids(case)).exclude(case=case.pk)
    return Case.objects.filter(pk__in=given.values("case"))


# ---- what an answer's two parts are called ----


def headings(kind: str, outcome: str) -> tuple[str, str]:
    """Return the headings of the two texts of an answer."""
    if kind == Kind.PRAISE:
        return gettext("What was praised"), gettext("Who was thanked")
    if kind == Kind.INQUIRY:
        return gettext("What was found"), gettext("The answer to the question")
    if outcome == Outcome.ADOPTED:
        return gettext("What was considered"), gettext("What will change")
    if outcome == Outcome.NOT_ADOPTED:
        return gettext("What was considered"), gettext("Why it was not adopted")
    return gettext("What was found"), gettext("What was done")


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
        links.lock_followed(case)
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
        decisions.tell_decider(change, proposer=by)
    return answer


def sign(case: Case, *, by: User, at: datetime) -> Answer:
    """Sign the proposed answer as the second person, a supervisor, and close the case and its followers with it.

    Where the agency has no supervisor but the writer today, the unit signs; it accepts nothing for the agency, so that
    followers not yet accepted stay open. Raises ``NothingProposed`` without a proposal, and ``NotEntitled`` for its
    writer and anybody else who may not sign.
    """
    with transaction.atomic():
        links.lock_followed(case)
        with transition(case, Action.CLOSE, by=by, at=at) as change:
            answer = decisions.proposed_answer(case)
            what = policy.actors(case, by, at=change.at)
            if not rulings.may_sign(what, by, writer=answer.written_by_id):
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
        likeness=likeness(text.found, text.done, reference=case.reference),
        written_by=by,
        written_at=at,
        given_at=at if is_given else None,
    )
    responses.give(answer, text.files)
    return answer


def _end(change: Change, answer: Answer, *, by: User, signed: bool, by_unit: bool = False) -> links.AnswerReach:
    """Set what the event of a closing records, and return which followers the answer reaches."""
    case = change.case
    reach = links.answer_reach(case, by=by, at=change.at, signed=signed, writer=answer.written_by, by_unit=by_unit)
    more: dict[str, Fact] = {"followers": len(reach.ready)} if reach else {}
    _close(change, answer, by=by, more=_copies(case, answer, at=change.at) | more)
    return reach


def _close(change: Change, answer: Answer, *, by: User, more: dict[str, Fact]) -> None:
    decisions.drop(change)
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
    number = count_copies(case, answer.likeness, at=at)
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
    answer: Answer, reach: links.AnswerReach, *, by: User, change: Change, through: Actor | None = None
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


# ---- The answers to the questions of a topic: as texts of a draft, and as rows of the case. ----


#: Answers by the code of their question: the text typed, the day as 2026-01-31, or the English label of a choice.
type AnswerTexts = Mapping[str, str]


def questions_for(topic: Topic | None, *, kind: str) -> list[TopicQuestion]:
    """Return the questions of ``topic`` for a kind of case."""
    if topic is None:
        return []
    if topic.parent_id is None:
        return _QUESTIONS_OF_TOPIC.rows(kind, topic=topic.pk)
    return _QUESTIONS_OF_TOPIC.rows(kind, topic=topic.pk, group=topic.parent_id)


def _questions_of_topic(kind: str, *, topic: int, group: int | None = None) -> QuerySet[TopicQuestion]:
    return TopicQuestion.objects.asked(topic=Topic(pk=topic, parent_id=group), kind=kind)


_QUESTIONS_OF_TOPIC: Final = CompiledRead(_questions_of_topic, is_prepared=True)


def given_answers(questions: Iterable[TopicQuestion], texts: AnswerTexts) -> list[TopicAnswer]:
    """Return the answers as unsaved rows with the current wording, without texts that do not fit their question."""
    answers = (_given(question, texts.get(question.code, "")) for question in questions)
    return [answer for answer in answers if answer]


def _given(question: TopicQuestion, text: str) -> TopicAnswer | None:
    if not text or not _fits(question, text):
        return None
    return TopicAnswer(
        question=question,
        position=question.position,
        kind=question.kind,
        asked_ar=question.name_ar,
        asked_en=question.name_en,
        answer_ar=_in_arabic(question, text),
        answer_en=text,
        is_personal=question.is_personal,
    )


def _fits(question: TopicQuestion, text: str) -> bool:
    if question.kind == QuestionKind.DATE:
        return answered_day(text) is not None
    return question.kind == QuestionKind.LINE or text in question.options_en


def _in_arabic(question: TopicQuestion, text: str) -> str:
    if question.kind != QuestionKind.CHOICE:
        return text
    return question.options_ar[question.options_en.index(text)]


def answered_day(text: str) -> date | None:
    """Return the day of an answer; None if it is no day, because the kind of the question has changed since."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def are_complete(questions: Iterable[TopicQuestion], answers: Iterable[TopicAnswer]) -> bool:
    """Tell whether all required questions are answered."""
    answered = {answer.question_id for answer in answers}
    return all(question.pk in answered for question in questions if question.is_required)


def corrected(
    questions: Iterable[TopicQuestion], texts: AnswerTexts, before: Sequence[TopicAnswer]
) -> list[TopicAnswer]:
    """Return the answers of a case after a correction, as unsaved rows.

    An answer that stays keeps its wording; so does one to a question that is not asked any more.
    """
    asked = {question.pk: question for question in questions}
    kept = [
        answer
        for answer in before
        if answer.question_id not in asked or texts.get(asked[answer.question_id].code) == answer.answer_en
    ]
    settled = {answer.question_id for answer in kept}
    new = given_answers((question for question in asked.values() if question.pk not in settled), texts)
    return [*(_topic_answers_copy(answer) for answer in kept), *new]


def _topic_answers_copy(answer: TopicAnswer) -> TopicAnswer:
    names = ("position", "kind", "asked_ar", "asked_en", "answer_ar", "answer_en", "is_personal")
    return TopicAnswer(question_id=answer.question_id, **{name: getattr(answer, name) for name in names})


def keep(answers: Iterable[TopicAnswer], case: Case) -> None:
    """Store unsaved answers with ``case``."""
    rows = list(answers)
    for row in rows:
        row.case = case
    TopicAnswer.objects.bulk_create(rows)


def wordings(answers: Iterable[TopicAnswer]) -> list[str]:
    """Return the wordings of answers in their order, for the fingerprint of what a person wrote."""
    ordered = sorted(answers, key=lambda answer: (answer.position, answer.question_id))
    return [text for answer in ordered for text in answer.wording]


def answers_to_show(case: Case, *, knows_person: bool) -> list[TopicAnswer]:
    """Return the answers a reader may see: without those that identify the person, unless ``knows_person``."""
    if not has_part(case, "topic_answers"):
        return []
    rows = _SHOWN.rows(None, {"case": case}, key=case.pk)
    return [row for row in rows if knows_person or not row.tells_person]


_SHOWN: Final = CompiledRead(
    lambda _shape, *, key: TopicAnswer.objects.filter(case=key).select_related("question"), is_prepared=True
)
