"""The decisions of an agency's desk: accept, decline, return, extend; ``actions.answers`` closes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from enum import StrEnum

from django.db import transaction
from django.utils import timezone

from accounts.contact import BY_EMAIL
from accounts.models import Absence, User, officers_of
from agencies.calendar import AMMAN
from agencies.models import Agency, Directorate
from complaints.clocks import clockwork
from complaints.clocks.extensions import AlreadyProposed, later, require_promise_clock
from complaints.engine import holders, links, notices
from complaints.engine.change import Change, Fact
from complaints.engine.transition import NotEntitled, TransitionNotAllowed, act, transition
from complaints.models import Answer, AnswerState, Case, Consultation, Extension, ExtensionState, Refusal
from complaints.permissions import policy, readers, rulings
from complaints.workflow import AT_AGENCY, Action
from complaints.workflow.refusals import ActionRefused
from notifications import outbox

# ---- Proposed answers and extensions: the one that waits, who is told, and its end when the case leaves the
# desk.


class NothingProposed(ActionRefused):
    """There is no proposed answer or extension to sign or grant."""


def proposed_answer(case: Case) -> Answer:
    """Return the answer to ``case`` that waits for a second signature; raises ``NothingProposed``."""
    answer = case.answers.filter(state=AnswerState.PROPOSED).first()
    if answer is None:
        raise NothingProposed
    return answer


def proposed_extension(case: Case) -> tuple[Extension, bool]:
    """Return the extension that waits for a decision, and whether it is the first; raises ``NothingProposed``."""
    extension = case.extensions.filter(state=ExtensionState.PROPOSED).first()
    if extension is None:
        raise NothingProposed
    return extension, not was_extended(case)


def was_extended(case: Case) -> bool:
    """Tell whether a later date was granted before."""
    return case.extensions.filter(state=ExtensionState.GRANTED).exists()


def tell_decider(change: Change, *, proposer: User, is_for_unit: bool = False) -> None:
    """Owe an e-mail to whoever decides on what ``change`` proposes; the event is already written.

    That is each other supervisor of the agency, or the unit where there is none or ``is_for_unit``.
    """
    others = () if is_for_unit else rulings.other_supervisors(change.case, proposer.pk, at=change.at)
    if others:
        notices.tell_staff("officer_decision", others, change=change, by=BY_EMAIL)
    else:
        notices.tell_unit("officer_decision", change=change)


def drop(change: Change) -> Sequence[Agency]:
    """Drop the proposals on the case and the requests to others; harmless when there are none.

    Returns the agencies whose tasks were dropped.
    """
    drop_answers_and_dates(change)
    held = policy.hold_until(change.action, at=change.at)
    return holders.release_partners(change.case, at=change.at, not_before=held)


def drop_answers_and_dates(change: Change) -> None:
    """Drop the proposed answer and the proposed date; harmless when there are none."""
    case, event = change.case, change.event_id
    answers = case.answers.filter(state=AnswerState.PROPOSED)
    answers.update(state=AnswerState.TAKEN_BACK, taken_back_event=event)
    extensions = case.extensions.filter(state=ExtensionState.PROPOSED)
    extensions.update(state=ExtensionState.DROPPED, decided_event=event)


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
        change.partners = drop(change)
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
        tell_decider(change, proposer=by, is_for_unit=was_extended(case))
    return extension


def extend(case: Case, *, by: User, at: datetime) -> Extension:
    """Grant the proposed extension: the supervisor the first of a case, the CMU the others; never one's own.

    The CMU also grants the first where the agency has no other supervisor than the proposer today.

    The days count from the date promised now, which may have moved since they were proposed. Raises ``NothingProposed``
    when there is none, ``ExtensionPast`` and ``ExtensionTooLate``.
    """
    with transition(case, Action.EXTEND, by=by, at=at) as change:
        extension, is_first = proposed_extension(case)
        what, proposer = policy.actors(case, by, at=change.at), extension.proposed_by_id
        if not rulings.may_grant_date(case, what, by, proposer=proposer, is_first=is_first, at=change.at):
            raise NotEntitled
        clock = require_promise_clock(case)
        change.due = later(case, clock, days=extension.days, at=change.at, calendar=change.calendar)
        extension.state, extension.decided_event_id = ExtensionState.GRANTED, change.event_id
        extension.granted_by, extension.granted_at = by, change.at
        extension.old_on, extension.new_on = timezone.localdate(clock.due_at), timezone.localdate(change.due)
        extension.save(update_fields=["state", "decided_event", "granted_by", "granted_at", "old_on", "new_on"])
        change.facts = {"new_on": extension.new_on.isoformat()}
    return extension


# ---- Reminders: by staff to the officer or the directorate, by the citizen to a late agency; and asking the
# unit.


class Whom(StrEnum):
    """The party that is reminded."""

    OFFICER = "officer"
    DIRECTORATE = "directorate"


class RemindedToday(ActionRefused):
    """The same party was reminded of the case today already."""


class NobodyToRemind(ActionRefused):
    """Nobody has to act on the case now, or only the person who reminds."""


def remindable(case: Case, *, by: User, at: datetime) -> list[Whom]:
    """Return the parties whom ``by`` can remind of ``case``, whether reminded today or not; five statements at most."""
    parties = {Whom.OFFICER: _others(case, by, at=at), Whom.DIRECTORATE: _consultation_to_repeat(case, at=at)}
    return [whom for whom, found in parties.items() if found]


def remind_officer(case: Case, *, by: User, at: datetime) -> None:
    """Remind the officer of the case, or the deputy, or all officers of the agency while it has none.

    Raises ``RemindedToday`` and ``NobodyToRemind``.
    """
    with transaction.atomic():
        with act(case, Action.REMIND, by=by, at=at) as change:
            _require_first(change, Whom.OFFICER)
            people = _others(case, by, at=change.at)
            if not people:
                raise NobodyToRemind
            change.facts = {"whom": str(Whom.OFFICER)}
        notices.tell_staff("officer_reminded", people, change=change)


def remind_directorate(case: Case, *, by: User, at: datetime) -> None:
    """Send the directorate that was asked its link once more; raises as ``remind_officer`` does."""
    with act(case, Action.REMIND, by=by, at=at) as change:
        _require_first(change, Whom.DIRECTORATE)
        asked = _consultation_to_repeat(case, at=change.at)
        if asked is None:
            raise NobodyToRemind
        change.facts = {"whom": str(Whom.DIRECTORATE), "directorate": asked.directorate_id}
        outbox.owe(
            [links.notice(asked, template=links.REMINDER)],
            occasion=notices.occasion_of(case.pk, case.version + 1),
            at=change.at,
        )


def remind_agency(case: Case, *, by: User, at: datetime) -> None:
    """Remind a late agency on behalf of the citizen, once a working day; whoever has the case gets an e-mail.

    Raises ``RemindedToday``, and ``TransitionNotAllowed`` when the agency is not late.
    """
    with transaction.atomic():
        with act(case, Action.REMIND_AGENCY, by=by, at=at) as change:
            if readers.reminds_again_on(case, at=change.at, calendar=change.calendar) is not None:
                raise RemindedToday
        notices.tell_staff("officer_citizen_reminds", acting_on(case, change.at), change=change, by=BY_EMAIL)


def ask_unit(case: Case, *, by: User, at: datetime) -> None:
    """Ask the unit to step in after every escalation level was told: the case is on its list until it moves.

    Raises ``TransitionNotAllowed`` before that, and when the unit was asked already.
    """
    with act(case, Action.ASK_UNIT, by=by, at=at) as change:
        change.set(unit_asked_at=change.at)


def _require_first(change: Change, whom: Whom) -> None:
    midnight = datetime.combine(timezone.localdate(change.at, AMMAN), time.min, AMMAN)
    reminders = change.case.events.filter(action=Action.REMIND, actor__isnull=False, at__gte=midnight)
    if reminders.filter(facts__whom=str(whom)).exists():
        raise RemindedToday


def _others(case: Case, by: User, *, at: datetime) -> list[User]:
    """Return who owes the next step at the agency, except whoever reminds and the person who filed the case."""
    if case.state not in AT_AGENCY:
        return []
    return [user for user in acting_on(case, at) if user.pk != by.pk and not case.is_own_of(user)]


def _consultation_to_repeat(case: Case, *, at: datetime) -> Consultation | None:
    """Return what a directorate is asked that can get its link once more."""
    asked = holders.open_consultation(case)
    return asked if asked is not None and asked.directorate.email and at < asked.expires_at else None


def acting_on(case: Case, at: datetime) -> Sequence[User]:
    """Return who handles the case today: its officer, the deputy while the officer is away, or all officers."""
    on = timezone.localdate(at)
    officer = case.officer
    if officer is not None and officer.is_active:
        absence = Absence.objects.on(on).filter(user=officer).select_related("deputy").first()
        if absence is None:
            return [officer]
        if absence.deputy is not None and not case.is_recused(absence.deputy):
            return [absence.deputy]
    return list(officers_of(case.agency, on, exclude=case.recused)) if case.agency else []
