"""Subscriptions to Web Push: stored, found for what is owed, and removed when their browser is gone."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from django.db import transaction

from notifications.models import Channel, Message, MessageState, PushSubscription
from notifications.models.addresses import PushAddress, endpoint_hash

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
