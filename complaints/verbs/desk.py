"""What the desk of an agency can do: accept, decline, return, extend, close, sign, correct."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.utils import timezone

from complaints import clockwork, notices, policy
from complaints.chain import fingerprint
from complaints.models import Answer, AnswerState, Case, Extension, ExtensionState, Refusal
from complaints.substance import Hollow, find_faults
from complaints.transition import Change, NotEntitled, TransitionNotAllowed, act, transition
from complaints.verbs import proposals
from complaints.workflow import OUTCOMES, Act, Actor, ClockKind, Verb
from notifications import outbox

if TYPE_CHECKING:
    from accounts.models import User
    from agencies.models import Agency, Directorate


class PromiseTooLate(ValueError):
    """The promised date lies beyond ``latest``, the last day the topic's limit allows."""

    def __init__(self, latest: date) -> None:
        super().__init__(f"the promise must not be later than {latest}")
        self.latest = latest


class HollowAnswer(ValueError):
    """The answer lacks substance; ``faults`` says where and why."""

    def __init__(self, faults: list[Hollow]) -> None:
        super().__init__(", ".join(f"{hollow.field}: {hollow.fault}" for hollow in faults))
        self.faults = faults


class OutcomeNotAllowed(ValueError):
    """The outcome does not belong to the kind of the case."""


class NothingProposed(LookupError):
    """There is no proposed answer or extension to sign or grant."""


def accept(case: Case, *, by: User, at: datetime, days: int, directorate: Directorate | None = None) -> None:
    """Take the case on and promise an answer within ``days`` working days (1 or more), the directorate named.

    Raises ``PromiseTooLate`` beyond ``clockwork.latest_promise``.
    """
    with transition(case, Verb.ACCEPT, by=by, at=at) as change:
        change.due = promise(case, at=at, days=days, change=change)
        change.facts = {
            "days": days,
            "promised_on": timezone.localdate(change.due).isoformat(),
            "directorate": directorate.pk if directorate else None,
        }
        change.set(officer=by, directorate=directorate)


def promise(case: Case, *, at: datetime, days: int, change: Change) -> datetime:
    """Return the moment ``days`` working days from ``at``; raise ``PromiseTooLate`` beyond the limit."""
    due = change.calendar.due(at, days)
    latest = clockwork.latest_promise(case, at=at, calendar=change.calendar)
    if timezone.localdate(due) > latest:
        raise PromiseTooLate(latest)
    return due


def decline(case: Case, *, by: User, at: datetime, reason: str, text: str, proposed_agency: Agency) -> None:
    """Say that the case is not the agency's, with the reason and the owner proposed; it goes back to triage."""
    _refuse(case, Verb.DECLINE, by=by, at=at, reason=reason, text=text, proposed_agency=proposed_agency)


def return_case(case: Case, *, by: User, at: datetime, reason: str, text: str, proposed_agency: Agency) -> None:
    """Say after accepting that the case proved not the agency's; the same duties as ``decline``."""
    _refuse(case, Verb.RETURN, by=by, at=at, reason=reason, text=text, proposed_agency=proposed_agency)


def _refuse(case: Case, verb: Verb, *, by: User, at: datetime, reason: str, text: str, proposed_agency: Agency) -> None:
    with transition(case, verb, by=by, at=at) as change:
        if case.agency is None:
            raise TransitionNotAllowed(verb, case)
        refusal = Refusal.objects.create(
            case=case,
            agency=case.agency,
            proposed_agency=proposed_agency,
            after_accepting=verb == Verb.RETURN,
            reason=reason,
            text=text,
            by=by,
            at=at,
        )
        proposals.drop(case)
        change.facts = {"refusal": refusal.pk, "reason": reason, "proposed_agency": proposed_agency.pk}
        change.set(agency=None, directorate=None, officer=None, promised_on=None, bounces=case.bounces + 1)


def propose_extension(case: Case, *, by: User, at: datetime, days: int, reason: str) -> Extension:
    """Propose a date ``days`` working days after the promised one; raises IntegrityError while one is proposed."""
    with act(case, Act.PROPOSE_EXTENSION, by=by, at=at) as change:
        clock = case.clocks.get(kind=ClockKind.ANSWER, ended_at__isnull=True)
        extension = Extension.objects.create(
            case=case,
            state=ExtensionState.PROPOSED,
            days=days,
            old_on=timezone.localdate(clock.due_at),
            new_on=timezone.localdate(change.calendar.due(clock.due_at, days)),
            reason=reason,
            proposed_by=by,
            proposed_at=at,
        )
        change.facts = {"extension": extension.pk, "new_on": extension.new_on.isoformat()}
    return extension


