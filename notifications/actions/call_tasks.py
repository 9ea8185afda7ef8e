"""The calls of the contact centre to people whom no message reached, or who did not answer one."""

from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet

from notifications import addresses
from notifications.models import CallOutcome, CallTask, Channel, Message, Verdict


class CallIsDone(Exception):
    """Somebody else has made this call meanwhile."""


def open_tasks() -> QuerySet[CallTask]:
    """Return the calls that are to be made, the oldest first."""
    return CallTask.objects.filter(done_at__isnull=True).order_by("made_at", "pk").select_related("message")


def make(message: Message, *, at: datetime) -> bool:
    """Have the person of ``message`` called; tell whether that is new, since a message leads to one call."""
    _task, is_new = CallTask.objects.get_or_create(message=message, defaults={"made_at": at})
    return is_new


def finish(task: CallTask, *, outcome: CallOutcome, by: str, at: datetime) -> None:
    """Record how a call went: the task stays open if nobody answered, and a wrong number gets no more messages.

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
        if outcome == CallOutcome.WRONG_NUMBER and (number := _number(task.message)):
            addresses.record(Channel.SMS, number, Verdict.STRANGER)


def _number(message: Message) -> str:
    """Return the person's number as the message has it; "" where it has none."""
    return message.address_now if message.channel == Channel.SMS else str(message.other_address or "")
