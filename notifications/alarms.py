"""Alarms: what is wrong with the sending of messages, once for each thing, until it is over."""

import logging
from collections.abc import Sequence
from contextlib import suppress

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from notifications.models import Alarm, AlarmKind

# These tell of something that has happened; the others end when what they tell of is over.
ENDED_BY_PEOPLE = (AlarmKind.SENT_TWICE, AlarmKind.LISTS_DIFFER)

logger = logging.getLogger(__name__)


def sound(kind: AlarmKind, about: str = "") -> None:
    """Raise an alarm; while it is open, raising it again does nothing."""
    is_new = False
    # Where the alarm was raised and ended by others in this very moment, they have said what there is to say.
    with suppress(IntegrityError):
        _, is_new = Alarm.objects.get_or_create(kind=kind, about=about, over_at=None)
    if is_new:
        logger.critical("An alarm of the messages was raised.", extra={"kind": kind, "about": about})


def over(kind: AlarmKind, about: str = "") -> None:
    """End an alarm, if it is open."""
    if Alarm.objects.filter(kind=kind, about=about, over_at__isnull=True).update(over_at=Now()):
        logger.warning("An alarm of the messages is over.", extra={"kind": kind, "about": about})


def dismiss(alarm: Alarm, *, by: str) -> None:
    """End an alarm that does not end by itself, since a person has looked into it; repeating it is harmless."""
    if Alarm.objects.filter(pk=alarm.pk, kind__in=ENDED_BY_PEOPLE, over_at__isnull=True).update(over_at=Now()):
        logger.warning(
            "An alarm of the messages was dismissed.", extra={"kind": alarm.kind, "about": alarm.about, "by": by}
        )


def open_alarms() -> QuerySet[Alarm]:
    """Return what is wrong at the moment, the oldest first."""
    return Alarm.objects.filter(over_at__isnull=True).order_by("raised_at", "pk")


def take_untold() -> Sequence[Alarm]:
    """Return the open alarms nobody was told of, and mark them told in the caller's transaction."""
    if not transaction.get_connection().in_atomic_block:
        text = "alarms.take_untold() belongs in the transaction that tells."
        raise transaction.TransactionManagementError(text)
    untold = list(open_alarms().filter(told_at__isnull=True).select_for_update(skip_locked=True))
    Alarm.objects.filter(pk__in=[alarm.pk for alarm in untold]).update(told_at=Now())
    return untold
