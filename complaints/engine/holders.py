"""Who holds a case while its agency has asked others: a directorate, an outside centre, agencies with a task."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import models
from django.db.models import Exists, OuterRef

from agencies.models import Agency, Directorate
from complaints.engine import centre_calls, signed_links
from complaints.engine.change import Change
from complaints.models import (
    WITH_DIRECTORATE,
    Case,
    Clock,
    Consultation,
    ConsultationState,
    Ending,
    Estimate,
    Handover,
    ReferralTask,
    TaskState,
)
from complaints.workflow import Holder, State

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
        signed_links.cancel(case, at=at)
    if (handed := open_handover(case)) is not None:
        Handover.objects.filter(pk=handed.pk).update(ended_at=at)
        handed.case = case
        centre_calls.owe_end(handed, at=at, not_before=not_before)
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
