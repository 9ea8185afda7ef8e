"""Sending the messages of a person whose number or e-mail address changes to the new one, and none to the old."""

from datetime import datetime

from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from notifications import addresses
from notifications.addresses import stripped_address
from notifications.models import Channel, Message, MessageState, Outcome
from notifications.reconciliation import fallback


def readdress(recipient: str, channel: Channel, address: str, *, at: datetime) -> int:
    """Let the messages owed to a person go to their new address; return how many messages that concerns.

    In the transaction that changes the address. What waits or is being sent, but is not on the wire, gets the new
    address at once; what is on the wire or unknown keeps it for a further try. With an empty address, e.g. an e-mail
    that was removed, what waits is owed by the other channel, or becomes a call task. Locks the person's messages.
    """
    touched = list(Message.objects.filter(recipient=recipient).select_for_update().order_by("pk"))
    for message in touched:
        if message.channel == channel:
            _readdress(message, address, at)
        else:
            message.other_address = stripped_address(address) if address else None
            message.save(update_fields=["other_address"])
    return len(touched)


def hand_over(recipient: str, other: str, *, phone: str, email: str, at: datetime) -> None:
    """Let the messages of ``recipient`` belong to ``other`` and go to the addresses of ``other``; in one transaction.

    A message that both were owed for one occasion stays with each. Browsers are not handed over: who signs in with the
    other account allows them there.
    """
    addresses.remove_all(recipient, at=at)
    readdress(recipient, Channel.SMS, phone, at=at)
    readdress(recipient, Channel.EMAIL, email, at=at)
    same = Message.objects.filter(recipient=other, occasion=OuterRef("occasion"), channel=OuterRef("channel"))
    Message.objects.filter(~Exists(same), recipient=recipient).update(recipient=other)


def _readdress(message: Message, address: str, at: datetime) -> None:
    """Give a locked message the new address of its person."""
    if _is_on_the_wire(message):
        message.next_address = stripped_address(address) if address else ""
        message.save(update_fields=["next_address"])
        return
    if message.state == MessageState.SENDING:
        message.attempts.filter(ended_at__isnull=True).update(
            ended_at=Now(), outcome=Outcome.NOT_SENT, error_code="readdressed"
        )
    # The fence moves on, so that a sender which has read the old address does not send.
    message.fence += 1
    message.lease_until = None
    message.state = MessageState.PENDING if address else MessageState.CANCELLED
    message.settled_at = None if address else at
    message.address = stripped_address(address) if address else message.address
    message.save(update_fields=["fence", "lease_until", "state", "settled_at", "address"])
    if not address:
        fallback.start_fallback(message)


def _is_on_the_wire(message: Message) -> bool:
    """Tell whether a carrier may have the message already."""
    if message.state != MessageState.SENDING:
        return message.state != MessageState.PENDING
    return message.attempts.filter(ended_at__isnull=True, wire_at__isnull=False).exists()
