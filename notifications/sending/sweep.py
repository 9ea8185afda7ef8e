"""Behind the bell: what expired or was left behind is settled, what was not rung for is, and what waits is watched."""

import logging
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from notifications import alarms
from notifications.models import AlarmKind, Lane, Message, MessageQuerySet, MessageState, Outcome
from notifications.reconciliation import message_states
from notifications.runtime import worker_signal
from notifications.runtime.timings import pace
from notifications.sending import send_conditions
from notifications.sending.batches import MOST_CLAIMED
from notifications.sending.routes import Routes

logger = logging.getLogger(__name__)

SWEPT_AT_ONCE: Final = 500
RINGS_AT_ONCE: Final = 4
OLD: Final = timedelta(minutes=15)


def expire() -> int:
    """Settle what is worthless by now, and has not left or may not have; return how many.

    A code of which it is not known whether it was taken is not worth a person's decision.
    """
    old = Message.objects.waiting().filter(expires_at__lte=Now())
    doubtful = Message.objects.filter(state=MessageState.UNKNOWN, lane=Lane.CODES).filter(
        Q(expires_at__lte=Now()) | Q(unsure_since__lte=Now() - pace().person)
    )
    return sum(_expire(messages) for messages in (old, doubtful))


def _expire(messages: MessageQuerySet) -> int:
    with transaction.atomic():
        ids = list(messages.select_for_update(skip_locked=True).values_list("pk", flat=True)[:SWEPT_AT_ONCE])
        return Message.objects.filter(pk__in=ids).update(
            state=MessageState.EXPIRED, settled_at=Now(), unsure_since=None, look_at=None
        )


def recover() -> int:
    """Settle what senders left behind: never on the wire is pending again, on the wire is unknown; return how many."""
    with transaction.atomic():
        left_behind = list(Message.objects.abandoned().select_for_update(skip_locked=True)[:SWEPT_AT_ONCE])
        for message in left_behind:
            _abandon(message)
    return len(left_behind)


def ring_due() -> int:
    """Ring for the lanes in which something may be sent, a few times where much is; return how many rings."""
    free = send_conditions.sendable(Routes.now())
    rings = [lane for lane in Lane for _ in range(_rings(free.filter(lane=lane)))]
    for lane in rings:
        worker_signal.ring(lane)
    return len(rings)


def _rings(free: MessageQuerySet) -> int:
    number = free[:SWEPT_AT_ONCE].count()
    return min(RINGS_AT_ONCE, 1 + number // MOST_CLAIMED) if number else 0


def watch_age() -> None:
    """Sound where something that was free to leave has waited for a quarter of an hour, and end the alarm elsewhere."""
    then = Now() - OLD
    waiting = Message.objects.waiting().filter(
        Q(not_before__isnull=True) | Q(not_before__lte=then), send_conditions.may_wake(then), created_at__lte=then
    )
    report = alarms.sound if waiting.exists() else alarms.over
    report(AlarmKind.QUEUE_OLD)


def watch_unknown() -> None:
    """Sound where something has been unknown for so long that a person must decide, and end the alarm elsewhere."""
    unknown = Message.objects.filter(state=MessageState.UNKNOWN, lane=Lane.NOTICES)
    report = alarms.sound if unknown.filter(unsure_since__lte=Now() - pace().person).exists() else alarms.over
    report(AlarmKind.UNDECIDED)


def _abandon(message: Message) -> None:
    """Settle one message whose sender did not come back."""
    attempt = message.attempts.get(ended_at__isnull=True)
    was_on_wire = attempt.wire_at is not None
    outcome = Outcome.UNKNOWN if was_on_wire else Outcome.NOT_SENT
    message.attempts.filter(pk=attempt.pk).update(ended_at=Now(), outcome=outcome, error_code="lease over")
    logger.warning("A sender did not come back.", extra={"message_id": str(message.pk), "on_wire": was_on_wire})
    if was_on_wire:
        message_states.doubt(message)
    else:
        message_states.wait(message, attempt)
