"""Tells the workers that messages are waiting; a signal may be lost, because the sweep looks at the rows."""

import logging
from functools import cache
from time import monotonic
from typing import Any, Final

from celery import current_app
from kombu import pools

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
