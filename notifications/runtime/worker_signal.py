"""The doorbell: tells the workers that messages are waiting. A ring may be lost; the rows are the truth."""

import logging
from functools import cache
from time import monotonic
from typing import Any, Final

from celery import current_app
from kombu import pools

logger = logging.getLogger(__name__)

TASK: Final = "notifications.deliver"
# A person waits while the bell is rung: a stopped broker, which still takes connections, must cost no more than this.
PATIENCE: Final = {"socket_connect_timeout": 0.5, "socket_timeout": 0.5, "retry_on_timeout": False, "max_retries": 0}
# After a failed ring the next ones of this process are skipped for a moment: a page that owes three times must not
# wait three times. The sweep finds what was not rung for.
QUIET_SECONDS: Final = 2.0


class _Bell:
    quiet_until = 0.0


def ring(lane: str) -> bool:
    """Ring for a lane, without waiting for a dead broker; return whether the ring was handed over.

    A ring names no message: whoever hears it looks into the lane. Never raises: whoever owes a message has committed
    it, and must not see an error for a lost hint.
    """
    if monotonic() < _Bell.quiet_until:
        return _silent(lane, "quiet")
    try:
        with _producers().acquire(block=True, timeout=PATIENCE["socket_timeout"]) as producer:
            current_app.send_task(
                TASK, args=[str(lane)], queue=str(lane), retry=False, ignore_result=True, producer=producer
            )
    except Exception as error:  # noqa: BLE001 - kombu, redis and the socket each have errors of their own
        _Bell.quiet_until = monotonic() + QUIET_SECONDS
        return _silent(lane, type(error).__name__)
    return True


def forget() -> None:
    """Forget earlier silence and connections: after a fork, or when the broker's address changed."""
    _Bell.quiet_until = 0.0
    _producers.cache_clear()


def _silent(lane: str, why: str) -> bool:
    # No traceback: it may hold the broker's address and password.
    logger.error("The broker is silent; messages wait for the sweep.", extra={"lane": str(lane), "error": why})
    return False


@cache
def _producers() -> Any:
    """Return this process's own pool of producers, more impatient than the workers' connections may be."""
    connection = current_app.connection_for_write()
    connection.transport_options = {**(connection.transport_options or {}), **PATIENCE}
    return pools.producers[connection]
