"""What is owed to the interface of an outside centre: the case when it is handed over, and word when that ends."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from agencies.models import OutsideCentre
from complaints.engine.change import Change
from complaints.models import Case, CaseEvent, Handover, HandoverWay
from complaints.visibility.identity import CaseVisibility
from notifications import outbox
from notifications.models import Endpoint, Message

#: How the names of the programs of centres begin.
PREFIX = "centre:"
TEMPLATE = "webhook_handover"


def program_name(centre: OutsideCentre) -> str:
    """Return the name under which the program of a centre is registered."""
    return f"{PREFIX}{centre.pk}"


def called_endpoint(centre: OutsideCentre) -> Endpoint | None:
    """Return the program of a centre that is called; None if the centre has none, or it is switched off."""
    return Endpoint.objects.filter(name=program_name(centre), is_active=True).exclude(url="").first()


def occasion(handed: Handover) -> str:
    """Return the occasion of the message that hands a case over."""
    return f"handover:{handed.event_id}"


def owe_handover(endpoint: Endpoint, handed: Handover, *, at: datetime) -> None:
    """Owe the case to the program of the centre that gets it."""
    body = {"type": "case.handed_over", "at": at.isoformat(), **case_for_centre(handed.case)}
    outbox.owe_call(
        endpoint, template=TEMPLATE, body=body, occasion=occasion(handed), reference=handed.case.reference, at=at
    )


def owe_addition(change: Change, event: CaseEvent) -> None:
    """Owe the centre that holds a case what the citizen adds or answers meanwhile, redacted as the case itself is.

    Nothing where the centre is not called by its interface.
    """
    case = change.case
    handed = Handover.objects.filter(case=case, ended_at=None, way=HandoverWay.WEBHOOK).select_related("centre").first()
    endpoint = called_endpoint(handed.centre) if handed else None
    if handed is None or endpoint is None:
        return
    said = CaseVisibility(case, knows_person=False).redact(change.said)
    body = {"type": "case.added", "at": event.at.isoformat(), "case": case.reference, "reference": handed.number}
    outbox.owe_call(
        endpoint,
        template=TEMPLATE,
        body={**body, "action": event.action, "text": said},
        occasion=f"{occasion(handed)}:added:{event.number}",
        reference=case.reference,
        at=event.at,
    )


def end_occasion(handed: Handover, number: int) -> str:
    """Return the occasion of the message that a handover ended by event ``number``: an end can be undone."""
    return f"{occasion(handed)}:end:{number}"


def owe_end(handed: Handover, *, at: datetime, not_before: datetime | None = None) -> None:
    """Tell the centre that a handover ended without its answer; one it has not learnt of is cancelled instead.

    The event of the end is the next one of the case.
    """
    if handed.way != HandoverWay.WEBHOOK:
        return
    reference = handed.case.reference
    outbox.cancel(reference=reference, templates=[TEMPLATE], occasion=occasion(handed), at=at)
    endpoint = Endpoint.objects.filter(name=program_name(handed.centre)).first()
    if endpoint is None or not outbox.has_left(occasion(handed)):
        return
    body = {"type": "case.taken_back", "at": at.isoformat(), "case": reference, "reference": handed.number}
    outbox.owe_call(
        endpoint,
        template=TEMPLATE,
        body=body,
        occasion=end_occasion(handed, handed.case.version + 1),
        reference=reference,
        at=at,
        not_before=not_before,
    )


def case_for_centre(case: Case) -> dict[str, Any]:
    """Return what a centre learns of a case: what happened, where, and by when; nothing about who filed it.

    Texts are redacted as for a reader who may not know the person.
    """
    seen = CaseVisibility(case, knows_person=False)
    return {
        "case": case.reference,
        "kind": case.kind,
        "topic": {"code": case.topic.code, "name": case.topic.name_ar} if case.topic else None,
        "agency": {"code": case.agency.code, "name": case.agency.name_ar} if case.agency else None,
        "subject": seen.redact(case.subject),
        "text": seen.redact(case.details),
        "where": seen.whereabouts(),
        "governorate": case.governorate.code if case.governorate else None,
        "urgent": case.is_urgent,
        "answer_by": timezone.localdate(case.deadline_at).isoformat() if case.deadline_at else None,
    }


def handover_message(handed: Handover) -> Message | None:
    """Return the message that hands a case over, if the centre is told by one; one statement."""
    if handed.way == HandoverWay.PHONE:
        return None
    return Message.objects.filter(occasion=occasion(handed)).first()
