"""Periodic tasks: ask the registry again, delete what expired, notify operators of alarms."""

from celery import shared_task
from django.utils import timezone

from accounts.identity import recheck
from accounts.sign_in import attempts
from accounts.staff import operator_alarms


@shared_task(name=recheck.TASK)
def recheck_identities() -> None:
    """Ask the registry again about citizens it gave no answer for."""
    recheck.recheck_due(timezone.now())


@shared_task(name=attempts.TASK)
def delete_expired() -> None:
    """Delete expired codes, form drafts and rate counters."""
    attempts.delete_expired(timezone.now())


@shared_task(name=operator_alarms.TASK)
def notify_operators() -> None:
    """Notify the operators of new alarms."""
    operator_alarms.notify_operators(timezone.now())
