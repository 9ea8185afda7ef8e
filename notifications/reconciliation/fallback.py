"""What follows when a notice does not reach its person: the other channel, and then a call by the contact centre."""

import logging

from django.db.models.functions import Now

from kit.crypto import Unreadable
from notifications.addresses import address_status
from notifications.models import CallTask, Channel, Lane, Message, MessageState
from notifications.outbox import AddressRefused, say_again
from notifications.runtime.database_clock import database_now
from notifications.wordings.rendering import WordingIncomplete

logger = logging.getLogger(__name__)

NEVER_ARRIVES = (MessageState.UNDELIVERABLE, MessageState.CANCELLED, MessageState.EXPIRED)
OTHER = {Channel.SMS: Channel.EMAIL, Channel.EMAIL: Channel.SMS}


def go_on(message: Message) -> None:
    """Say an undeliverable notice by the other channel, or have the person called; in the caller's transaction.

    A code is not said again: whoever needs one asks for another. Nor is what was overtaken meanwhile.
    """
    if message.lane == Lane.CODES or Message.objects.filter(pk=message.pk, expires_at__lte=Now()).exists():
        return
    if _is_said_elsewhere(message) or say_by_other_channel(message):
        return
    if message.must_reach:
        have_called(message)


def say_by_other_channel(message: Message) -> bool:
    """Owe the notice by the other channel; False when there is none that may arrive, or it went that way before."""
    other = OTHER[Channel(message.channel)]
    try:
        address = message.other_address
        if not address or address_status.verdict(other, address) is not None:
            return False
        again = say_again(message, channel=other, address=address, occasion=message.occasion, at=database_now())
    except (WordingIncomplete, AddressRefused, Unreadable) as problem:
        # What was kept of an older message may not be enough for today's words: what happened is recorded all the same.
        logger.error(  # noqa: TRY400 - the text may hold a word of the case
            "A message could not be said by the other channel.",
            extra={"message_id": str(message.pk), "problem": type(problem).__name__},
        )
        return False
    return again is not None


def _is_said_elsewhere(message: Message) -> bool:
    """Tell whether the same occasion went to the person by the other channel too, and may arrive there."""
    beside = Message.objects.filter(occasion=message.occasion, recipient=message.recipient)
    return beside.exclude(pk=message.pk).exclude(state__in=NEVER_ARRIVES).exists()


def have_called(message: Message) -> None:
    """Make the task of calling the person, once."""
    CallTask.objects.bulk_create([CallTask(message=message)], ignore_conflicts=True)
