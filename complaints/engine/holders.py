"""Who holds a case while its agency has asked others: a directorate, an outside centre, agencies with a task."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef
from django.utils import timezone

from agencies.models import Agency, Directorate, OutsideCentre
from complaints.engine import links
from complaints.engine.change import Change
from complaints.models import (
    WITH_DIRECTORATE,
    Case,
    CaseEvent,
    Clock,
    Consultation,
    ConsultationState,
    Ending,
    Estimate,
    Handover,
    HandoverWay,
    ReferralTask,
    TaskState,
)
from complaints.visibility.redaction import CaseVisibility
from complaints.workflow import Holder, State
from notifications import outbox
from notifications.models import Endpoint, Message

# ---- What is owed to the interface of an outside centre: the case when it is handed over, and word when that
# ends.


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


#: The parties that may hold a case on behalf of its agency.
HELPERS = frozenset({Holder.DIRECTORATE, Holder.OUTSIDE_CENTRE})


def open_consultation(case: Case) -> Consultation | None:
    """Return the consultation that waits for a directorate, with its directorate."""
    return case.consultations.filter(state__in=WITH_DIRECTORATE).select_related("directorate").first()


def open_handover(case: Case) -> Handover | None:
    """Return the handover that waits for an outside centre, with its centre."""
    return case.handovers.filter(ended_at__isnull=True).select_related("centre").first()


def current_holder(case: Case) -> tuple[Holder, Directorate | None]:
    """Return who holds a case that is at its agency: the party the agency asked, or the agency itself."""
    if (consultation := open_consultation(case)) is not None:
        return Holder.DIRECTORATE, consultation.directorate
    return (Holder.OUTSIDE_CENTRE if open_handover(case) else Holder.AGENCY), None


def give_back(change: Change) -> None:
    """Make the agency the holder again; while the citizen is asked, the citizen stays the holder."""
    if change.case.state != State.WAITING:
        change.holder, change.directorate = current_holder(change.case)


def release_partners(case: Case, *, at: datetime, not_before: datetime | None = None) -> Sequence[Agency]:
    """End all requests to others about ``case``, because it leaves its agency; harmless when there are none.

    ``not_before`` is when a centre may be told. Returns the agencies whose tasks were dropped, for the caller to tell.
    """
    asked = Consultation.objects.filter(case=case, state__in=WITH_DIRECTORATE)
    if asked.update(state=ConsultationState.REVOKED, ended_at=at):
        links.cancel(case, at=at)
    if (handed := open_handover(case)) is not None:
        Handover.objects.filter(pk=handed.pk).update(ended_at=at)
        handed.case = case
        owe_end(handed, at=at, not_before=not_before)
    partners = [task.agency for task in case.tasks.filter(state=TaskState.OPEN).select_related("agency")]
    if not partners:
        return partners
    Clock.objects.filter(case=case, task__isnull=False, ended_at__isnull=True).update(
        ended_at=at, ending=Ending.STOPPED, paused_at=None
    )
    ReferralTask.objects.filter(case=case, state=TaskState.OPEN).update(state=TaskState.DROPPED, ended_at=at)
    return partners


def restore_partners(case: Case, *, released_at: datetime) -> None:
    """Open again the requests to others that ``release_partners`` ended at that moment; harmless without any.

    What a person ended in the same moment has an event of its own, and stays ended.
    """
    ended = {"case": case, "ended_at": released_at}
    asked = Consultation.objects.filter(**ended, state=ConsultationState.REVOKED, revoke_event=None)
    estimated = Estimate.objects.filter(consultation=OuterRef("pk"))
    state = models.Case(
        models.When(Exists(estimated), then=models.Value(ConsultationState.ESTIMATED)),
        default=models.Value(ConsultationState.ASKED),
    )
    asked.update(state=state, ended_at=None)
    Handover.objects.filter(**ended, return_event=None).update(ended_at=None)
    dropped = ReferralTask.objects.filter(**ended, state=TaskState.DROPPED, drop_event=None)
    Clock.objects.filter(task__in=dropped, ended_at=released_at).update(ended_at=None, ending="", next_check_at=None)
    dropped.update(state=TaskState.OPEN, ended_at=None)
