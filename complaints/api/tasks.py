"""The Celery tasks of the interfaces for other programs."""

from celery import shared_task
from django.utils import timezone

from complaints.api.centres import fetching


@shared_task(name=fetching.TASK, ignore_result=True)
def fetch_centre_answers() -> None:
    """Fetch what outside centres say and the numbers they gave; safe to run twice and at the same time."""
    fetching.fetch_answers(at=timezone.now())
