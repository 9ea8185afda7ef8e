"""The Celery task of retention."""

from celery import shared_task
from django.utils import timezone

from complaints.retention import run
from notifications.periodic import NIGHTLY

#: A task at a backlog ends by itself before these.
SOFT_SECONDS, HARD_SECONDS = 170, 180


@shared_task(name=run.TASK, soft_time_limit=SOFT_SECONDS, time_limit=HARD_SECONDS, **NIGHTLY)
def apply_retention() -> int:
    """Anonymise and delete what is over; safe to run twice and at the same time, and to be killed."""
    return run.apply_retention(at=timezone.now())
