"""Handing a case to a centre outside the system, what the centre reports, and taking the case back.

The centre learns of the case through its interface, by e-mail, or by phone. Whatever is owed to it is a message of
the outbox, written in the transaction of the handover.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from agencies.models import CentreMeaning, CentreState, OutsideCentre
from complaints.actions.notes import HeldByAnother
from complaints.engine import holders, notices
from complaints.engine.transition import TransitionNotAllowed, act
from complaints.models import Case, CentreReport, Handover, HandoverWay
from complaints.workflow import Action, Actor, Holder, State
from kit.dates import day_digits
from notifications import outbox
from notifications.models import Channel
from notifications.outbox import Notice

#: A report with one of these meanings ends the handover.
FINAL = frozenset({CentreMeaning.ANSWERED, CentreMeaning.REFUSED})


class NotWithCentre(Exception):
    """The case was never handed to this centre, or there is no such case."""


def hand_over(
    case: Case, *, by: User, at: datetime, centre: OutsideCentre, reference: str, through: Actor | None = None
) -> Handover:
    """Hand the case over to ``centre``, which holds it under its own ``reference`` until it answers.

    The agency stays responsible and its clock runs on; while the citizen is asked, the centre gets the case with the
    reply. A centre with an interface or an e-mail address is told, in the same transaction. Raises ``HeldByAnother``.
    """
    with act(case, Action.HAND_OVER, by=by, at=at, through=through) as change:
        if case.agency is None or holders.current_holder(case)[0] != Holder.AGENCY:
            raise HeldByAnother
        endpoint = holders.called_endpoint(centre)
        way = HandoverWay.WEBHOOK if endpoint else HandoverWay.EMAIL if centre.email else HandoverWay.PHONE
        handed = Handover.objects.create(
            case=case, event_id=change.event_id, centre=centre, reference=reference, way=way, by=by, at=change.at
        )
        change.facts = {"centre": centre.pk, "words": change.fingerprint(reference)}
        if case.state != State.WAITING:
            change.holder = Holder.OUTSIDE_CENTRE
        if endpoint:
            holders.owe_handover(endpoint, handed, at=change.at)
        elif centre.email:
            _announce(handed, at=change.at)
    return handed


def take_back(case: Case, *, by: User | None, at: datetime, answer: str) -> None:
    """Record what the outside centre answered; the agency holds the case again, unless the citizen was asked.

    ``by`` is None for the centre itself, whose signature the caller has checked; the desk is told of its answer then.
    Raises ``TransitionNotAllowed`` when no centre has it.
    """
    through = Actor.CENTRE if by is None else None
    with transaction.atomic():
        with act(case, Action.TAKE_BACK, by=by, at=at, through=through) as change:
            handed = holders.open_handover(case)
            if handed is None:
                raise TransitionNotAllowed(Action.TAKE_BACK, case)
            handed.answer, handed.recorded_by, handed.ended_at = answer, by, change.at
            handed.return_event_id = change.event_id
            handed.save(update_fields=["answer", "recorded_by", "ended_at", "return_event"])
            change.facts = {"words": change.fingerprint(answer)}
            holders.give_back(change)
            if by is not None:
                holders.owe_end(handed, at=change.at)
        if by is None and case.agency is not None:
            notices.tell_staff("officer_centre", change.desk.answerable(case.agency), change=change)


def _announce(handed: Handover, *, at: datetime) -> None:
    case = handed.case
    notice = Notice(
        template="centre_handover",
        channel=Channel.EMAIL,
        recipient=holders.program_name(handed.centre),
        address=handed.centre.email,
        language="ar",
        context={
            "ref": case.reference,
            "agency": case.agency.name_ar if case.agency else "",
            "date": day_digits(timezone.localdate(case.deadline_at)) if case.deadline_at else "",
        },
        reference=case.reference,
        linked=False,
    )
    outbox.owe([notice], occasion=holders.occasion(handed), at=at)


# ---- what the centre reports ----


@dataclass(frozen=True)
class Report:
    """What a centre says of a case: its word for the state, its number, its text, and when it said so."""

    case: str
    word: str
    reference: str
    text: str
    said_at: datetime


def record_report(centre: OutsideCentre, report: Report, *, at: datetime) -> dict[str, Any]:
    """Record a report of ``centre`` and do what it means; return what the centre is answered.

    A report about a handover that has ended is kept and changes nothing, and so does a word without a meaning. Runs in
    the caller's transaction. Locks the case. Raises ``NotWithCentre``.
    """
    case = Case.objects.filter(reference=report.case, handovers__centre=centre).first()
    if case is None:
        raise NotWithCentre
    Case.objects.locked().get(pk=case.pk)
    handed = case.handovers.filter(centre=centre).latest("at", "id")
    meaning = centre_meaning(centre, report.word)
    CentreReport.objects.create(
        case=case,
        handover=handed,
        word=report.word,
        meaning=meaning or "",
        text=report.text,
        said_at=report.said_at,
        received_at=at,
    )
    adopt_reference(handed, report.reference)
    is_open = handed.ended_at is None
    if is_open and meaning in FINAL:
        take_back(case, by=None, at=at, answer=report.text)
    return {"case": report.case, "meaning": meaning or "unknown", "open": is_open and meaning not in FINAL}


def centre_meaning(centre: OutsideCentre, word: str) -> CentreMeaning | None:
    """Return what a centre's word means: by the table of its states, else one of our own four words."""
    rows = CentreState.objects.filter(centre=centre, word=word, is_active=True)
    found = rows.values_list("meaning", flat=True).first() or (word if word in CentreMeaning.values else None)
    return CentreMeaning(found) if found else None


def adopt_reference(handed: Handover, reference: str) -> None:
    """Keep the number that the centre's interface gave, the first one it gives."""
    if reference and not handed.given_reference and reference != handed.reference:
        handed.given_reference = reference
        handed.save(update_fields=["given_reference"])
