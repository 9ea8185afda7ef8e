"""Alarms for operators: each thing that is wrong with the sending of messages is one alarm, until it is resolved."""

import logging
from collections.abc import Collection, Sequence
from contextlib import suppress

from django.db import IntegrityError
from django.db.models import QuerySet
from django.db.models.functions import Now

from notifications.models import Alarm, AlarmKind

# These tell of something that has happened; the others are resolved when what they tell of is over.
ENDED_BY_PEOPLE = (AlarmKind.SENT_TWICE, AlarmKind.LISTS_DIFFER, AlarmKind.MANY_CODES, AlarmKind.WRONG_CODES)

logger = logging.getLogger(__name__)


def raise_alarm(kind: AlarmKind, about: str = "") -> None:
    """Raise an alarm; while it is open, raising it again does nothing."""
    is_new = False
    # Another process may raise and resolve the same alarm in this very moment: then there is nothing left to do.
    with suppress(IntegrityError):
        _, is_new = Alarm.objects.get_or_create(kind=kind, about=about, resolved_at=None)
    if is_new:
        logger.critical("An alarm was raised.", extra={"kind": kind, "about": about})


def resolve(kind: AlarmKind, about: str = "") -> None:
    """Resolve an alarm, if it is open."""
    if Alarm.objects.filter(kind=kind, about=about, resolved_at__isnull=True).update(resolved_at=Now()):
        logger.warning("An alarm is over.", extra={"kind": kind, "about": about})


def dismiss(alarm: Alarm, *, by: str) -> None:
    """Resolve an alarm that is not resolved by itself, since a person has looked into it; repeating is harmless."""
    if Alarm.objects.filter(pk=alarm.pk, kind__in=ENDED_BY_PEOPLE, resolved_at__isnull=True).update(resolved_at=Now()):
        logger.warning("An alarm was dismissed.", extra={"kind": alarm.kind, "about": alarm.about, "by": by})


def open_alarms() -> QuerySet[Alarm]:
    """Return the alarms that are not resolved, the oldest first."""
    return Alarm.objects.filter(resolved_at__isnull=True).order_by("raised_at", "pk")


def lock_untold(*, leaving_out: Collection[str] = ()) -> Sequence[Alarm]:
    """Lock and return the open alarms no operator was told of, without those of the keys ``leaving_out``.

    Raises TransactionManagementError outside a transaction: whoever tells of them marks them in the same one.
    """
    untold = open_alarms().filter(told_at__isnull=True).exclude(pk__in=leaving_out)
    return list(untold.select_for_update(skip_locked=True))


def mark_told(alarm: Alarm) -> None:
    """Mark that the operators are told of an alarm, in the transaction that owes them the messages."""
    Alarm.objects.filter(pk=alarm.pk).update(told_at=Now())
