"""What a person decides about a message: send it now, send it again, have the person called, settle an unknown one.

Each decision is a function of the message, the key of who decides and the moment. It locks the message, checks that
it still allows the decision, and raises ``DecisionNotPossible`` if not.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from functools import wraps

from django.db import transaction
from django.db.models import Q

from notifications import addresses, runtime
from notifications.models import REPEATABLE, Channel, Lane, Message, MessageState, Outcome
from notifications.outbox import owe_again
from notifications.reconciliation import fallback, message_states, status_checks
from notifications.wordings.composing import WordingIncomplete

logger = logging.getLogger(__name__)

#: States in which a message is on its way no more, and may be sent again.
ENDED_STATES = (MessageState.UNDELIVERABLE, MessageState.DELIVERED, MessageState.ACCEPTED, MessageState.EXPIRED)


class DecisionNotPossible(Exception):
    """The state of the message does not allow this decision, or no longer."""


type Decision = Callable[..., None]


def possible(message: Message) -> frozenset[str]:
    """Return the names of the decisions that a message allows at the moment."""
    if message.lane == Lane.CODES:
        return frozenset()
    if message.channel in REPEATABLE:
        # Nobody is called for it: it tells a program, or comes in addition to what reaches its person.
        return frozenset({"release"} if message.state == MessageState.PENDING else ())
    return frozenset(name for name, allows in _ALLOWED.items() if allows(message))


def _decision(decide: Decision) -> Decision:
    """Run a decision in a transaction, on the locked message, if that allows it; and log it."""

    @wraps(decide)
    def locked(message: Message, *, by: str, at: datetime) -> None:
        with transaction.atomic():
            fresh = Message.objects.select_for_update().get(pk=message.pk)
            if decide.__name__ not in possible(fresh):
                raise DecisionNotPossible
            decide(fresh, at)
        logger.info(
            "A person decided about a message.",
            extra={"message_id": str(fresh.pk), "decision": decide.__name__, "by": by},
        )

    return locked


@_decision
def release(message: Message, at: datetime) -> None:  # noqa: ARG001 - every decision's signature
    """Let a waiting message be sent now: in the night, before its next try, and above the cap of the day."""
    Message.objects.filter(pk=message.pk).update(not_before=None, next_try_at=None, daytime=False)
    transaction.on_commit(lambda: runtime.notify_workers(message.lane), robust=True)


@_decision
def resend(message: Message, at: datetime) -> None:
    """Owe the message again by the same channel, under a numbered occasion."""
    _owe_again(message, Channel(message.channel), message.address_now, at)


@_decision
def resend_by_other_channel(message: Message, at: datetime) -> None:
    """Owe the message again by the person's other channel, under a numbered occasion."""
    _owe_again(message, fallback.OTHER_CHANNEL[Channel(message.channel)], message.other_address or "", at)


@_decision
def call_instead(message: Message, at: datetime) -> None:  # noqa: ARG001 - every decision's signature
    """Have the contact centre call the person."""
    fallback.make_call_task(message)


@_decision
def decide_taken(message: Message, at: datetime) -> None:  # noqa: ARG001 - every decision's signature
    """Settle an unknown message as taken by the carrier."""
    last = message.attempts.filter(wire_at__isnull=False).order_by("number").last()
    if last is None:
        raise DecisionNotPossible
    message_states.mark_accepted(message, last, provider_id=last.provider_id)


@_decision
def decide_not_taken(message: Message, at: datetime) -> None:  # noqa: ARG001 - every decision's signature
    """Settle an unknown message as not taken, and send it again."""
    status_checks.requeue_not_taken(message, list(message.attempts.filter(outcome=Outcome.UNKNOWN)))
    transaction.on_commit(lambda: runtime.notify_workers(message.lane), robust=True)


_ALLOWED: dict[str, Callable[[Message], bool]] = {
    "release": lambda message: message.state == MessageState.PENDING,
    "resend": lambda message: _may_be_sent_again(message) and _is_usable(Channel(message.channel), message.address_now),
    "resend_by_other_channel": lambda message: (
        _may_be_sent_again(message)
        and _is_usable(fallback.OTHER_CHANNEL[Channel(message.channel)], message.other_address or "")
    ),
    "call_instead": lambda message: (
        message.must_reach
        and message.state in {*ENDED_STATES, MessageState.UNKNOWN}
        and not hasattr(message, "call_task")
    ),
    "decide_taken": lambda message: message.state == MessageState.UNKNOWN,
    "decide_not_taken": lambda message: message.state == MessageState.UNKNOWN,
}


def _may_be_sent_again(message: Message) -> bool:
    """Tell whether it is on its way no more, and no repetition of it is."""
    return (
        message.state in ENDED_STATES and not message.repetitions.filter(state__in=message_states.OPEN_STATES).exists()
    )


def _is_usable(channel: Channel, address: str) -> bool:
    """Tell whether there is an address, without a verdict against it."""
    return bool(address) and addresses.verdict(channel, address) is None


def _owe_again(message: Message, channel: Channel, address: str, at: datetime) -> None:
    """Owe the message again under the next free number of its occasion."""
    root = message.occasion.partition("#")[0]
    said = Message.objects.filter(Q(occasion=root) | Q(occasion__startswith=f"{root}#"), recipient=message.recipient)
    try:
        again = owe_again(message, channel=channel, address=address, occasion=f"{root}#{said.count() + 1}", at=at)
    except WordingIncomplete as incomplete:
        raise DecisionNotPossible from incomplete
    if again is None:
        raise DecisionNotPossible
