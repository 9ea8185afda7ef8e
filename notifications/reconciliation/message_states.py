"""How an answer, a callback or a carrier's list changes the state of a message, in any order and however often.

A message moves up only: waiting, taken by the carrier, undeliverable, delivered. Proof that one attempt was taken ends
every other try; proof that two were is an alarm.
"""

import logging
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from notifications import addresses, alarms
from notifications.carriers import Meaning, Status, StatusReport, checkable_carrier
from notifications.models import (
    REPEATABLE,
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
from notifications.runtime import timings

logger = logging.getLogger(__name__)

OPEN_STATES = (MessageState.PENDING, MessageState.SENDING, MessageState.UNKNOWN)
# A cancelled or expired message may prove to have been taken all the same.
BEFORE_ACCEPTED = (*OPEN_STATES, MessageState.CANCELLED, MessageState.EXPIRED)
TAKEN_OUTCOMES = (Outcome.ACCEPTED, Outcome.REPEATED)
VERDICTS = {Meaning.DEAD: Verdict.DEAD, Meaning.STOPPED: Verdict.STOPPED}


def record_report(carrier: str, report: StatusReport, *, attempt_id: int | None, changes_state: bool = True) -> None:
    """Save a carrier's report on an attempt as a receipt, and change the state of its message by it.

    In a transaction of its own; a repetition changes nothing. A report on an attempt that is not known, or not this
    carrier's, is saved without one. With ``changes_state`` false, for a status that is not known, it is only saved.
    """
    with transaction.atomic():
        message, attempt = _locked(attempt_id, carrier, report)
        _save_receipt(carrier, report, attempt)
        if message is not None and attempt is not None and changes_state:
            apply_report(message, attempt, report)


def apply_report(message: Message, attempt: Attempt, report: StatusReport) -> None:
    """Change the state of a locked message by the carrier's report on one of its attempts."""
    mark_accepted(message, attempt, provider_id=report.provider_id)
    if report.status == Status.DELIVERED:
        _mark_delivered(message)
    elif report.status == Status.FAILED:
        mark_failed(message, attempt, code=report.code, meaning=report.meaning)


def mark_accepted(message: Message, attempt: Attempt, *, provider_id: str) -> None:
    """Record that the carrier took this attempt of a locked message."""
    _close(attempt, _acceptance_outcome(message, attempt), provider_id)
    if message.state not in BEFORE_ACCEPTED:
        return
    # A sender that holds the message finds its fence out of date, and does not call its carrier.
    others = message.attempts.filter(ended_at__isnull=True)
    others.update(ended_at=Now(), outcome=Outcome.UNKNOWN, error_code="overtaken by proof")
    set_state(
        message,
        MessageState.ACCEPTED,
        fence=F("fence") + 1,
        accepted_at=Now(),
        settled_at=None,
        next_check_at=Now() + timings().follow_up if checkable_carrier(attempt.carrier) else None,
    )


def mark_failed(message: Message, attempt: Attempt, *, code: str, meaning: Meaning) -> None:
    """Record that an attempt of a locked message did not reach its address, and start the fallback.

    Of two attempts that were taken one failure is enough: otherwise the end would depend on which report came first.
    """
    if code:
        Attempt.objects.filter(pk=attempt.pk).update(error_code=code[:40])
    if message.channel == Channel.PUSH:
        if meaning == Meaning.DEAD:
            addresses.remove_gone(message)
    elif (verdict := VERDICTS.get(meaning)) and attempt.address_lookup:
        addresses.record_by_key(Channel(message.channel), attempt.address_lookup, verdict, code)
    if message.state in {*OPEN_STATES, MessageState.ACCEPTED}:
        set_state(message, MessageState.UNDELIVERABLE, settled_at=Now())
        fallback.start_fallback(message)


def set_state(message: Message, state: MessageState, **changes: Any) -> None:
    """Give a locked message a state, and clear the fields that belong to other states unless ``changes`` set them."""
    ended: dict[str, Any] = {"lease_until": None, "unsure_since": None, "times_not_found": 0, "next_check_at": None}
    Message.objects.filter(pk=message.pk).update(**(ended | changes), state=state)
    message.state = state


def mark_unknown(message: Message) -> None:
    """Record that nobody knows whether a locked message was taken, and have its carrier asked if that is possible.

    Codes are not asked about: they expire soon. A program outside takes a message once, and a browser shows it once,
    so that sending it again is how they are asked.
    """
    if message.channel in REPEATABLE:
        set_state(message, MessageState.PENDING)
        return
    asks = message.lane == Lane.NOTICES and checkable_carrier(message.carrier) is not None
    set_state(
        message,
        MessageState.UNKNOWN,
        unsure_since=Now(),
        next_check_at=Now() + timings().first_check if asks else None,
    )


def requeue(message: Message, attempt: Attempt, **changes: Any) -> None:
    """Let a locked message wait for another try, which goes to the person's present address."""
    if message.next_address == "":
        mark_failed(message, attempt, code="no address", meaning=Meaning.UNFIT)
        return
    set_state(message, MessageState.PENDING, **changes)
    if message.next_address:
        message.address, message.next_address = message.next_address, None
        message.save(update_fields=["address", "next_address"])


def _mark_delivered(message: Message) -> None:
    if message.state in {MessageState.ACCEPTED, MessageState.UNDELIVERABLE}:
        set_state(message, MessageState.DELIVERED, settled_at=Now())
        message.repetitions.waiting().update(state=MessageState.CANCELLED, settled_at=Now())
        to_make = CallTask.objects.filter(done_at__isnull=True)
        to_make.filter(Q(message=message) | Q(message__repeats=message)).delete()


def _locked(attempt_id: int | None, carrier: str, report: StatusReport) -> tuple[Message | None, Attempt | None]:
    """Lock and return the message and the attempt that a report is about; None where the report does not fit."""
    if attempt_id is None:
        return None, None
    message = Message.objects.select_for_update(of=("self",)).filter(attempts__pk=attempt_id).first()
    attempt = message.attempts.get(pk=attempt_id) if message else None
    if attempt is None or not _is_about(attempt, carrier, report):
        return None, None
    return message, attempt


def _is_about(attempt: Attempt, carrier: str, report: StatusReport) -> bool:
    """Tell whether the report is from the attempt's carrier, and names no other message of the carrier's."""
    return attempt.carrier == carrier and attempt.provider_id in {"", report.provider_id}


def _save_receipt(carrier: str, report: StatusReport, attempt: Attempt | None) -> None:
    receipt = Receipt(
        carrier=carrier,
        provider_id=report.provider_id[:120],
        status=report.word[:40],
        error_code=report.code[:40],
        attempt=attempt,
    )
    Receipt.objects.bulk_create([receipt], ignore_conflicts=True)


def _acceptance_outcome(message: Message, attempt: Attempt) -> Outcome:
    if attempt.outcome in {Outcome.ACCEPTED, Outcome.REPEATED}:
        return Outcome(attempt.outcome)
    if not message.attempts.filter(outcome=Outcome.ACCEPTED).exclude(pk=attempt.pk).exists():
        return Outcome.ACCEPTED
    if message.channel not in REPEATABLE:
        alarms.raise_alarm(AlarmKind.SENT_TWICE, str(message.pk))
    return Outcome.REPEATED


def _close(attempt: Attempt, outcome: Outcome, provider_id: str) -> None:
    Attempt.objects.filter(pk=attempt.pk).update(
        ended_at=Now(),
        outcome=outcome,
        error_code=attempt.error_code if attempt.outcome in TAKEN_OUTCOMES else "",
        provider_id=provider_id[:120] or attempt.provider_id,
    )
    attempt.outcome = outcome