def extend(case: Case, *, by: User, at: datetime) -> Extension:
    """Grant the proposed extension: the supervisor the first of a case, the CMU every further one.

    Raises ``NothingProposed`` when there is none.
    """
    with transition(case, Verb.EXTEND, by=by, at=at) as change:
        extension = case.extensions.filter(state=ExtensionState.PROPOSED).first()
        if extension is None:
            raise NothingProposed
        granted_before = case.extensions.filter(state=ExtensionState.GRANTED).exists()
        needed = Actor.CMU if granted_before else Actor.SUPERVISOR
        if needed not in policy.actors(case, by, at=at):
            raise NotEntitled
        clock = case.clocks.get(kind=ClockKind.ANSWER, ended_at__isnull=True)
        change.due = change.calendar.due(clock.due_at, extension.days)
        extension.state = ExtensionState.GRANTED
        extension.granted_by, extension.granted_at = by, at
        extension.save(update_fields=["state", "granted_by", "granted_at"])
        change.facts = {"extension": extension.pk, "new_on": extension.new_on.isoformat()}
    return extension


def close(case: Case, *, by: User, at: datetime, outcome: str, found: str, done: str) -> Answer:
    """Answer the citizen and close; on a topic that needs a second signature the answer is only proposed.

    Raises ``OutcomeNotAllowed`` for an outcome of another kind and ``HollowAnswer`` for an answer without substance.
    """
    _require_substance(case, outcome=outcome, found=found, done=done)
    if case.topic is not None and case.topic.second_signature:
        with act(case, Act.PROPOSE_ANSWER, by=by, at=at) as change:
            # A proposal written anew replaces the one that waits: whoever would sign it may not agree with it.
            case.answers.filter(state=AnswerState.PROPOSED).update(state=AnswerState.TAKEN_BACK)
            answer = _write(case, AnswerState.PROPOSED, by=by, at=at, outcome=outcome, found=found, done=done)
            change.facts = _answer_facts(answer)
        return answer
    with transition(case, Verb.CLOSE, by=by, at=at) as change:
        answer = _write(case, AnswerState.GIVEN, by=by, at=at, outcome=outcome, found=found, done=done)
        _close(change, answer, by=by)
    return answer


def _write(case: Case, state: AnswerState, *, by: User, at: datetime, outcome: str, found: str, done: str) -> Answer:
    if case.agency is None:
        raise TransitionNotAllowed(Verb.CLOSE, case)
    return Answer.objects.create(
        case=case,
        agency=case.agency,
        state=state,
        outcome=outcome,
        found=found,
        done=done,
        written_by=by,
        written_at=at,
        given_at=at if state == AnswerState.GIVEN else None,
    )


def sign(case: Case, *, by: User, at: datetime) -> Answer:
    """Sign the proposed answer as the second person, a supervisor, and close with it.

    Raises ``NothingProposed`` without one and ``NotEntitled`` for its writer or anybody but a supervisor.
    """
    with transition(case, Verb.CLOSE, by=by, at=at) as change:
        answer = case.answers.filter(state=AnswerState.PROPOSED).first()
        if answer is None:
            raise NothingProposed
        if answer.written_by_id == by.pk or Actor.SUPERVISOR not in policy.actors(case, by, at=at):
            raise NotEntitled
        answer.state, answer.signed_by, answer.given_at = AnswerState.GIVEN, by, at
        answer.save(update_fields=["state", "signed_by", "given_at"])
        _close(change, answer, by=by)
    return answer


def _close(change: Change, answer: Answer, *, by: User) -> None:
    proposals.drop(change.case)
    change.facts = _answer_facts(answer)
    change.set(closed_at=change.at, closed_by=by, outcome=answer.outcome)


def _answer_facts(answer: Answer) -> dict[str, str | int | bool | None]:
    return {"answer": answer.pk, "outcome": answer.outcome, "words": fingerprint(answer.found, answer.done)}


def _require_substance(case: Case, *, outcome: str, found: str, done: str) -> None:
    if outcome not in OUTCOMES[case.kind]:
        message = f"{outcome} does not end a {case.kind}"
        raise OutcomeNotAllowed(message)
    faults = find_faults(found=found, done=done, own_words=own_words(case))
    if faults:
        raise HollowAnswer(faults)


def own_words(case: Case) -> str:
    """Return everything the citizen wrote on the case."""
    added = case.additions.values_list("text", flat=True)
    replies = case.questions.values_list("reply", flat=True)
    return " ".join([case.subject, case.details, *added, *replies])


def correct(case: Case, *, by: User, at: datetime) -> None:
    """Take back one's own closing as a slip, within fifteen minutes and before the notice has left.

    The case goes on under the promise it had. Raises ``TransitionNotAllowed`` once the notice has left.
    """
    with transition(case, Verb.CORRECT, by=by, at=at) as change:
        closing = notices.occasion(case.events.latest("number"))
        # Cancelled rows are locked until the commit, so that no sender takes the notice after it was asked for.
        outbox.cancel(reference=case.reference, occasion=closing, at=at)
        if outbox.has_left(closing):
            raise TransitionNotAllowed(Verb.CORRECT, case)
        promised = case.clocks.filter(kind=ClockKind.ANSWER).last()
        change.due = promised.due_at if promised else _limit(change)
        case.answers.filter(state=AnswerState.GIVEN, given_at=case.closed_at).update(state=AnswerState.TAKEN_BACK)
        change.set(closed_at=None, closed_by=None, outcome="", officer=by)


def _limit(change: Change) -> datetime:
    latest = clockwork.latest_promise(change.case, at=change.at, calendar=change.calendar)
    return change.calendar.closing(latest)
