"""Handing a message over: claim, mark the wire, send, record; whatever is unsure stays unsure.

The order is the protocol: a row is leased by the database's clock, the moment before
the carrier is spoken to is committed, and only certain failures lead to another try.
"""

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from notifications import bell
from notifications.carriers import Accepted, Carrier, NotSent, Refused, carrier_for, sender_for
from notifications.models import Attempt, Channel, Lane, Message, MessageState, Outcome

logger = logging.getLogger(__name__)

LEASE: Final = timedelta(seconds=90)
# With less of the lease left than a slow carrier may take, the wire is not touched.
LEAST_LEASE: Final = timedelta(seconds=45)
BACK_OFF: Final = timedelta(seconds=5)
LONGEST_BACK_OFF: Final = timedelta(minutes=15)
CODE_BACK_OFF: Final = timedelta(seconds=5)
# A ring that was not answered for so long was lost.
RING_AGAIN: Final = timedelta(seconds=60)
SWEEP_AT_ONCE: Final = 500


@dataclass(frozen=True)
class Claim:
    """A message in the hands of one sender, until its lease is over."""

    message: Message
    attempt: Attempt


def deliver(message_id: str) -> str:
    """Hand one message over if it is due and nobody else has it; return its state afterwards.

    Safe to call twice and from many processes. Opens transactions of its own and is never called inside one, because
    the wire mark must be committed before the carrier is spoken to. A carrier that is set wrongly raises
    ImproperlyConfigured before anything is claimed.
    """
    channel = Message.objects.filter(pk=message_id).values_list("channel", flat=True).first()
    if channel is None:
        return ""
    carrier = carrier_for(Channel(channel))
    claim = _claim(message_id, carrier)
    if claim is not None and _mark_wire(claim):
        _send(claim, carrier)
    return Message.objects.values_list("state", flat=True).get(pk=message_id)


def expire() -> int:
    """Settle what is worthless by now and has not left; return how many."""
    return Message.objects.expired().update(state=MessageState.EXPIRED, settled_at=Now())


def recover() -> int:
    """Settle what senders left behind: never on the wire is pending again, on the wire is unknown; return how many."""
    with transaction.atomic():
        left_behind = list(Message.objects.abandoned().select_for_update(skip_locked=True)[:SWEEP_AT_ONCE])
        for message in left_behind:
            _abandon(message)
    return len(left_behind)


def ring_due() -> int:
    """Ring for what is due and was not rung for lately; return how many.

    The marks are committed before the rings, since a sender passes over rows that are locked; where the broker is
    silent they are taken back, so that the next sweep rings again.
    """
    with transaction.atomic():
        due = Message.objects.due().filter(_not_rung_lately()).order_by("lane", "created_at")
        rows = list(due.select_for_update(skip_locked=True).values_list("pk", "lane")[:SWEEP_AT_ONCE])
        Message.objects.filter(pk__in=[pk for pk, _ in rows]).update(rung_at=Now())
    for lane in sorted({lane for _, lane in rows}):
        ids = [pk for pk, of in rows if of == lane]
        if not bell.ring([str(pk) for pk in ids], lane=lane):
            Message.objects.filter(pk__in=ids).update(rung_at=None)
    return len(rows)


def _not_rung_lately() -> Q:
    return Q(rung_at__isnull=True) | Q(rung_at__lte=Now() - RING_AGAIN)


@transaction.atomic(durable=True)
def _claim(message_id: str, carrier: Carrier) -> Claim | None:
    """Take the message for one lease and open an attempt; None when it is not due or somebody else has it."""
    message = Message.objects.due().select_for_update(skip_locked=True).filter(pk=message_id).first()
    if message is None:
        return None
    message.state = MessageState.SENDING
    message.tries += 1
    message.fence += 1
    message.lease_until = Now() + LEASE
    message.save(update_fields=["state", "tries", "fence", "lease_until"])
    attempt = Attempt.objects.create(message=message, number=message.tries, fence=message.fence, carrier=carrier.name)
    return Claim(message, attempt)


