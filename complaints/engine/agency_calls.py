"""What is owed to the case system of an agency: each of its cases when it is filed and with every change."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from agencies.models import Agency
from complaints.engine import notices
from complaints.engine.change import Change
from complaints.models import AgencySystem, Case, CaseEvent
from complaints.permissions import policy
from complaints.visibility.redaction import CaseVisibility
from complaints.workflow import ACTIONS, Action
from notifications import outbox
from notifications.models import Endpoint

#: How the names of the programs of agencies begin.
PREFIX = "agency:"
TEMPLATE = "webhook_case"


def program_name(agency: Agency) -> str:
    """Return the name under which the program of an agency is registered."""
    return f"{PREFIX}{agency.pk}"


def owe(change: Change, event: CaseEvent) -> None:
    """Owe the change of a case to the systems of its agency and of the one that it leaves; nothing for others.

    What only another desk reads (``is_for_own_desk``) does not go out. No statement for agencies without a system.
    """
    case, former = change.case, change.former_agency
    if ACTIONS[change.action].is_for_own_desk:
        return
    if case.agency is not None and case.agency.has_system:
        _owe(case.agency, case, event, body=case_for_agency(case, event, said=change.said))
    if former is not None and former.has_system and former.pk != case.agency_id:
        _owe(former, case, event, body={"case": case.reference, "version": event.number, "left": True})


def _owe(agency: Agency, case: Case, event: CaseEvent, *, body: dict[str, Any]) -> None:
    endpoint = Endpoint.objects.filter(name=program_name(agency), is_active=True).exclude(url="").first()
    if endpoint is not None:
        outbox.owe_call(
            endpoint,
            template=TEMPLATE,
            body={"type": "case.changed" if event.from_state else "case.created", "at": event.at.isoformat(), **body},
            occasion=notices.occasion(event),
            reference=case.reference,
            at=event.at,
            not_before=policy.hold_until(Action(event.action), at=event.at),
        )


def case_for_agency(case: Case, event: CaseEvent, *, said: str = "") -> dict[str, Any]:
    """Return what the desk of the agency sees of a case after ``event``; the person only where its officers may.

    ``said`` is what the citizen said with it.
    """
    seen = CaseVisibility(case, knows_person=not case.hides_identity)
    return {
        "case": case.reference,
        "version": event.number,
        "action": event.action,
        "state": case.state,
        "holder": case.holder,
        "kind": case.kind,
        "channel": case.channel,
        "topic": case.topic.code if case.topic else None,
        "urgent": case.is_urgent,
        "subject": seen.redact(case.subject),
        "text": seen.redact(case.details),
        "said": seen.redact(said) or None,
        "files": int(event.facts.get("files", 0)),
        "where": seen.whereabouts(),
        "governorate": case.governorate.code if case.governorate else None,
        "filed_at": case.filed_at.isoformat(),
        "due_on": timezone.localdate(case.deadline_at).isoformat() if case.deadline_at else None,
        "outcome": case.outcome or None,
        "person": {"name": case.citizen.short_name} if seen.knows_person else None,
    }


def calling_system(endpoint: Endpoint) -> AgencySystem | None:
    """Return the system of an agency by its program, with the officer in whose name it acts."""
    return AgencySystem.objects.filter(endpoint=endpoint).select_related("officer").first()
