"""Handing messages over: claim, mark as on the wire, send, record; what is unsure stays unsure.

The order is the protocol. Rows are leased by the database's clock and fenced; the moment before the carrier is called
is committed; only certain failures lead to another try. A sender works in batches, as large as the carrier is quick:
of a carrier that answers at once up to fifty messages are on the wire between two commits, of a slow one a single one.
"""

from collections import deque
from collections.abc import Sequence
from time import monotonic

from django.db.models import Q

from notifications.models import Lane, Message
from notifications.sending.batches import BatchSizer, batch_sizer
from notifications.sending.claims import Claim, claim_messages, give_back
from notifications.sending.handover import mark_on_wire, send_all
from notifications.sending.recording import record


def drain(lane: str, *, seconds: float = 10.0) -> bool:
    """Hand over what a lane holds, the oldest first, for so many seconds; return whether it was emptied.

    Safe to call twice and from many processes. Opens transactions of its own and is never called inside one, because
    the wire mark must be committed before a carrier is called.
    """
    sizer, until = batch_sizer(lane), monotonic() + seconds
    while monotonic() < until:
        claims, seen = claim_messages(Q(lane=lane), sizer.to_claim)
        if not seen:
            return True
        hand_over(claims, sizer)
    return False


def deliver(message_id: str) -> str:
    """Hand one message over if it may go now and nobody else has it; return its state afterwards, "" for no message."""
    claims, _ = claim_messages(Q(pk=message_id), 1)
    hand_over(claims, batch_sizer(Lane.NOTICES))
    return Message.objects.filter(pk=message_id).values_list("state", flat=True).first() or ""


def hand_over(claims: Sequence[Claim], sizer: BatchSizer) -> None:
    """Mark, send and record claimed messages, a batch at a time; give back what cannot be handed over in time."""
    waiting = deque(claims)
    while waiting:
        batch = [waiting.popleft() for _ in range(min(sizer.to_mark, len(waiting)))]
        began = monotonic()
        marked = mark_on_wire(batch)
        if len(marked) < len(batch):
            kept = {claim.attempt.pk for claim in marked}
            give_back([claim for claim in (*batch, *waiting) if claim.attempt.pk not in kept])
            waiting.clear()
        failing = record(send_all(marked, began, sizer))
        sizer.note_route_failure(failed=bool(failing))
        if failing:
            # Its weight has fallen: the routes of the rest are chosen anew.
            give_back([claim for claim in waiting if claim.carrier.name in failing])
            waiting = deque(claim for claim in waiting if claim.carrier.name not in failing)
