"""What the clock does to cases without anybody pressing a button."""

import logging
from datetime import datetime

from celery import shared_task
from django.utils import timezone

from complaints.models import Case
from complaints.transition import TransitionNotAllowed
from complaints.verbs import lapse
from complaints.workflow import State

logger = logging.getLogger(__name__)

#: Cases one tick lets lapse at most; the next tick takes the rest.
BATCH = 200


@shared_task(name="complaints.tick")
def tick() -> int:
    """Let the questions lapse whose time is over; safe to run twice and at the same time."""
    return lapse_overdue(at=timezone.now())


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
