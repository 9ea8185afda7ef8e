"""Asking the carriers: whether they took what is unknown, and what became of what they took.

An unknown message is sent again only after two checks of the carrier's whole list did not find it, the second one
twenty minutes after the first; one that is two hours old waits for a person instead.
"""

import logging
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from time import monotonic
from typing import Final

from django.db import transaction
from django.db.models import DurationField, F, Value
from django.db.models.functions import Greatest, Least, Now

from notifications.carriers import Meaning, OutgoingMessage, StatusReport, StatusUnavailable, checkable_carrier
from notifications.models import Attempt, Message, MessageState, Outcome
from notifications.periodic import RowRun
from notifications.reconciliation import message_states
from notifications.runtime import database_now, timings

logger = logging.getLogger(__name__)

TASK: Final = "notifications.check_status"

CHECKED_AT_ONCE: Final = 20
CHECKS_NEEDED: Final = 2
# The carrier's clock, and that of the web server by which a restored message was written, may be hours off.
CLOCK_TOLERANCE: Final = timedelta(hours=3)
NO_WORD: Final = "no word"


def check_due_messages(*, seconds: float = 20.0) -> int:
    """Ask the carriers about the messages that are due, the unknown first, for so many seconds; return how many.

    Safe to call from many processes: the next check of a message is set before its carrier is asked, outside any
    transaction. A carrier whose list could not be read is not asked again in this pass.
    """
    until, asked, silent = monotonic() + seconds, 0, set[str]()
    run = RowRun(TASK, "message", at=database_now())
    while monotonic() < until and (messages := _claim_due(silent)):
        for message in messages:
            if message.carrier not in silent and monotonic() < until:
                asked += 1
                # In no transaction: a carrier is asked in between, and may take its time.
                with run.row(message.pk, atomic=False):
                    _check(message, silent)
    return asked


def _check(message: Message, silent: set[str]) -> None:
    try:
        (_check_unknown if message.state == MessageState.UNKNOWN else _check_accepted)(message)
    except StatusUnavailable:
        # After a restore it may be any carrier that had the message: one that is silent says nothing of the others.
        if message.carrier:
            silent.add(message.carrier)
        logger.warning("A carrier could not say what it took.", extra={"carrier": message.carrier})


@transaction.atomic(durable=True)
def _claim_due(silent: Collection[str]) -> Sequence[Message]:
    due = Message.objects.filter(next_check_at__lte=Now(), state__in=[MessageState.UNKNOWN, MessageState.ACCEPTED])
    unknown_first = due.exclude(carrier__in=silent).order_by("-state", "next_check_at")
    messages = list(unknown_first.select_for_update(skip_locked=True)[:CHECKED_AT_ONCE])
    Message.objects.filter(pk__in=[message.pk for message in messages]).update(
        next_check_at=Now() + timings().check_again
    )
    return messages


# ---- unknown messages: was it taken? ----


def _check_unknown(message: Message) -> None:
    """Look for each unsure attempt of an unknown message in its carrier's list."""
    unsure = list(message.attempts.filter(outcome=Outcome.UNKNOWN, wire_at__isnull=False).order_by("-number"))
    for attempt in unsure:
        if report := _find(message, attempt):
            message_states.record_report(attempt.carrier, report, attempt_id=attempt.pk)
            return
    _count_not_found(message, unsure)


def _find(message: Message, attempt: Attempt) -> StatusReport | None:
    carrier = checkable_carrier(attempt.carrier)
    if carrier is None or attempt.wire_at is None:
        raise StatusUnavailable
    since = attempt.wire_at - CLOCK_TOLERANCE
    known = frozenset[str]() if message.token else _known_ids(message, attempt, since=since)
    return carrier.find(OutgoingMessage.from_message(message, attempt_id=attempt.pk, known_ids=known), since=since)


def _known_ids(message: Message, attempt: Attempt, *, since: datetime) -> frozenset[str]:
    """Return the ids of what the carrier took for other messages to that address: the same words may be sent twice."""
    others = Attempt.objects.filter(
        carrier=attempt.carrier, address_lookup=attempt.address_lookup, wire_at__gte=since
    ).exclude(message=message)
    return frozenset(others.exclude(provider_id="").values_list("provider_id", flat=True))


@transaction.atomic(durable=True)
def _count_not_found(message: Message, unsure: Sequence[Attempt]) -> None:
    """Count a check that did not find the message, unless its state changed meanwhile; requeue it after the second."""
    unmoved = Message.objects.filter(
        pk=message.pk, state=MessageState.UNKNOWN, times_not_found=message.times_not_found, fence=message.fence
    )
    locked = unmoved.select_for_update().first()
    if locked is None:
        return
    times = locked.times_not_found + 1
    is_young = unmoved.filter(unsure_since__gt=Now() - timings().until_decision).exists()
    if times >= CHECKS_NEEDED and is_young:
        requeue_not_taken(locked, unsure)
    else:
        Message.objects.filter(pk=locked.pk).update(times_not_found=times, next_check_at=Now() + timings().second_check)


def requeue_not_taken(message: Message, unsure: Sequence[Attempt]) -> None:
    """Let a locked unknown message, which was not taken, be sent again to its person's present address."""
    Attempt.objects.filter(pk__in=[attempt.pk for attempt in unsure]).update(
        outcome=Outcome.NOT_SENT, error_code="not in the list"
    )
    message_states.requeue(message, message.attempts.latest("number"), next_try_at=None)


# ---- accepted messages: what became of it? ----


def _check_accepted(message: Message) -> None:
    """Ask what became of a message the carrier took; after three days without a final status it counts as lost."""
    attempt = message.attempts.get(outcome=Outcome.ACCEPTED)
    try:
        report = _fetch(attempt)
    finally:
        # A carrier that cannot say for three days is as good as one that lost it.
        _wait_or_give_up(message, attempt)
    if report is not None:
        message_states.record_report(attempt.carrier, report, attempt_id=attempt.pk)


def _fetch(attempt: Attempt) -> StatusReport | None:
    carrier = checkable_carrier(attempt.carrier)
    return carrier.fetch(attempt.provider_id) if carrier and attempt.provider_id else None


@transaction.atomic(durable=True)
def _wait_or_give_up(message: Message, attempt: Attempt) -> None:
    locked = Message.objects.select_for_update().filter(pk=message.pk, state=MessageState.ACCEPTED).first()
    if locked is None:
        return
    if Message.objects.filter(pk=locked.pk, accepted_at__lte=Now() - timings().give_up).exists():
        message_states.mark_failed(locked, attempt, code=NO_WORD, meaning=Meaning.UNFIT)
    else:
        # As long again as it has waited, never less than at first, and for the last time when three days are over.
        waited, follow_up = Now() - F("accepted_at"), Value(timings().follow_up, output_field=DurationField())
        Message.objects.filter(pk=locked.pk).update(
            next_check_at=Least(Now() + Greatest(waited, follow_up), F("accepted_at") + timings().give_up)
        )
