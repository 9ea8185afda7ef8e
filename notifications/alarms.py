"""Alarms for operators: each thing that is wrong with the sending of messages is one alarm, until it is resolved."""

import logging
from collections.abc import Sequence
from contextlib import suppress

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from notifications.models import Alarm, AlarmKind

# These tell of something that has happened; the others are resolved when what they tell of is over.
ENDED_BY_PEOPLE = (AlarmKind.SENT_TWICE, AlarmKind.LISTS_DIFFER)

logger = logging.getLogger(__name__)


def raise_alarm(kind: AlarmKind, about: str = "") -> None:
    """Raise an alarm; while it is open, raising it again does nothing."""
    is_new = False
    # Another process may raise and resolve the same alarm in this very moment: then there is nothing left to do.
    with suppress(IntegrityError):
        _, is_new = Alarm.objects.get_or_create(kind=kind, about=about, resolved_at=None)
    if is_new:
        logger.critical("An alarm of the messages was raised.", extra={"kind": kind, "about": about})


def resolve(kind: AlarmKind, about: str = "") -> None:
    """Resolve an alarm, if it is open."""
    if Alarm.objects.filter(kind=kind, about=about, resolved_at__isnull=True).update(resolved_at=Now()):
        logger.warning("An alarm of the messages is over.", extra={"kind": kind, "about": about})


def dismiss(alarm: Alarm, *, by: str) -> None:
    """Resolve an alarm that is not resolved by itself, since a person has looked into it; repeating is harmless."""
    if Alarm.objects.filter(pk=alarm.pk, kind__in=ENDED_BY_PEOPLE, resolved_at__isnull=True).update(resolved_at=Now()):
        logger.warning(
            "An alarm of the messages was dismissed.", extra={"kind": alarm.kind, "about": alarm.about, "by": by}
        )


def open_alarms() -> QuerySet[Alarm]:
    """Return the alarms that are not resolved, the oldest first."""
    return Alarm.objects.filter(resolved_at__isnull=True).order_by("raised_at", "pk")


def claim_untold() -> Sequence[Alarm]:
    """Return the open alarms no operator was told of, and mark them as told in the caller's transaction.

    Raises TransactionManagementError outside a transaction: an alarm marked as told must be told.
    """
    if not transaction.get_connection().in_atomic_block:
        text = "alarms.claim_untold() belongs in the transaction that tells."
        raise transaction.TransactionManagementError(text)
    untold = list(open_alarms().filter(told_at__isnull=True).select_for_update(skip_locked=True))
    Alarm.objects.filter(pk__in=[alarm.pk for alarm in untold]).update(told_at=Now())
    return untold
