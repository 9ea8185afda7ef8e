"""What people do about messages: decide on one, report a call, change the address it goes to."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Final

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from notifications import addresses, reconciliation, runtime
from notifications.addresses import stripped_address
from notifications.models import (
    REPEATABLE,
    Attempt,
    CallOutcome,
    CallTask,
    Channel,
    Lane,
    Message,
    MessageState,
    Outcome,
    PushSubscription,
    Verdict,
)
from notifications.outbox import owe_again
from notifications.wordings.composing import WordingIncomplete

# ---- What a person decides about a message: send it now, send it again, have the person called, settle an
# unknown one.
#
# Each decision is a function of the message, the key of who decides and the moment. It locks the message, checks that
# it still allows the decision, and raises ``DecisionNotPossible`` if not.


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
    _owe_again(message, reconciliation.OTHER_CHANNEL[Channel(message.channel)], message.other_address or "", at)


@_decision
def call_instead(message: Message, at: datetime) -> None:  # noqa: ARG001 - every decision's signature
    """Have the contact centre call the person."""
    reconciliation.make_call_task(message)


@_decision
def decide_taken(message: Message, at: datetime) -> None:  # noqa: ARG001 - every decision's signature
    """Settle an unknown message as taken by the carrier."""
    last = message.attempts.filter(wire_at__isnull=False).order_by("number").last()
    if last is None:
        raise DecisionNotPossible
    reconciliation.mark_accepted(message, last, provider_id=last.provider_id)


@_decision
def decide_not_taken(message: Message, at: datetime) -> None:  # noqa: ARG001 - every decision's signature
    """Settle an unknown message as not taken, and send it again."""
    reconciliation.requeue_not_taken(message, list(message.attempts.filter(outcome=Outcome.UNKNOWN)))
    transaction.on_commit(lambda: runtime.notify_workers(message.lane), robust=True)


_ALLOWED: dict[str, Callable[[Message], bool]] = {
    "release": lambda message: message.state == MessageState.PENDING,
    "resend": lambda message: _may_be_sent_again(message) and _is_usable(Channel(message.channel), message.address_now),
    "resend_by_other_channel": lambda message: (
        _may_be_sent_again(message)
        and _is_usable(reconciliation.OTHER_CHANNEL[Channel(message.channel)], message.other_address or "")
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
        message.state in ENDED_STATES and not message.repetitions.filter(state__in=reconciliation.OPEN_STATES).exists()
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


# ---- The calls of the contact centre to people whom no message reached, or who did not answer one. ----


class CallIsDone(Exception):
    """Somebody else has made this call meanwhile."""


def open_tasks() -> QuerySet[CallTask]:
    """Return the calls that are to be made, the oldest first."""
    return CallTask.objects.filter(done_at__isnull=True).order_by("made_at", "pk").select_related("message")


def make(message: Message, *, at: datetime) -> bool:
    """Have the person of ``message`` called; tell whether that is new, since a message leads to one call."""
    _task, is_new = CallTask.objects.get_or_create(message=message, defaults={"made_at": at})
    return is_new


def finish(task: CallTask, *, outcome: CallOutcome, by: str, at: datetime) -> None:
    """Record how a call went: the task stays open if nobody answered, and a wrong number gets no more messages.

    Raises CallIsDone, also where somebody has called since ``task`` was read.
    """
    with transaction.atomic():
        as_read = CallTask.objects.filter(pk=task.pk, done_at__isnull=True, tries=task.tries)
        if outcome == CallOutcome.NO_ANSWER:
            done = as_read.update(tries=F("tries") + 1, tried_at=at)
        else:
            done = as_read.update(done_at=at, done_by=by, outcome=outcome)
        if not done:
            raise CallIsDone
        if outcome == CallOutcome.WRONG_NUMBER and (number := _number(task.message)):
            addresses.record(Channel.SMS, number, Verdict.STRANGER)


def _number(message: Message) -> str:
    """Return the person's number as the message has it; "" where it has none."""
    return message.address_now if message.channel == Channel.SMS else str(message.other_address or "")


# ---- Sending the messages of a person whose number or e-mail address changes to the new one, and none to the
# old.


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
        reconciliation.start_fallback(message)


def _is_on_the_wire(message: Message) -> bool:
    """Tell whether a carrier may have the message already."""
    if message.state != MessageState.SENDING:
        return message.state != MessageState.PENDING
    return message.attempts.filter(ended_at__isnull=True, wire_at__isnull=False).exists()


# ---- Erasing messages: the row stays, with what it was and when it left; address, words and recipient go. ----


ERASED: Final = "—"
#: How the recipient of an erased message begins; a trigger knows it.
ERASED_PREFIX: Final = "erased:"
#: A message in one of these may still leave, and is erased later.
UNFINISHED: Final = (MessageState.PENDING, MessageState.SENDING, MessageState.UNKNOWN)


def erase_messages_about(reference: str, *, to: str) -> int:
    """Erase the messages about a reference to recipients whose key begins with ``to``; return how many.

    What may still leave is kept; the next run finds it. Runs in the caller's transaction, as the next function does.
    """
    return _erase(Message.objects.filter(reference=reference, recipient__startswith=to))


def erase_messages_to(recipient: str) -> int:
    """Erase all messages to a recipient and to their single addresses, and forget their browsers; return how many."""
    PushSubscription.objects.filter(recipient=recipient).delete()
    return _erase(Message.objects.filter(Q(recipient=recipient) | Q(recipient__startswith=f"{recipient}:")))


def is_still_told(recipient: str) -> bool:
    """Tell whether a message to this recipient has not left yet."""
    return Message.objects.filter(recipient=recipient, state__in=UNFINISHED).exists()


def _erase(messages: QuerySet[Message]) -> int:
    count = 0
    for message in messages.exclude(state__in=UNFINISHED).select_for_update():
        message.recipient = f"{ERASED_PREFIX}{message.pk}"
        message.address = message.subject = message.body = ERASED
        message.next_address = message.other_address = message.context = message.token = None
        message.linked = False
        message.save(
            update_fields=[
                "recipient",
                "address",
                "next_address",
                "other_address",
                "subject",
                "body",
                "context",
                "token",
                "linked",
            ]
        )
        Attempt.objects.filter(message=message).update(address_lookup="")
        count += 1
    return count
