"""The decisions of an agency's desk: accept, decline, return, extend; ``actions.answers`` closes."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from agencies.models import Agency, Directorate
from complaints.actions import proposals
from complaints.clocks import clockwork
from complaints.clocks.extensions import AlreadyProposed, later, require_promise_clock
from complaints.engine.change import Change, Fact
from complaints.engine.transition import NotEntitled, TransitionNotAllowed, act, transition
from complaints.models import Case, Extension, ExtensionState, Refusal
from complaints.permissions import policy, rulings, second_person
from complaints.workflow import Action
from complaints.workflow.refusals import ActionRefused


class PromiseTooLate(ActionRefused):
    """The promised date lies beyond ``latest``, the last day the topic's limit allows."""

    def __init__(self, latest: date) -> None:
        super().__init__(f"the promise must not be later than {latest}")
        self.latest = latest


class OwnAgencyProposed(ActionRefused):
    """The agency that refuses a case proposes itself as its owner."""


def accept(case: Case, *, by: User, at: datetime, days: int, directorate: Directorate | None = None) -> None:
    """Accept the case and promise an answer within ``days`` working days (1 or more), naming the directorate.

    Raises ``PromiseTooLate`` beyond ``clockwork.latest_promise``.
    """
    with transition(case, Action.ACCEPT, by=by, at=at) as change:
        change.due = promise(case, at=change.at, days=days, change=change)
        change.facts = {
            "days": days,
            "promised_on": timezone.localdate(change.due).isoformat(),
            "directorate": directorate.pk if directorate else None,
            **before(case),
        }
        change.set(officer=by, directorate=directorate)


def before(case: Case) -> dict[str, Fact]:
    """Return who had the case, as facts of the event that changes it: undoing gives it back to them."""
    return {
        "officer_before": str(case.officer_id) if case.officer_id else None,
        "directorate_before": case.directorate_id,
    }


def promise(case: Case, *, at: datetime, days: int, change: Change) -> datetime:
    """Return the moment ``days`` working days from ``at``; raise ``PromiseTooLate`` beyond the limit."""
    due = change.calendar.due(at, days)
    latest = clockwork.latest_promise(case, at=at, calendar=change.calendar)
    if timezone.localdate(due) > latest:
        raise PromiseTooLate(latest)
    return due


def decline(case: Case, *, by: User, at: datetime, reason: str, text: str, proposed_agency: Agency) -> None:
    """Send the case back to triage as not the agency's own, with the reason and a proposed owner.

    Raises ``OwnAgencyProposed``, ``AgencyEnded`` for a proposed agency that was abolished, and ``TransitionNotAllowed``
    on a case that the unit's ruling binds to the agency.
    """
    _refuse(case, Action.DECLINE, by=by, at=at, reason=reason, text=text, proposed_agency=proposed_agency)


def return_case(case: Case, *, by: User, at: datetime, reason: str, text: str, proposed_agency: Agency) -> None:
    """Send an accepted case back to triage because it proved not the agency's; otherwise like ``decline``."""
    _refuse(case, Action.RETURN, by=by, at=at, reason=reason, text=text, proposed_agency=proposed_agency)


def _refuse(
    case: Case, action: Action, *, by: User, at: datetime, reason: str, text: str, proposed_agency: Agency
) -> None:
    with transition(case, action, by=by, at=at) as change:
        if case.agency is None:
            raise TransitionNotAllowed(action, case)
        if proposed_agency.pk == case.agency_id:
            raise OwnAgencyProposed
        rulings.require_existing(proposed_agency, on=timezone.localdate(change.at))
        Refusal.objects.create(
            case=case,
            event_id=change.event_id,
            agency=case.agency,
            proposed_agency=proposed_agency,
            after_accepting=action == Action.RETURN,
            reason=reason,
            text=text,
            by=by,
            at=change.at,
        )
        change.partners = proposals.drop(change)
        change.facts = {
            "reason": reason,
            "proposed_agency": proposed_agency.pk,
            "words": change.fingerprint(text),
            **before(case),
        }
        change.set(agency=None, directorate=None, officer=None, promised_on=None, bounces=case.bounces + 1)


def propose_extension(case: Case, *, by: User, at: datetime, days: int, reason: str) -> Extension:
    """Propose a date ``days`` working days after the promised one, which stays valid until this is granted.

    Whoever decides on it is told. Raises ``AlreadyProposed``, ``ExtensionPast`` and ``ExtensionTooLate``.
    """
    with transaction.atomic():
        with act(case, Action.PROPOSE_EXTENSION, by=by, at=at) as change:
            if case.extensions.filter(state=ExtensionState.PROPOSED).exists():
                raise AlreadyProposed
            clock = require_promise_clock(case)
            due = later(case, clock, days=days, at=change.at, calendar=change.calendar)
            extension = Extension.objects.create(
                case=case,
                event_id=change.event_id,
                state=ExtensionState.PROPOSED,
                days=days,
                old_on=timezone.localdate(clock.due_at),
                new_on=timezone.localdate(due),
                reason=reason,
                proposed_by=by,
                proposed_at=change.at,
            )
            change.facts = {"new_on": extension.new_on.isoformat(), "words": change.fingerprint(reason)}
        proposals.tell_decider(change, proposer=by, is_for_unit=proposals.was_extended(case))
    return extension


def extend(case: Case, *, by: User, at: datetime) -> Extension:
    """Grant the proposed extension: the supervisor the first of a case, the CMU the others; never one's own.

    The CMU also grants the first where the agency has no other supervisor than the proposer today.

    The days count from the date promised now, which may have moved since they were proposed. Raises ``NothingProposed``
    when there is none, ``ExtensionPast`` and ``ExtensionTooLate``.
    """
    with transition(case, Action.EXTEND, by=by, at=at) as change:
        extension, is_first = proposals.proposed_extension(case)
        what, proposer = policy.actors(case, by, at=change.at), extension.proposed_by_id
        if not second_person.may_grant_date(case, what, by, proposer=proposer, is_first=is_first, at=change.at):
            raise NotEntitled
        clock = require_promise_clock(case)
        change.due = later(case, clock, days=extension.days, at=change.at, calendar=change.calendar)
        extension.state, extension.decided_event_id = ExtensionState.GRANTED, change.event_id
        extension.granted_by, extension.granted_at = by, change.at
        extension.old_on, extension.new_on = timezone.localdate(clock.due_at), timezone.localdate(change.due)
        extension.save(update_fields=["state", "decided_event", "granted_by", "granted_at", "old_on", "new_on"])
        change.facts = {"new_on": extension.new_on.isoformat()}
    return extension
