"""Finds what no signal announced and no sender finished: expired and abandoned messages, and what waits too long."""

import logging
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from notifications import alarms, reconciliation, runtime
from notifications.models import (
    REPEATABLE,
    AlarmKind,
    Channel,
    Lane,
    Message,
    MessageQuerySet,
    MessageState,
    Outcome,
)
from notifications.periodic import RowRun
from notifications.runtime import database_now, timings
from notifications.sending import claims
from notifications.sending.claims import MOST_CLAIMED
from notifications.sending.routes import RoutingTable

logger = logging.getLogger(__name__)

TASK: Final = "notifications.sweep"

SWEPT_AT_ONCE: Final = 500
SIGNALS_AT_ONCE: Final = 4
# Programs outside are called by a process of scheduled tasks, of which the others need the rest.
MOST_SIGNALS: Final = {Lane.CODES: SIGNALS_AT_ONCE, Lane.NOTICES: SIGNALS_AT_ONCE, Lane.WEBHOOKS: 1}
OLD: Final = timedelta(minutes=15)


def expire() -> int:
    """Settle what has expired and was not sent, and old codes that are still unknown; return how many.

    A code of which it is not known whether it was taken is not worth a person's decision.
    """
    old = Message.objects.waiting().filter(expires_at__lte=Now())
    unknown_codes = Message.objects.filter(state=MessageState.UNKNOWN, lane=Lane.CODES).filter(
        Q(expires_at__lte=Now()) | Q(unsure_since__lte=Now() - timings().until_decision)
    )
    return sum(_expire(messages) for messages in (old, unknown_codes))


def _expire(messages: MessageQuerySet) -> int:
    with transaction.atomic():
        ids = list(messages.select_for_update(skip_locked=True).values_list("pk", flat=True)[:SWEPT_AT_ONCE])
        return Message.objects.filter(pk__in=ids).update(
            state=MessageState.EXPIRED, settled_at=Now(), unsure_since=None, next_check_at=None
        )


def settle_abandoned() -> int:
    """Settle messages whose lease is over: pending if the carrier was never called, else unknown; return how many."""
    run, settled = RowRun(TASK, "message", at=database_now()), 0
    with transaction.atomic():
        abandoned = run.without_waiting(Message.objects.abandoned())
        for message in list(abandoned.select_for_update(skip_locked=True)[:SWEPT_AT_ONCE]):
            with run.row(message.pk):
                _settle_abandoned(message)
                settled += 1
    return settled


def notify_due() -> int:
    """Notify workers of the lanes in which something may be sent, several where much is; return how many signals."""
    sendable = claims.send_conditions_sendable(RoutingTable.load(programs=True))
    lanes = [lane for lane in Lane for _ in range(min(MOST_SIGNALS[lane], _signals_needed(sendable.filter(lane=lane))))]
    for lane in lanes:
        runtime.notify_workers(lane)
    return len(lanes)


def _signals_needed(sendable: MessageQuerySet) -> int:
    number = sendable[:SWEPT_AT_ONCE].count()
    return min(SIGNALS_AT_ONCE, 1 + number // MOST_CLAIMED) if number else 0


def check_queue_age() -> None:
    """Raise an alarm where something that could leave has waited for a quarter of an hour; resolve it elsewhere."""
    then = Now() - OLD
    waiting = (
        Message.objects.waiting()
        .exclude(channel__in=REPEATABLE)
        .filter(Q(not_before__isnull=True) | Q(not_before__lte=then), claims.wakes_nobody(then), created_at__lte=then)
    )
    report = alarms.raise_alarm if waiting.exists() else alarms.resolve
    report(AlarmKind.QUEUE_OLD)


def check_programs() -> None:
    """Raise an alarm for each program outside that has taken nothing for a quarter of an hour although it was called.

    The alarm is resolved when the program takes a message.
    """
    waiting = Message.objects.waiting().filter(channel=Channel.WEBHOOK, created_at__lte=Now() - OLD, tries__gt=0)
    for name in waiting.order_by().values_list("recipient", flat=True).distinct():
        alarms.raise_alarm(AlarmKind.ROUTE_STOPPED, f"{Channel.WEBHOOK} {name}")


def check_undecided() -> None:
    """Raise an alarm where a message has been unknown for so long that a person must decide; resolve it elsewhere."""
    unknown = Message.objects.filter(state=MessageState.UNKNOWN, lane=Lane.NOTICES)
    report = (
        alarms.raise_alarm
        if unknown.filter(unsure_since__lte=Now() - timings().until_decision).exists()
        else alarms.resolve
    )
    report(AlarmKind.UNDECIDED)


def _settle_abandoned(message: Message) -> None:
    attempt = message.attempts.get(ended_at__isnull=True)
    was_on_wire = attempt.wire_at is not None
    outcome = Outcome.UNKNOWN if was_on_wire else Outcome.NOT_SENT
    message.attempts.filter(pk=attempt.pk).update(ended_at=Now(), outcome=outcome, error_code="lease over")
    logger.warning("A sender did not come back.", extra={"message_id": str(message.pk), "on_wire": was_on_wire})
    if was_on_wire:
        reconciliation.mark_unknown(message)
    else:
        reconciliation.requeue(message, attempt)
