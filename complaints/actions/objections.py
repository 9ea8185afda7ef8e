"""The citizen's objection to an answer, and its ruling by somebody who did not handle the case."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from accounts.models import User, members_of
from accounts.roles import DESK
from complaints.actions.decisions import promise
from complaints.engine.change import Change
from complaints.engine.transition import TransitionNotAllowed, transition
from complaints.models import AnswerState, Case, Objection, ObjectionRuling
from complaints.workflow import Action, Outcome, State

#: Minimum characters of an objection: it must be clear to somebody who did not handle the case.
SHORTEST_OBJECTION = 20


def object_to(case: Case, *, by: User, at: datetime, text: str) -> Objection:
    """Object to the answer, within fourteen days of it and at most twice a case."""
    with transition(case, Action.OBJECT, by=by, at=at) as change:
        number = case.objections_made + 1
        objection = Objection.objects.create(
            case=case, event_id=change.event_id, number=number, text=text, made_at=change.at
        )
        change.facts = {"words": change.fingerprint(text)}
        change.set(objections_made=number, closed_at=None, closed_by=None, outcome="")
    return objection


def uphold(case: Case, *, by: User, at: datetime, days: int, reasons: str, cause: str = "") -> None:
    """Send the case back to its agency with a new promise ``days`` working days from now.

    ``cause`` is a code of the list of causes, by which accepted objections are counted.

    The topic's limit counts from the ruling; raises ``PromiseTooLate`` beyond it. A case that was archived without an
    agency goes back to triage, and ``days`` is not used. If its officer has left the desk since, the case is without
    one until a colleague takes it.
    """
    with transition(case, Action.UPHOLD, by=by, at=at) as change:
        _rule(change, ObjectionRuling.UPHELD, by=by, reasons=reasons, cause=cause)
        change.set(limit_from=change.at)
        if change.target == State.IN_PROGRESS:
            change.due = promise(case, at=change.at, days=days, change=change)
            if not _is_still_at_desk(case, at=change.at):
                change.set(officer=None)
        change.facts = {"days": days, "words": change.fingerprint(reasons)}
        if cause:
            change.facts["cause"] = cause


def _is_still_at_desk(case: Case, *, at: datetime) -> bool:
    people = members_of(DESK, timezone.localdate(at), agencies=[case.agency.pk] if case.agency else [])
    return case.officer is None or people.filter(pk=case.officer.pk).exists()


def dismiss(case: Case, *, by: User, at: datetime, reasons: str) -> None:
    """Confirm the answer, with reasons that the citizen reads; the case closes with the outcome it had."""
    with transition(case, Action.DISMISS, by=by, at=at) as change:
        _rule(change, ObjectionRuling.DISMISSED, by=by, reasons=reasons)
        answer = case.answers.filter(state=AnswerState.GIVEN).last()
        change.facts = {"words": change.fingerprint(reasons)}
        change.set(closed_at=change.at, closed_by=by, outcome=answer.outcome if answer else Outcome.INADMISSIBLE)


def _rule(change: Change, ruling: ObjectionRuling, *, by: User, reasons: str, cause: str = "") -> None:
    objection = change.case.objections.filter(ended_at__isnull=True).first()
    if objection is None:
        raise TransitionNotAllowed(change.action, change.case)
    objection.ruling, objection.reasons, objection.ruled_by, objection.ended_at = ruling, reasons, by, change.at
    objection.ruling_event_id, objection.cause = change.event_id, cause
    objection.save(update_fields=["ruling", "cause", "reasons", "ruled_by", "ended_at", "ruling_event"])
