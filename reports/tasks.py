"""The Celery tasks of reports."""

from celery import shared_task
from django.utils import timezone

from reports.directives import sweep as directives


@shared_task(name=directives.TASK)
def watch_directives() -> int:
    """Remind of the day of directives and report their delay; safe to run twice and at the same time."""
    return directives.watch(at=timezone.now())
