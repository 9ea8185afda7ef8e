"""Handing messages over: claim, mark as on the wire, send, record; what is unsure stays unsure.

The order is the protocol. Rows are leased by the database's clock and fenced; the moment before the carrier is called
is committed; only certain failures lead to another try. A sender keeps many messages on the wire: while the carriers
of some are awaited, others are recorded, marked and claimed.
"""

from collections.abc import Sequence
from time import monotonic, sleep
from typing import Final

from django.db.models import Q

from notifications.models import Lane, Message
from notifications.sending.batches import BatchSizer, batch_sizer
from notifications.sending.claims import Claim, claim_messages
from notifications.sending.handover import Handover

# Codes are few: so many are claimed at once in front of notices.
CODES_AT_ONCE: Final = 10


def drain(lane: str, *, seconds: float = 10.0) -> bool:
    """Hand over what a lane holds, the oldest first, for so many seconds; return whether it was emptied.

    Safe to call twice and from many processes. Opens transactions of its own and is never called inside one, because
    the wire mark must be committed before a carrier is called. Of notices, any code that waits goes first.
    """
    sizer, until = batch_sizer(lane), monotonic() + seconds
    # Codes come before notices by name too, so that both are one range of the index.
    which = Q(lane__lte=lane) if lane == Lane.NOTICES else Q(lane=lane)
    with Handover(sizer) as handover:
        while monotonic() < until:
            claims, seen = claim_messages(which, sizer.to_claim, programs=lane == Lane.WEBHOOKS)
            if seen:
                handover.hand_over(claims, urgent=_claim_codes if lane == Lane.NOTICES else None)
                sleep(sizer.pause)
            elif handover.is_busy:
                # What these carriers were not called for is claimed again.
                handover.finish()
            else:
                return True
    return False


def deliver(message_id: str) -> str:
    """Hand one message over if it may go now and nobody else has it; return its state afterwards, "" for no message."""
    claims, _ = claim_messages(Q(pk=message_id), 1, programs=True)
    hand_over(claims, batch_sizer(Lane.NOTICES))
    return Message.objects.filter(pk=message_id).values_list("state", flat=True).first() or ""


def hand_over(claims: Sequence[Claim], sizer: BatchSizer) -> None:
    """Mark, send and record claimed messages; give back what cannot be handed over in time."""
    with Handover(sizer) as handover:
        handover.hand_over(claims)


def _claim_codes() -> list[Claim]:
    claims, _ = claim_messages(Q(lane=Lane.CODES), CODES_AT_ONCE)
    return claims
