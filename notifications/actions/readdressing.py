"""What becomes of messages to a person whose number or e-mail address changes: the old one is told nothing more."""

from datetime import datetime

from django.db.models.functions import Now

from notifications.models import Channel, Message, MessageState, Outcome
from notifications.outbox import clean
from notifications.reconciliation import fallback


def readdress(recipient: str, channel: Channel, address: str, *, at: datetime) -> int:
    """Send what a person is or will be told to their new address; return how many messages that concerns.

    In the transaction that changes the address. What waits goes to the new one; what a sender has in its hands and not
    on the wire is taken from it; what is on the wire, or unknown, goes nowhere but to the new address if it is ever
    sent again. With an empty address, e.g. an e-mail that was removed, what waits for it goes by the other channel, or
    becomes a call.
    """
    touched = list(Message.objects.filter(recipient=recipient).select_for_update().order_by("pk"))
    for message in touched:
        if message.channel == channel:
            _move(message, address, at)
        else:
            message.other_address = clean(address) if address else None
            message.save(update_fields=["other_address"])
    return len(touched)


def _move(message: Message, address: str, at: datetime) -> None:
    """Give one open message the new address of its person."""
    if _is_on_the_wire(message):
        message.next_address = clean(address) if address else ""
        message.save(update_fields=["next_address"])
        return
    if message.state == MessageState.SENDING:
        message.attempts.filter(ended_at__isnull=True).update(
            ended_at=Now(), outcome=Outcome.NOT_SENT, error_code="readdressed"
        )
    # The fence moves on, so that a sender which has the old address in its hands is refused the wire.
    message.fence += 1
    message.lease_until = None
    message.state = MessageState.PENDING if address else MessageState.CANCELLED
    message.settled_at = None if address else at
    message.address = clean(address) if address else message.address
    message.save(update_fields=["fence", "lease_until", "state", "settled_at", "address"])
    if not address:
        fallback.start_fallback(message)


def _is_on_the_wire(message: Message) -> bool:
    """Tell whether a carrier may have the message already."""
    if message.state != MessageState.SENDING:
        return message.state != MessageState.PENDING
    return message.attempts.filter(ended_at__isnull=True, wire_at__isnull=False).exists()
