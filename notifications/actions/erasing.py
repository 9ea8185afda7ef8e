"""Erasing messages: the row stays, with what it was and when it left; address, words and recipient go."""

from __future__ import annotations

from typing import Final

from django.db.models import Q, QuerySet

from notifications.models import Attempt, Message, MessageState, PushSubscription

ERASED: Final = "—"
#: How the recipient of an erased message begins; a trigger knows it.
ERASED_PREFIX: Final = "erased:"
#: A message in one of these may still leave, and is erased later.
UNFINISHED: Final = (MessageState.PENDING, MessageState.SENDING, MessageState.UNKNOWN)


def erase_messages_about(reference: str, *, to: str) -> int:
    """Erase the messages about a reference to recipients whose key begins with ``to``; return how many.

    What may still leave is kept; the next run finds it. Runs in the caller's transaction, as the next function does.
    """
    return _erase(Message.objects.filter(reference=reference, recipient__startswith=to))


def erase_messages_to(recipient: str) -> int:
    """Erase all messages to a recipient and to their single addresses, and forget their browsers; return how many."""
    PushSubscription.objects.filter(recipient=recipient).delete()
    return _erase(Message.objects.filter(Q(recipient=recipient) | Q(recipient__startswith=f"{recipient}:")))


def is_still_told(recipient: str) -> bool:
    """Tell whether a message to this recipient has not left yet."""
    return Message.objects.filter(recipient=recipient, state__in=UNFINISHED).exists()


def _erase(messages: QuerySet[Message]) -> int:
    count = 0
    for message in messages.exclude(state__in=UNFINISHED).select_for_update():
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
