"""What proves what: how an answer, a callback or a carrier's list moves a message, in any order and however often.

A message moves up only: waiting, taken by the carrier, undeliverable, delivered. Proof that one attempt was taken ends
every other try; proof that two were is an alarm.
"""

import logging
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from notifications import alarms
from notifications.addresses import address_status
from notifications.carriers import Meaning, Sighting, Status, answering
from notifications.models import (
    AlarmKind,
    Attempt,
    CallTask,
    Channel,
    Lane,
    Message,
    MessageState,
    Outcome,
    Receipt,
    Verdict,
)
from notifications.reconciliation import fallback
from notifications.runtime.timings import pace

logger = logging.getLogger(__name__)

OPEN = (MessageState.PENDING, MessageState.SENDING, MessageState.UNKNOWN)
# What was called off or became worthless may prove to have been taken all the same.
NOT_TAKEN = (*OPEN, MessageState.CANCELLED, MessageState.EXPIRED)
TAKEN = (Outcome.ACCEPTED, Outcome.REPEATED)
VERDICTS = {Meaning.DEAD: Verdict.DEAD, Meaning.STOPPED: Verdict.STOPPED}


def hear(carrier: str, sighting: Sighting, *, attempt_id: int | None, moves: bool = True) -> None:
    """Keep what a carrier said about an attempt, and move its message by it.

    In a transaction of its own; a repetition changes nothing. What is said of an attempt that is not known, or not
    this carrier's, is kept without one; so is, with ``moves`` false, a word whose meaning is not known.
    """
    with transaction.atomic():
        message, attempt = _locked(attempt_id, carrier, sighting)
        _keep(carrier, sighting, attempt)
        if message is not None and attempt is not None and moves:
            apply(message, attempt, sighting)


def apply(message: Message, attempt: Attempt, sighting: Sighting) -> None:
    """Move a locked message by what the carrier says of one of its attempts."""
    take(message, attempt, provider_id=sighting.provider_id)
    if sighting.status == Status.DELIVERED:
        _deliver(message)
    elif sighting.status == Status.FAILED:
        fail(message, attempt, code=sighting.code, meaning=sighting.meaning)


def take(message: Message, attempt: Attempt, *, provider_id: str) -> None:
    """Record that the carrier took this attempt of a locked message."""
    _close(attempt, _outcome_of_taking(message, attempt), provider_id)
    if message.state not in NOT_TAKEN:
        return
    # A try that is under way finds its fence moved on and stays off the wire.
    others = message.attempts.filter(ended_at__isnull=True)
    others.update(ended_at=Now(), outcome=Outcome.UNKNOWN, error_code="overtaken by proof")
    move(
        message,
        MessageState.ACCEPTED,
        fence=F("fence") + 1,
        accepted_at=Now(),
        settled_at=None,
        look_at=Now() + pace().chase if answering(attempt.carrier) else None,
    )


def fail(message: Message, attempt: Attempt, *, code: str, meaning: Meaning) -> None:
    """Record that an attempt of a locked message did not reach its address, and begin another way.

    Of two that were taken one failure is enough: only so the end does not depend on which word came first.
    """
    if code:
        Attempt.objects.filter(pk=attempt.pk).update(error_code=code[:40])
    if (verdict := VERDICTS.get(meaning)) and attempt.address_lookup:
        address_status.pronounce_on(Channel(message.channel), attempt.address_lookup, verdict, code)
    if message.state in {*OPEN, MessageState.ACCEPTED}:
        move(message, MessageState.UNDELIVERABLE, settled_at=Now())
        fallback.go_on(message)


def move(message: Message, state: MessageState, **changes: Any) -> None:
    """Give a locked message a state, and end what belongs to another one."""
    ended: dict[str, Any] = {"lease_until": None, "unsure_since": None, "looks": 0, "look_at": None}
    Message.objects.filter(pk=message.pk).update(**(ended | changes), state=state)
    message.state = state


def doubt(message: Message) -> None:
    """Call a locked message unknown; where a carrier can be asked, it will be. A code soon expires and is not."""
    asks = message.lane == Lane.NOTICES and answering(message.carrier) is not None
    move(
        message,
        MessageState.UNKNOWN,
        unsure_since=Now(),
        look_at=Now() + pace().first_settle if asks else None,
    )


def wait(message: Message, attempt: Attempt, **changes: Any) -> None:
    """Let a locked message wait for another try, which goes to where its person is by now."""
    if message.next_address == "":
        fail(message, attempt, code="no address", meaning=Meaning.UNFIT)
        return
    move(message, MessageState.PENDING, **changes)
    if message.next_address:
        message.address, message.next_address = message.next_address, None
        message.save(update_fields=["address", "next_address"])


def _deliver(message: Message) -> None:
    if message.state in {MessageState.ACCEPTED, MessageState.UNDELIVERABLE}:
        move(message, MessageState.DELIVERED, settled_at=Now())
        message.repetitions.waiting().update(state=MessageState.CANCELLED, settled_at=Now())
        to_make = CallTask.objects.filter(done_at__isnull=True)
        to_make.filter(Q(message=message) | Q(message__repeats=message)).delete()


def _locked(attempt_id: int | None, carrier: str, sighting: Sighting) -> tuple[Message | None, Attempt | None]:
    """Lock the message of the attempt a carrier speaks of, and return both; nothing where they do not fit together."""
    if attempt_id is None:
        return None, None
    message = Message.objects.select_for_update(of=("self",)).filter(attempts__pk=attempt_id).first()
    attempt = message.attempts.get(pk=attempt_id) if message else None
    if attempt is None or not _is_about(attempt, carrier, sighting):
        return None, None
    return message, attempt


def _is_about(attempt: Attempt, carrier: str, sighting: Sighting) -> bool:
    """Tell whether the carrier's word and the attempt belong together."""
    return attempt.carrier == carrier and attempt.provider_id in {"", sighting.provider_id}


def _keep(carrier: str, sighting: Sighting, attempt: Attempt | None) -> None:
    receipt = Receipt(
        carrier=carrier,
        provider_id=sighting.provider_id[:120],
        status=sighting.word[:40],
        error_code=sighting.code[:40],
        attempt=attempt,
    )
    Receipt.objects.bulk_create([receipt], ignore_conflicts=True)


def _outcome_of_taking(message: Message, attempt: Attempt) -> Outcome:
    if attempt.outcome in {Outcome.ACCEPTED, Outcome.REPEATED}:
        return Outcome(attempt.outcome)
    if not message.attempts.filter(outcome=Outcome.ACCEPTED).exclude(pk=attempt.pk).exists():
        return Outcome.ACCEPTED
    alarms.raise_alarm(AlarmKind.SENT_TWICE, str(message.pk))
    return Outcome.REPEATED


def _close(attempt: Attempt, outcome: Outcome, provider_id: str) -> None:
    Attempt.objects.filter(pk=attempt.pk).update(
        ended_at=Now(),
        outcome=outcome,
        error_code=attempt.error_code if attempt.outcome in TAKEN else "",
        provider_id=provider_id[:120] or attempt.provider_id,
    )
    attempt.outcome = outcome
