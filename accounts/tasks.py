"""What accounts does in the background: asking the registry again, and sweeping what has had its day."""

from celery import shared_task
from django.utils import timezone

from accounts import recheck, sweep


@shared_task(name="accounts.recheck_identities")
def recheck_identities() -> None:
    """Ask the registry again about people it could not answer for."""
    recheck.recheck_due(timezone.now())


@shared_task(name="accounts.sweep")
def sweep_doors() -> None:
    """Delete unfinished forms, old codes and counters of the past."""
    sweep.sweep(timezone.now())
