"""What sending runs by: the database's clock, the table of timings, and the signal that wakes the workers."""

from __future__ import annotations

import logging
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import cache
from time import monotonic
from typing import Any, Final

from celery import current_app
from django.conf import settings
from django.db import connection
from kombu import pools

# ---- Tells the workers that messages are waiting; a signal may be lost, because the sweep looks at the rows. ----


logger = logging.getLogger(__name__)

TASK: Final = "notifications.deliver"
#: Lanes without a worker of their own, by the queue that is told: nobody waits for a program outside.
QUEUES: Final = {"webhooks": "chores"}
# A person waits while the signal is sent: a stopped broker, which still takes connections, must cost no more than this.
BROKER_LIMITS: Final = {
    "socket_connect_timeout": 0.5,
    "socket_timeout": 0.5,
    "retry_on_timeout": False,
    "max_retries": 0,
}
# After a failed signal this process sends none for a moment: a page that owes three times must not wait three times.
PAUSE_SECONDS: Final = 2.0


class _Pause:
    until = 0.0


def notify_workers(lane: str) -> bool:
    """Tell a worker to deliver what a lane holds, without waiting for a dead broker; return whether it was told.

    The signal names no message. Never raises: the caller has committed its message, and must not see an error for a
    lost hint.
    """
    if monotonic() < _Pause.until:
        return _log_failure(lane, "paused")
    try:
        with _producers().acquire(block=True, timeout=BROKER_LIMITS["socket_timeout"]) as producer:
            current_app.send_task(
                TASK,
                args=[str(lane)],
                queue=QUEUES.get(lane, str(lane)),
                retry=False,
                ignore_result=True,
                producer=producer,
            )
    except Exception as error:  # noqa: BLE001 - kombu, redis and the socket each have errors of their own
        _Pause.until = monotonic() + PAUSE_SECONDS
        return _log_failure(lane, type(error).__name__)
    return True


def reset() -> None:
    """Drop the pause and the connections: after a fork, or when the broker's address changed."""
    _Pause.until = 0.0
    _producers.cache_clear()


def _log_failure(lane: str, why: str) -> bool:
    # No traceback: it may hold the broker's address and password.
    logger.error("The broker is silent; messages wait for the sweep.", extra={"lane": str(lane), "error": why})
    return False


@cache
def _producers() -> Any:
    """Return this process's own pool of producers, with shorter timeouts than the workers' connections have."""
    connection = current_app.connection_for_write()
    connection.transport_options = {**(connection.transport_options or {}), **BROKER_LIMITS}
    return pools.producers[connection]


# ---- Every span of time of the sending of messages, in one table that one setting scales with its ratios kept. ----


@dataclass(frozen=True)
class Timings:
    """How long each thing takes or waits. The lease must outlast what a sender may still do within it."""

    lease: timedelta = timedelta(seconds=90)
    # With less of its lease left a message is not put on the wire: a carrier may take this long to answer.
    least_lease: timedelta = timedelta(seconds=45)
    # A sender that was stopped for longer between its mark and its carrier does not call the carrier any more.
    mark_to_send: timedelta = timedelta(seconds=15)
    connect: timedelta = timedelta(seconds=5)
    read: timedelta = timedelta(seconds=20)
    # Programs outside are called by processes that have more to do.
    program_read: timedelta = timedelta(seconds=10)
    back_off: timedelta = timedelta(seconds=5)
    longest_back_off: timedelta = timedelta(minutes=15)
    # The waits before the checks of an unknown message: longer than a carrier's list takes to show what it took.
    first_check: timedelta = timedelta(minutes=10)
    second_check: timedelta = timedelta(minutes=20)
    # After a check that could not be finished.
    check_again: timedelta = timedelta(minutes=5)
    # An unknown message of this age is decided by a person, and never sent again by itself.
    until_decision: timedelta = timedelta(hours=2)
    # An accepted message without a final status is asked about, and again after as long as it has waited.
    follow_up: timedelta = timedelta(minutes=30)
    give_up: timedelta = timedelta(hours=72)
    # A route whose account is refused is tried with one message after this.
    route_stop: timedelta = timedelta(minutes=10)
    # A program outside that does not answer is called for nothing, twice as long after each failure, up to this.
    longest_rest: timedelta = timedelta(minutes=5)
    # A route's weight recovers by one tenth in this time.
    recover: timedelta = timedelta(minutes=1)


USUAL: Final = Timings()


def timings() -> Timings:
    """Return the spans times ``NOTIFICATIONS_TIME_FACTOR``: 1 in production, less for tests that cannot wait."""
    return _scaled(settings.NOTIFICATIONS_TIME_FACTOR)


@cache
def _scaled(factor: float) -> Timings:
    return Timings(**{span.name: getattr(USUAL, span.name) * factor for span in fields(Timings)})


# ---- The database's clock, by which senders on any number of machines agree what time it is. ----


def database_now() -> datetime:
    """Return the moment by the database's clock; one statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment
