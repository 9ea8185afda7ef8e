"""What a person decides about a message: let it go now, say it again, have the person called, settle what is unknown.

Each verb takes the key of who decides and the moment; it locks the message before it looks at it, and raises
``DecisionNotPossible`` where the message has moved on meanwhile.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from functools import wraps

from django.db import transaction
from django.db.models import Q

from notifications.addresses import address_status
from notifications.models import Channel, Lane, Message, MessageState, Outcome
from notifications.outbox import say_again
from notifications.reconciliation import fallback, message_states, status_checks
from notifications.runtime import worker_signal
from notifications.wordings.rendering import WordingIncomplete

logger = logging.getLogger(__name__)

#: States in which a message has come to its end without arriving, or has arrived and may be wanted once more.
SAID = (MessageState.UNDELIVERABLE, MessageState.DELIVERED, MessageState.ACCEPTED, MessageState.EXPIRED)


class DecisionNotPossible(Exception):
    """The message is no longer where this decision starts from."""


type Verb = Callable[..., None]


def possible(message: Message) -> frozenset[str]:
    """Return the names of the verbs that a message allows at the moment."""
    if message.lane == Lane.CODES:
        return frozenset()
    return frozenset(name for name, allows in _ALLOWED.items() if allows(message))


def _verb(decide: Verb) -> Verb:
    """Give a verb its transaction, its lock, its refusal and its line in the log."""

    @wraps(decide)
    def locked(message: Message, *, by: str, at: datetime) -> None:
        with transaction.atomic():
            fresh = Message.objects.select_for_update().get(pk=message.pk)
            if decide.__name__ not in possible(fresh):
                raise DecisionNotPossible
            decide(fresh, at)
        logger.info(
            "A person decided about a message.", extra={"message_id": str(fresh.pk), "verb": decide.__name__, "by": by}
        )

    return locked


@_verb
def release(message: Message, at: datetime) -> None:  # noqa: ARG001 - every verb's signature
    """Let a waiting message go now: not in the morning, not after its back-off, whatever the day has cost."""
    Message.objects.filter(pk=message.pk).update(not_before=None, next_try_at=None, daytime=False)
    transaction.on_commit(lambda: worker_signal.notify_workers(message.lane), robust=True)


@_verb
def resend(message: Message, at: datetime) -> None:
    """Say it again by the same channel; a new message under a numbered occasion."""
    _say_again(message, Channel(message.channel), message.address_now, at)


@_verb
def resend_by_other_channel(message: Message, at: datetime) -> None:
    """Say it again by the person's other channel."""
    _say_again(message, fallback.OTHER_CHANNEL[Channel(message.channel)], message.other_address or "", at)


@_verb
def call_instead(message: Message, at: datetime) -> None:  # noqa: ARG001 - every verb's signature
    """Have the contact centre call the person."""
    fallback.make_call_task(message)


@_verb
def decide_taken(message: Message, at: datetime) -> None:  # noqa: ARG001 - every verb's signature
    """Settle an unknown message: it was taken, as somebody found out."""
    last = message.attempts.filter(wire_at__isnull=False).order_by("number").last()
    if last is None:
        raise DecisionNotPossible
    message_states.mark_accepted(message, last, provider_id=last.provider_id)


@_verb
def decide_not_taken(message: Message, at: datetime) -> None:  # noqa: ARG001 - every verb's signature
    """Settle an unknown message: it was not taken, and is sent again."""
    status_checks.requeue_not_taken(message, list(message.attempts.filter(outcome=Outcome.UNKNOWN)))
    transaction.on_commit(lambda: worker_signal.notify_workers(message.lane), robust=True)


_ALLOWED: dict[str, Callable[[Message], bool]] = {
    "release": lambda message: message.state == MessageState.PENDING,
    "resend": lambda message: _may_be_said_again(message) and _is_good(Channel(message.channel), message.address_now),
    "resend_by_other_channel": lambda message: (
        _may_be_said_again(message)
        and _is_good(fallback.OTHER_CHANNEL[Channel(message.channel)], message.other_address or "")
    ),
    "call_instead": lambda message: (
        message.must_reach and message.state in {*SAID, MessageState.UNKNOWN} and not hasattr(message, "call_task")
    ),
    "decide_taken": lambda message: message.state == MessageState.UNKNOWN,
    "decide_not_taken": lambda message: message.state == MessageState.UNKNOWN,
}


def _may_be_said_again(message: Message) -> bool:
    """Tell whether it has come to an end, and nothing that repeats it is on its way."""
    return message.state in SAID and not message.repetitions.filter(state__in=message_states.OPEN_STATES).exists()


def _is_good(channel: Channel, address: str) -> bool:
    """Tell whether there is an address, and nothing held against it."""
    return bool(address) and address_status.verdict(channel, address) is None


def _say_again(message: Message, channel: Channel, address: str, at: datetime) -> None:
    """Owe it under the next free number of its occasion."""
    root = message.occasion.partition("#")[0]
    said = Message.objects.filter(Q(occasion=root) | Q(occasion__startswith=f"{root}#"), recipient=message.recipient)
    try:
        again = say_again(message, channel=channel, address=address, occasion=f"{root}#{said.count() + 1}", at=at)
    except WordingIncomplete as incomplete:
        raise DecisionNotPossible from incomplete
    if again is None:
        raise DecisionNotPossible
