"""The claim of a sender on messages: leased by the database's clock, fenced, and given back if nobody was called."""

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from kit.crypto import Unreadable
from notifications import addresses, reconciliation
from notifications.carriers import Carrier
from notifications.models import Attempt, Lane, Message, MessageQuerySet, MessageState
from notifications.runtime import timings
from notifications.sending import send_conditions
from notifications.sending.routes import CarrierRoute, RoutingTable
from notifications.sending.spending import message_cost

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Claim:
    """A message that one sender holds until the lease is over, with the attempt it opened and the carrier it chose."""

    message: Message
    attempt: Attempt
    carrier: Carrier
    previous_carrier: str = ""  # the one of the last try, restored if the claim is undone
    on_trial: bool = False  # the route was stopped, and this message tries it


@transaction.atomic(durable=True)
def claim_messages(which: Q, number: int, *, programs: bool = False) -> tuple[list[Claim], int]:
    """Lease up to ``number`` messages and open their attempts; return the claims, and how many messages were seen.

    Codes come first, by the name of their lane, and then the oldest, which is the order of the index.
    Fewer are claimed than seen where an address is blocked, a text is unreadable or no route is open. Messages to
    programs outside are among them only with ``programs``.
    """
    table = RoutingTable.load(programs=programs)
    sendable = send_conditions.sendable(table).filter(which)
    messages = list(sendable.order_by("lane", "created_at").select_for_update(skip_locked=True)[:number])
    legible = [message for message in messages if _is_legible(message)]
    verdicts = addresses.verdicts((m.channel, m.address) for m in legible if m.lane == Lane.NOTICES)
    claims = []
    for message in legible:
        if verdict := verdicts.get((message.channel, message.address)):
            _settle_unsendable(message, verdict)
        elif route := table.choose(message):
            claims.append(_claim(message, route))
    _lease(claims)
    return claims, len(messages)


def _is_legible(message: Message) -> bool:
    """Tell whether a message can be decrypted; one that cannot is settled, or it would stay in its lane for ever."""
    try:
        return all(isinstance(text, str) for text in (message.address, message.subject, message.body))
    except Unreadable:
        _settle_unsendable(message, "unreadable")
        return False


def _settle_unsendable(message: Message, why: str) -> None:
    """Settle a message that cannot arrive, because of its address or its text, without calling a carrier."""
    reconciliation.set_state(message, MessageState.UNDELIVERABLE, settled_at=Now())
    logger.warning("A message was not sent at all.", extra={"message_id": str(message.pk), "why": why})
    reconciliation.start_fallback(message)


def _claim(message: Message, route: CarrierRoute) -> Claim:
    previous, message.carrier = message.carrier, route.carrier.name
    message.tries += 1
    message.fence += 1
    attempt = Attempt(
        message=message,
        number=message.tries,
        fence=message.fence,
        carrier=route.carrier.name,
        address_lookup=addresses.address_key(message.channel, message.address),
    )
    return Claim(message, attempt, route.carrier, previous_carrier=previous, on_trial=route.on_trial)


def _lease(claims: Sequence[Claim]) -> None:
    by_carrier: dict[str, list[Claim]] = {}
    for claim in claims:
        by_carrier.setdefault(claim.carrier.name, []).append(claim)
    for name, theirs in by_carrier.items():
        Message.objects.filter(pk__in=[claim.message.pk for claim in theirs]).update(
            state=MessageState.SENDING,
            carrier=name,
            tries=F("tries") + 1,
            fence=F("fence") + 1,
            lease_until=Now() + timings().lease,
        )
    Attempt.objects.bulk_create([claim.attempt for claim in claims])


def lock_messages(claims: Sequence[Claim]) -> MessageQuerySet:
    """Return the locked messages of the claims, by key: the one order in which everybody locks messages."""
    return Message.objects.filter(pk__in=[claim.message.pk for claim in claims]).order_by("pk").select_for_update()


def is_still_ours(claim: Claim) -> bool:
    """Tell whether the claim's message, as just read under a lock, is still leased to the sender that claimed it."""
    return claim.message.state == MessageState.SENDING and claim.message.fence == claim.attempt.fence


@transaction.atomic(durable=True)
def give_back(claims: Sequence[Claim]) -> None:
    """Undo the claims that are still ours and were not on the wire, so that the next sender finds their messages."""
    fresh = {message.pk: message for message in lock_messages(claims)}
    undo([claim for claim in claims if is_still_ours(replace(claim, message=fresh[claim.message.pk]))])


def undo(claims: Sequence[Claim]) -> None:
    """Undo the claims of locked messages: no carrier was called, so that this was no try and leaves no trace."""
    Attempt.objects.filter(pk__in=[claim.attempt.pk for claim in claims]).delete()
    for previous in {claim.previous_carrier for claim in claims}:
        theirs = [claim.message.pk for claim in claims if claim.previous_carrier == previous]
        Message.objects.filter(pk__in=theirs).update(
            state=MessageState.PENDING, lease_until=None, tries=F("tries") - 1, carrier=previous
        )


def cost_by_channel(claims: Iterable[Claim]) -> Counter[str]:
    """Return what the claimed messages cost, by channel."""
    cost: Counter[str] = Counter()
    for claim in claims:
        cost[claim.message.channel] += message_cost(claim.message)
    return +cost
