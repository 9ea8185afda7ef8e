"""The Celery task of retention."""

from typing import Any

from celery import shared_task
from django.db import OperationalError
from django.utils import timezone

from complaints.retention import run

#: A task at a backlog ends by itself before these.
SOFT_SECONDS, HARD_SECONDS = 170, 180


#: Once a night: what cannot reach the database is tried again in the same night.
NIGHTLY: dict[str, Any] = {"autoretry_for": (OperationalError,), "retry_backoff": 30, "max_retries": 5}


@shared_task(name=run.TASK, soft_time_limit=SOFT_SECONDS, time_limit=HARD_SECONDS, **NIGHTLY)
def apply_retention() -> int:
    """Anonymise and delete what is over; safe to run twice and at the same time, and to be killed."""
    return run.apply_retention(at=timezone.now())
