"""What accounts does in the background: asking the registry again, sweeping, and telling the operators of alarms."""

from celery import shared_task
from django.utils import timezone

from accounts.identity import recheck
from accounts.sign_in import expiry
from accounts.staff import operator_alarms


@shared_task(name="accounts.recheck_identities")
def recheck_identities() -> None:
    """Ask the registry again about people it could not answer for."""
    recheck.recheck_due(timezone.now())


@shared_task(name="accounts.sign_in.expiry")
def sweep_doors() -> None:
    """Delete unfinished forms, old codes and counters of the past."""
    expiry.sweep(timezone.now())


@shared_task(name="accounts.tell_operators")
def tell_operators() -> None:
    """Tell the operators of alarms nobody was told of."""
    operator_alarms.tell(timezone.now())
