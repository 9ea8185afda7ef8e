"""What follows when a notice does not reach its person: the other channel, and then a call by the contact centre."""

import logging

from django.db.models.functions import Now

from kit.crypto import Unreadable
from notifications import addresses
from notifications.addresses import AddressRefused
from notifications.models import CallTask, Channel, Lane, Message, MessageState
from notifications.outbox import owe_again
from notifications.runtime import database_now
from notifications.wordings.composing import WordingIncomplete

logger = logging.getLogger(__name__)

NEVER_ARRIVES = (MessageState.UNDELIVERABLE, MessageState.CANCELLED, MessageState.EXPIRED)
OTHER_CHANNEL = {Channel.SMS: Channel.EMAIL, Channel.EMAIL: Channel.SMS}


def start_fallback(message: Message) -> None:
    """Owe an undeliverable notice by the other channel, or make a call task; in the caller's transaction.

    Not for a code, because whoever needs one asks for another, nor for what was overtaken meanwhile, nor for a program.
    """
    if message.lane != Lane.NOTICES or Message.objects.filter(pk=message.pk, expires_at__lte=Now()).exists():
        return
    if _may_arrive_otherwise(message) or owe_by_other_channel(message):
        return
    if message.must_reach:
        make_call_task(message)


def owe_by_other_channel(message: Message) -> bool:
    """Owe the notice by the other channel; False when there is none that may arrive, or it went that way before."""
    other = OTHER_CHANNEL[Channel(message.channel)]
    try:
        address = message.other_address
        if not address or addresses.verdict(other, address) is not None:
            return False
        again = owe_again(message, channel=other, address=address, occasion=message.occasion, at=database_now())
    except (WordingIncomplete, AddressRefused, Unreadable) as problem:
        # The context of an older message may not fit today's wording: what happened is recorded all the same.
        logger.error(  # noqa: TRY400 - the text may hold a word of the case
            "A message could not be said by the other channel.",
            extra={"message_id": str(message.pk), "problem": type(problem).__name__},
        )
        return False
    return again is not None


def _may_arrive_otherwise(message: Message) -> bool:
    """Tell whether a message of the same occasion may reach the person by the other channel."""
    others = Message.objects.filter(occasion=message.occasion, recipient=message.recipient).exclude(pk=message.pk)
    return others.exclude(state__in=NEVER_ARRIVES).exists()


def make_call_task(message: Message) -> None:
    """Have the contact centre call the person; repeating it is harmless."""
    CallTask.objects.bulk_create([CallTask(message=message)], ignore_conflicts=True)
