"""What accounts does in the background: asking the registry again, sweeping, and telling the operators of alarms."""

from celery import shared_task
from django.utils import timezone

from accounts import operators, recheck, sweep


@shared_task(name="accounts.recheck_identities")
def recheck_identities() -> None:
    """Ask the registry again about people it could not answer for."""
    recheck.recheck_due(timezone.now())


@shared_task(name="accounts.sweep")
def sweep_doors() -> None:
    """Delete unfinished forms, old codes and counters of the past."""
    sweep.sweep(timezone.now())


@shared_task(name="accounts.tell_operators")
def tell_operators() -> None:
    """Tell the operators of alarms nobody was told of."""
    operators.tell(timezone.now())
