"""Measures and names every task of the workers, and answers scrapes where a worker runs in a container of its own."""

from __future__ import annotations

from time import perf_counter
from typing import Any, Final

from billiard.exceptions import TimeLimitExceeded, WorkerLostError
from celery.signals import task_failure, task_postrun, task_prerun, worker_ready
from django.conf import settings
from prometheus_client import start_http_server
from structlog.contextvars import bind_contextvars, unbind_contextvars

from config.monitoring import exposition
from config.monitoring.metrics import TASK_SECONDS, TASKS_LOST

#: When the tasks of this process began, by their id.
_began: Final[dict[str, float]] = {}


def connect() -> None:
    """Measure the tasks of this process; calling it twice changes nothing."""
    task_prerun.connect(_begin)
    task_postrun.connect(_end)
    task_failure.connect(_lose)
    worker_ready.connect(_listen)


def _begin(task_id: str, task: Any, **_: Any) -> None:
    bind_contextvars(task=task.name, task_id=task_id)
    _began[task_id] = perf_counter()


def _end(task_id: str, task: Any, state: str | None = None, **_: Any) -> None:
    unbind_contextvars("task", "task_id")
    began = _began.pop(task_id, None)
    if began is not None:
        outcome = (state or "unknown").lower()
        TASK_SECONDS.labels(task=task.name, outcome=outcome).observe(perf_counter() - began)


def _lose(sender: Any, exception: BaseException, **_: Any) -> None:
    """Count a task whose process was killed: that process could not."""
    if isinstance(exception, WorkerLostError | TimeLimitExceeded):
        TASKS_LOST.labels(task=sender.name).inc()


def _listen(**_: Any) -> None:
    """Answer scrapes on METRICS_PORT, if there is one; only for a port that no proxy leads to."""
    if settings.METRICS_PORT:
        start_http_server(settings.METRICS_PORT, registry=exposition.measured())
