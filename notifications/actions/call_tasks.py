"""The calls of the contact centre to people whom a message did not reach."""

from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet

from notifications.addresses import address_status
from notifications.models import CallOutcome, CallTask, Channel, Message, Verdict


class CallIsDone(Exception):
    """Somebody else has made this call meanwhile."""


def to_make() -> QuerySet[CallTask]:
    """Return the calls that are to be made, the oldest first."""
    return CallTask.objects.filter(done_at__isnull=True).order_by("made_at", "pk").select_related("message")


def finish(task: CallTask, *, outcome: CallOutcome, by: str, at: datetime) -> None:
    """Record how a call went: without an answer it stays to be made, a wrong number is no longer written to.

    Raises CallIsDone, also where somebody has called since ``task`` was read.
    """
    with transaction.atomic():
        as_read = CallTask.objects.filter(pk=task.pk, done_at__isnull=True, tries=task.tries)
        if outcome == CallOutcome.NO_ANSWER:
            done = as_read.update(tries=F("tries") + 1, tried_at=at)
        else:
            done = as_read.update(done_at=at, done_by=by, outcome=outcome)
        if not done:
            raise CallIsDone
        if outcome == CallOutcome.WRONG_NUMBER and (number := _number_of(task.message)):
            address_status.record(Channel.SMS, number, Verdict.STRANGER)


def _number_of(message: Message) -> str:
    """Return the number of the person as the message has it; "" where it has none."""
    return message.address_now if message.channel == Channel.SMS else str(message.other_address or "")
