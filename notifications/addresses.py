"""Telephone numbers and e-mail addresses: whether one can be written to at all, and what is known against it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Final

from django.db import transaction

from kit.crypto import lookups
from notifications.models import AddressStatus, Attempt, Channel, Message, MessageState, PushSubscription, Verdict
from notifications.models.addresses import PushAddress, endpoint_hash

# ---- What is known against an address: that nothing arrives there, or that its owner asked not to be written
# to.


def verdict(channel: Channel, address: str) -> Verdict | None:
    """Return the verdict on an address, if there is one."""
    return verdicts([(channel, address)]).get((channel, address))


def verdicts(addresses: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], Verdict]:
    """Return the verdicts on those of the pairs of channel and address that have one, in one statement."""
    keys = {pair: _keys(*pair) for pair in addresses if pair[1]}
    rows = AddressStatus.objects.filter(address_lookup__in={key for each in keys.values() for key in each})
    # The channel is part of the key. A verdict by the current key comes last, and so before one by an older key.
    found = {row.address_lookup: Verdict(row.verdict) for row in rows}
    return {pair: found[key] for pair, each in keys.items() for key in reversed(each) if key in found}


def record(channel: Channel, address: str, verdict: Verdict, code: str = "") -> None:
    """Record a verdict on an address, in place of an earlier one; ``code`` is the carrier's."""
    record_by_key(channel, address_key(channel, address), verdict, code)


def record_by_key(channel: Channel, key: str, verdict: Verdict, code: str = "") -> None:
    """Record a verdict on an address that is known by its key alone."""
    new = AddressStatus(channel=channel, address_lookup=key, verdict=verdict, code=code[:40])
    # One statement: the owner may prove the address in this moment, which deletes the row.
    AddressStatus.objects.bulk_create(
        [new], update_conflicts=True, unique_fields=["channel", "address_lookup"], update_fields=["verdict", "code"]
    )


def clear(channel: Channel, address: str, *, only: Verdict | None = None) -> bool:
    """Delete the verdict on an address, because its owner has proven it; return whether there was one.

    With ``only`` a different verdict stays.
    """
    rows = AddressStatus.objects.filter(channel=channel, address_lookup__in=_keys(channel, address))
    if only is not None:
        rows = rows.filter(verdict=only)
    return bool(rows.delete()[0])


def address_key(channel: str, address: str) -> str:
    """Return the keyed hash of an address; e-mail addresses are compared without regard to case."""
    return next(iter(_keys(channel, address)), "")


def _keys(channel: str, address: str) -> list[str]:
    """Return the keys by which a verdict on an address may be stored, the current one first."""
    return lookups(address.strip().casefold(), purpose=f"address:{channel}")


# ---- a new LOOKUP_KEY ----


def rehash(channel: Channel, address: str) -> int:
    """Store the verdict on an address by the current key; return how many rows changed. Idempotent."""
    current, *older = _keys(channel, address) or [""]
    rows = AddressStatus.objects.filter(channel=channel, address_lookup__in=older)
    if AddressStatus.objects.filter(channel=channel, address_lookup=current).exists():
        # A newer verdict has come meanwhile.
        return rows.delete()[0]
    return rows.update(address_lookup=current)


def rehash_attempt(attempt: Attempt) -> int:
    """Store where an attempt went by the current key, if that is its message's address; return 1 if it changed."""
    message = attempt.message
    current, *older = _keys(message.channel, message.address) or [""]
    if attempt.address_lookup not in older:
        return 0
    rehash(Channel(message.channel), message.address)
    return Attempt.objects.filter(pk=attempt.pk).update(address_lookup=current)


# ---- Subscriptions to Web Push: stored, found for what is owed, and removed when their browser is gone. ----


#: Browsers that one person may have; a further one takes the place of the oldest.
MOST: Final = 10


def subscribe(recipient: str, address: PushAddress, *, device: str, at: datetime) -> PushSubscription:
    """Store that a browser takes notifications for ``recipient``, whoever had it before; idempotent."""
    values = {"recipient": recipient, "address": str(address), "device": device[:60]}
    with transaction.atomic():
        found = PushSubscription.objects.filter(endpoint_hash=endpoint_hash(address.endpoint))
        for other in found.exclude(recipient=recipient).select_for_update():
            remove(other, at=at)
        # The row of a browser that subscribes again is kept, and the name it knows itself by with it.
        row, _ = PushSubscription.objects.update_or_create(
            endpoint_hash=endpoint_hash(address.endpoint), defaults=values, create_defaults=values | {"created_at": at}
        )
        for old in PushSubscription.objects.filter(recipient=recipient).order_by("-created_at", "-pk")[MOST:]:
            remove(old, at=at)
    return row


def subscriptions_by_recipient(recipients: Collection[str]) -> Mapping[str, list[PushSubscription]]:
    """Return the subscriptions of each of the recipients that has one; one statement."""
    found: dict[str, list[PushSubscription]] = {}
    for row in PushSubscription.objects.filter(recipient__in=recipients).order_by("pk"):
        found.setdefault(row.recipient, []).append(row)
    return found


def remove(subscription: PushSubscription, *, at: datetime) -> None:
    """Forget a browser, and cancel what waits for it; repeating it is harmless."""
    with transaction.atomic():
        waiting = Message.objects.filter(recipient=subscription.key, channel=Channel.PUSH).waiting()
        locked = list(waiting.order_by("pk").select_for_update().values_list("pk", flat=True))
        Message.objects.filter(pk__in=locked).update(state=MessageState.CANCELLED, settled_at=at)
        PushSubscription.objects.filter(pk=subscription.pk).delete()


def remove_all(recipient: str, *, at: datetime) -> None:
    """Forget every browser of a recipient."""
    for subscription in PushSubscription.objects.filter(recipient=recipient):
        remove(subscription, at=at)


def remove_gone(message: Message) -> None:
    """Forget the browser that a push could not reach because its push service knows it no more.

    One that subscribed again meanwhile has other keys, and is kept.
    """
    try:
        endpoint = PushAddress.read(message.address).endpoint
    except ValueError:
        return
    gone = PushSubscription.objects.filter(endpoint_hash=endpoint_hash(endpoint))
    PushSubscription.objects.filter(pk__in=[row.pk for row in gone if row.address == message.address]).delete()


# ---- What may be an address of a message at all. ----


CONTROL_CHARACTERS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class AddressRefused(ValueError):
    """An address is empty, or holds a control character with which it could add a header."""


def stripped_address(address: str) -> str:
    """Return an address without surrounding white space; raise AddressRefused where it cannot be one."""
    stripped = address.strip()
    if not stripped or CONTROL_CHARACTERS.search(stripped):
        raise AddressRefused
    return stripped
