"""The Celery tasks of complaints."""

import logging
from datetime import datetime, timedelta

from celery import shared_task
from django.utils import timezone

from complaints.actions import lapse
from complaints.attachments import inspection, uploads
from complaints.engine.transition import TransitionNotAllowed
from complaints.escalation import absences, digest, ladder, recalculation
from complaints.models import Case, Draft
from complaints.search import index
from complaints.workflow import State
from notifications import alarms
from notifications.models import AlarmKind

logger = logging.getLogger(__name__)

#: Maximum number of questions that lapse in one run; the next run takes the rest.
BATCH = 200
#: How long a draft waits for its owner; the privacy page says so.
DRAFT_LIFE = timedelta(days=7)


@shared_task(name="complaints.sweep_clocks")
def sweep_clocks() -> int:
    """Let the questions lapse whose time is over; safe to run twice and at the same time."""
    return lapse_overdue(at=timezone.now())


@shared_task(name="complaints.escalate")
def escalate() -> int:
    """Remind of deadlines that come near and report those missed; safe to run twice and at the same time."""
    return ladder.sweep(at=timezone.now())


@shared_task(name="complaints.recalculate_deadlines")
def recalculate_deadlines() -> int:
    """Recalculate the open deadlines after the calendar changed; safe to run twice and at the same time."""
    return recalculation.recalculate(at=timezone.now())


@shared_task(name="complaints.unassign_inactive")
def unassign_inactive() -> int:
    """Take the cases from officers who have not signed in for too long; safe to run twice and at the same time."""
    return absences.unassign_inactive(at=timezone.now())


@shared_task(name="complaints.discard_drafts")
def discard_drafts() -> int:
    """Delete the drafts unchanged for seven days, with their files; safe to run twice."""
    return discard_drafts_before(timezone.now() - DRAFT_LIFE)


@shared_task(name="complaints.build_search_index")
def build_search_index() -> int:
    """Index the words of finished blocks of cases for the search; safe to run twice and at the same time."""
    return index.build_index()


@shared_task(name="complaints.send_digests")
def send_digests() -> int:
    """Owe every desk its digest of this working day; safe to run at any hour, twice and at the same time."""
    return digest.send(at=timezone.now())


@shared_task(name="complaints.check_files")
def check_files() -> bool:
    """Raise an alarm if files and rows differ, and resolve it when they agree again; safe to run twice."""
    differs = bool(inspection.find_differences(at=timezone.now()))
    (alarms.raise_alarm if differs else alarms.resolve)(AlarmKind.FILES_DIFFER)
    return differs


@shared_task(name="complaints.check_storage")
def check_storage() -> bool:
    """Raise an alarm while the disk has no room for files; safe to run twice."""
    has_room = inspection.has_room()
    (alarms.resolve if has_room else alarms.raise_alarm)(AlarmKind.STORAGE_FULL)
    return has_room


def discard_drafts_before(moment: datetime) -> int:
    """Delete the drafts last changed before ``moment``, in batches; return how many."""
    old = list(Draft.objects.filter(updated_at__lt=moment)[:BATCH])
    for draft in old:
        uploads.discard(draft)
    return len(old)


def lapse_overdue(*, at: datetime) -> int:
    """Let every question lapse whose time was over at ``at``; return how many did."""
    overdue = Case.objects.filter(state=State.WAITING, deadline_at__lte=at).order_by("deadline_at")[:BATCH]
    return sum(_lapse(case, at) for case in overdue)


def _lapse(case: Case, at: datetime) -> bool:
    try:
        lapse(case, at=at)
    except TransitionNotAllowed:
        # The citizen replied, or another worker was first, between the list and the lock.
        logger.info("a question did not lapse", extra={"case_id": case.pk})
        return False
    return True
