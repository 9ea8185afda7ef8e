"""What the workers do for the outbox: answer the bell, and sweep behind it."""

from collections.abc import Sequence
from time import monotonic
from typing import Final

from celery import shared_task

from notifications import bell, delivery

# Well under the task's time limit, whose signal in the middle of a send would leave a message unknown.
BUDGET_SECONDS: Final = 45


@shared_task(name=bell.TASK, ignore_result=True)
def deliver(message_ids: Sequence[str]) -> None:
    """Hand the messages over one after the other; what slow carriers leave no time for waits for the sweep."""
    started = monotonic()
    for message_id in message_ids:
        if monotonic() - started > BUDGET_SECONDS:
            return
        delivery.deliver(message_id)


@shared_task(name="notifications.sweep", ignore_result=True)
def sweep() -> None:
    """Settle what expired or was left behind, and ring for what no ring reached."""
    delivery.expire()
    delivery.recover()
    delivery.ring_due()