@transaction.atomic(durable=True)
def _mark_wire(claim: Claim) -> bool:
    """Commit that the carrier is about to be spoken to; False when the claim is lost or its lease nearly over."""
    ours = Message.objects.select_for_update().filter(
        pk=claim.message.pk,
        state=MessageState.SENDING,
        fence=claim.message.fence,
        lease_until__gt=Now() + LEAST_LEASE,
    )
    if ours.first() is None:
        return False
    Attempt.objects.filter(pk=claim.attempt.pk).update(wire_at=Now())
    return True


def _send(claim: Claim, carrier: Carrier) -> None:
    """Speak to the carrier once, and record what it means."""
    message = claim.message
    try:
        accepted = carrier.send(
            to=message.address,
            subject=message.subject,
            body=message.body,
            language=message.language,
            message_id=str(message.pk),
            sender=sender_for(Channel(message.channel)),
        )
    except NotSent as certain:
        _record(claim, Outcome.NOT_SENT, code=certain.code)
    except Refused as refused:
        outcome = Outcome.REFUSED if refused.permanent else Outcome.NOT_SENT
        _record(claim, outcome, code=refused.code)
    except Exception as unsure:  # noqa: BLE001 - whatever else went wrong, the carrier may have taken the message
        code = str(getattr(unsure, "code", "") or type(unsure).__name__)
        # No traceback: the carrier's words may hold the number or the body.
        logger.error(  # noqa: TRY400
            "It is not known whether a message was taken.",
            extra={"message_id": str(message.pk), "attempt": claim.attempt.number, "error": code},
        )
        _record(claim, Outcome.UNKNOWN, code=code)
    else:
        _record(claim, Outcome.ACCEPTED, accepted=accepted)


@transaction.atomic(durable=True)
def _record(claim: Claim, outcome: Outcome, *, code: str = "", accepted: Accepted | None = None) -> None:
    """Close the attempt and move the message, unless the lease ran out meanwhile and the message was settled.

    An acceptance is recorded even then: it is evidence, and what the sweep had called unknown is known.
    """
    message = Message.objects.select_for_update().get(pk=claim.message.pk)
    ours = message.state == MessageState.SENDING and message.fence == claim.message.fence
    late_proof = message.state == MessageState.UNKNOWN and outcome == Outcome.ACCEPTED
    if not ours and not late_proof:
        logger.warning("A sender came back after its lease.", extra={"message_id": str(message.pk), "outcome": outcome})
        return
    Attempt.objects.filter(pk=claim.attempt.pk).update(
        ended_at=Now(), outcome=outcome, error_code=code[:40], provider_id=accepted.provider_id if accepted else ""
    )
    _move(message, outcome)


def _move(message: Message, outcome: Outcome) -> None:
    """Give the message the state an attempt's outcome means for it."""
    changes: dict[str, Any] = {"lease_until": None}
    if outcome == Outcome.ACCEPTED:
        changes |= {"state": MessageState.ACCEPTED, "accepted_at": Now()}
    elif outcome == Outcome.NOT_SENT:
        changes |= {"state": MessageState.PENDING, "next_try_at": Now() + back_off(message), "rung_at": None}
    elif outcome == Outcome.REFUSED:
        changes |= {"state": MessageState.UNDELIVERABLE, "settled_at": Now()}
    else:
        changes |= {"state": MessageState.UNKNOWN}
    Message.objects.filter(pk=message.pk).update(**changes)


def back_off(message: Message) -> timedelta:
    """Return how long a message waits after a try that certainly failed: doubling; codes, soon worthless, do not."""
    if message.lane == Lane.CODES:
        return CODE_BACK_OFF
    doublings = min(message.tries - 1, 10)
    return min(BACK_OFF * (1 << doublings), LONGEST_BACK_OFF)


def _abandon(message: Message) -> None:
    """Settle one message whose sender did not come back."""
    attempt = message.attempts.get(ended_at__isnull=True)
    outcome = Outcome.NOT_SENT if attempt.wire_at is None else Outcome.UNKNOWN
    Attempt.objects.filter(pk=attempt.pk).update(ended_at=Now(), outcome=outcome, error_code="lease over")
    logger.warning("A sender did not come back.", extra={"message_id": str(message.pk), "outcome": outcome})
    _move(message, outcome)
