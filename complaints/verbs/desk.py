"""What the desk of an agency can do: accept, decline, return, extend, correct; it closes in ``verbs.closing``."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.utils import timezone

from complaints import notices, policy
from complaints.competence import binding
from complaints.deadlines import clockwork
from complaints.deadlines.extensions import AlreadyProposed, later, may_grant, running_clock
from complaints.models import AnswerState, Case, Extension, ExtensionState, Refusal
from complaints.transition import Change, NotEntitled, TransitionNotAllowed, act, transition
from complaints.verbs import proposals
from complaints.workflow import Act, ClockKind, Verb
from notifications import outbox

if TYPE_CHECKING:
    from accounts.models import User
    from agencies.models import Agency, Directorate


class PromiseTooLate(ValueError):
    """The promised date lies beyond ``latest``, the last day the topic's limit allows."""

    def __init__(self, latest: date) -> None:
        super().__init__(f"the promise must not be later than {latest}")
        self.latest = latest


class OwnAgencyProposed(ValueError):
    """The agency that refuses a case proposes itself as its owner."""


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
    """Say that the case is not the agency's, with the reason and the owner proposed; it goes back to triage.

    Raises ``OwnAgencyProposed``, ``AgencyEnded`` for a proposed agency that is no more, and ``TransitionNotAllowed`` on
    a case that the unit's ruling binds to the agency.
    """
    _refuse(case, Verb.DECLINE, by=by, at=at, reason=reason, text=text, proposed_agency=proposed_agency)


def return_case(case: Case, *, by: User, at: datetime, reason: str, text: str, proposed_agency: Agency) -> None:
    """Say after accepting that the case proved not the agency's; the same duties as ``decline``."""
    _refuse(case, Verb.RETURN, by=by, at=at, reason=reason, text=text, proposed_agency=proposed_agency)


def _refuse(case: Case, verb: Verb, *, by: User, at: datetime, reason: str, text: str, proposed_agency: Agency) -> None:
    with transition(case, verb, by=by, at=at) as change:
        if case.agency is None:
            raise TransitionNotAllowed(verb, case)
        if proposed_agency.pk == case.agency_id:
            raise OwnAgencyProposed
        binding.require_existing(proposed_agency, on=timezone.localdate(at))
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
        change.partners = proposals.drop(case, at=at)
        change.facts = {"refusal": refusal.pk, "reason": reason, "proposed_agency": proposed_agency.pk}
        change.set(agency=None, directorate=None, officer=None, promised_on=None, bounces=case.bounces + 1)


def propose_extension(case: Case, *, by: User, at: datetime, days: int, reason: str) -> Extension:
    """Propose a date ``days`` working days after the promised one, which stays until it is granted.

    Raises ``AlreadyProposed``, ``ExtensionPast`` and ``ExtensionTooLate``.
    """
    with act(case, Act.PROPOSE_EXTENSION, by=by, at=at) as change:
        if case.extensions.filter(state=ExtensionState.PROPOSED).exists():
            raise AlreadyProposed
        clock = running_clock(case)
        due = later(case, clock, days=days, at=at, calendar=change.calendar)
        extension = Extension.objects.create(
            case=case,
            state=ExtensionState.PROPOSED,
            days=days,
            old_on=timezone.localdate(clock.due_at),
            new_on=timezone.localdate(due),
            reason=reason,
            proposed_by=by,
            proposed_at=at,
        )
        change.facts = {"extension": extension.pk, "new_on": extension.new_on.isoformat()}
    return extension


def extend(case: Case, *, by: User, at: datetime) -> Extension:
    """Grant the proposed extension: the supervisor the first of a case, the CMU the others; never one's own.

    The days count from the date promised now, which may have moved since they were proposed. Raises ``NothingProposed``
    when there is none, ``ExtensionPast`` and ``ExtensionTooLate``.
    """
    with transition(case, Verb.EXTEND, by=by, at=at) as change:
        extension = case.extensions.filter(state=ExtensionState.PROPOSED).first()
        if extension is None:
            raise NothingProposed
        is_first = not case.extensions.filter(state=ExtensionState.GRANTED).exists()
        what = policy.actors(case, by, at=at)
        if not may_grant(what, proposer=extension.proposed_by_id, granter=by.pk, is_first=is_first):
            raise NotEntitled
        clock = running_clock(case)
        change.due = later(case, clock, days=extension.days, at=at, calendar=change.calendar)
        extension.state = ExtensionState.GRANTED
        extension.granted_by, extension.granted_at = by, at
        extension.old_on, extension.new_on = timezone.localdate(clock.due_at), timezone.localdate(change.due)
        extension.save(update_fields=["state", "granted_by", "granted_at", "old_on", "new_on"])
        change.facts = {"extension": extension.pk, "new_on": extension.new_on.isoformat()}
    return extension


def correct(case: Case, *, by: User, at: datetime) -> None:
    """Take back one's own closing as a slip, within fifteen minutes and before the notice has left.

    The case goes on under the promise it had. Raises ``TransitionNotAllowed`` once the notice has left.
    """
    with transition(case, Verb.CORRECT, by=by, at=at) as change:
        closing = notices.occasion(case.events.latest("number"))
        # Cancelled rows are locked until the commit, so that no sender takes the notice after it was asked for.
        outbox.cancel(reference=case.reference, occasion=closing, at=at)
        outbox.cancel(reference=case.reference, templates={"praise_passed_on"}, at=at)
        if outbox.has_left(closing):
            raise TransitionNotAllowed(Verb.CORRECT, case)
        # The promise this closing kept: one that another agency gave before is not the closer's.
        promised = case.clocks.filter(kind=ClockKind.ANSWER, ended_at=case.closed_at).last()
        change.due = promised.due_at if promised else _limit(change)
        case.answers.filter(state=AnswerState.GIVEN, given_at=case.closed_at).update(state=AnswerState.TAKEN_BACK)
        change.set(closed_at=None, closed_by=None, outcome="", officer=by)


def _limit(change: Change) -> datetime:
    latest = clockwork.latest_promise(change.case, at=change.at, calendar=change.calendar)
    return change.calendar.closing(latest)
