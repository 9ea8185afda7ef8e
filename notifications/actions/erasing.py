"""Erasing messages: the row stays, with what it was and when it left; address, words and recipient go."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.db.models import Q

from notifications.models import Attempt, Message, MessageState

ERASED: Final = "—"
#: How the recipient of an erased message begins; a trigger knows it.
ERASED_PREFIX: Final = "erased:"
#: A message in one of these may still leave, and is erased later.
UNFINISHED: Final = (MessageState.PENDING, MessageState.SENDING, MessageState.UNKNOWN)


def erase_messages(*, reference: str = "", recipient: str = "") -> int:
    """Erase the messages to citizens about a reference, or all to a recipient and their single addresses.

    What may still leave is kept; the next run finds it. Runs in the caller's transaction; return how many were erased.
    """
    wanted = Q(reference=reference, recipient__startswith="citizen:") if reference else Q()
    if recipient:
        wanted |= Q(recipient=recipient) | Q(recipient__startswith=f"{recipient}:")
    messages = Message.objects.filter(wanted).exclude(state__in=UNFINISHED) if wanted else Message.objects.none()
    return _erase(messages.select_for_update())


def is_still_told(recipient: str) -> bool:
    """Tell whether a message to this recipient has not left yet."""
    return Message.objects.filter(recipient=recipient, state__in=UNFINISHED).exists()


def _erase(messages: Iterable[Message]) -> int:
    count = 0
    for message in messages:
        message.recipient = f"{ERASED_PREFIX}{message.pk}"
        message.address = message.subject = message.body = ERASED
        message.next_address = message.other_address = message.context = message.token = None
        message.linked = False
        message.save(
            update_fields=[
                "recipient",
                "address",
                "next_address",
                "other_address",
                "subject",
                "body",
                "context",
                "token",
                "linked",
            ]
        )
        Attempt.objects.filter(message=message).update(address_lookup="")
        count += 1
    return count
