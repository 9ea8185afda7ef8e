"""What the citizen says of an answer: the rating, the objection and its ruling; and praise that is passed on."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User, members_of
from accounts.roles import DESK
from agencies.models import Directorate
from complaints.actions import decisions
from complaints.actions.consultations import NotOfTheAgency
from complaints.actions.decisions import promise
from complaints.engine import notices
from complaints.engine.change import Change
from complaints.engine.links import TEMPLATE
from complaints.engine.transition import TransitionNotAllowed, act, transition
from complaints.models import AnswerState, Case, FormerRating, Objection, ObjectionRuling, Rating
from complaints.permissions.policy import RatingWindow, rating_window
from complaints.workflow import Action, Actor, Outcome, State
from notifications import outbox

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


# ---- What the citizen says of the answer: rate it, change that, by account or by a signed link. ----


class RatedElsewhere(Exception):
    """The citizen has rated the answer meanwhile, in another window: what is on the page is not what stands."""


def rate(
    case: Case, *, by: User | None, at: datetime, count: int, solved: str, treated: int | None = None, text: str = ""
) -> Rating:
    """Record what the citizen says of the answer that stands; the former words of a changed rating are kept.

    ``count`` is how often the answer had been rated when the page was opened: saying the same again changes nothing,
    saying something else raises ``RatedElsewhere``. ``by`` is None for the signed link, which the caller checked.
    Cancels the question by SMS that has not left. Locks the case. Raises ``TransitionNotAllowed`` when the answer can
    no longer be rated, and ``NotEntitled``.
    """
    with transaction.atomic():
        Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
        case.refresh_from_db(fields=["state", "closed_at", "outcome"])
        window = rating_window(case)
        if window is None or not window.is_open(at=at):
            raise TransitionNotAllowed(Action.RATE, case)
        said = {"solved": solved, "treated": treated, "text": text}
        if window.rating is not None and window.count > count:
            if all(getattr(window.rating, name) == value for name, value in said.items()):
                return window.rating
            raise RatedElsewhere
        return _record(case, window, by=by, at=at, said=said)


def _record(
    case: Case, window: RatingWindow, *, by: User | None, at: datetime, said: dict[str, str | int | None]
) -> Rating:
    with act(case, Action.RATE, by=by, at=at, through=Actor.CITIZEN if by is None else None) as change:
        if window.rating is None:
            rating = Rating(case=case, closing=window.closing, made_at=change.at)
        else:
            rating = window.rating
            _keep(rating, at=change.at)
        rating.event_id, rating.changed_at = change.event_id, change.at
        for name, value in said.items():
            setattr(rating, name, value)
        if window.rating is None:
            rating.save(force_insert=True)
        else:
            rating.save(update_fields=["event", "changed_at", *said])
        change.facts = {
            "solved": rating.solved,
            "treated": rating.treated,
            "words": change.fingerprint(rating.text),
        }
        outbox.cancel(reference=case.reference, templates={TEMPLATE}, at=change.at)
    return rating


def _keep(rating: Rating, *, at: datetime) -> None:
    FormerRating.objects.create(
        rating=rating,
        case_id=rating.case_id,
        event_id=rating.event_id,
        solved=rating.solved,
        treated=rating.treated,
        text=rating.text,
        replaced_at=at,
    )


def words_for_objection(case: Case) -> str:
    """Return what the citizen wrote when saying that the problem is not solved, to begin an objection with."""
    window = rating_window(case)
    if window is None or window.rating is None or window.rating.solved == "yes":
        return ""
    return window.rating.text


# ---- Praise is passed on: no responsibility to confirm, no answer to write. ----


def deliver(case: Case, *, by: User, at: datetime, directorate: Directorate | None = None) -> None:
    """Confirm that the praise was passed on within the agency, to the unit ``directorate`` where one is named.

    Closes the case. The supervisors get an e-mail if the praise names an employee. Raises ``NotOfTheAgency`` for a
    directorate of another agency, and ``TransitionNotAllowed`` for a case of another kind.
    """
    with transaction.atomic():
        with transition(case, Action.DELIVER, by=by, at=at) as change:
            if directorate is not None and directorate.agency_id != case.agency_id:
                raise NotOfTheAgency
            change.partners = decisions.drop(change)
            change.facts = {"outcome": Outcome.THANKED, "directorate": directorate.pk if directorate else None}
            change.set(closed_at=change.at, closed_by=by, outcome=Outcome.THANKED, directorate=directorate)
        if case.employee:
            notices.owe_thanks(case, at=change.at)
