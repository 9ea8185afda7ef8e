"""The base of all tasks: those of the schedule record when they started and how they ended."""

import logging
from collections.abc import Callable
from typing import Any

from celery import Task
from django.db import InterfaceError, OperationalError

from notifications.periodic import runs

logger = logging.getLogger(__name__)


class RecordedTask(Task[Any, Any]):
    """A task whose runs are recorded, if it is one of the schedule."""

    abstract = True
    # The database was away, or a row was kept by somebody else: a line in the log, and the next run does the work.
    throws = (OperationalError, InterfaceError)

    def before_start(self, *_: Any, **__: Any) -> None:
        """Record the start."""
        self._record(lambda: runs.record_start(self.name))

    def on_success(self, *_: Any, **__: Any) -> None:
        """Record that the run completed."""
        self._record(lambda: runs.record_end(self.name))

    def on_failure(self, exc: BaseException, *_: Any, **__: Any) -> None:
        """Record that the run failed, and by what."""
        self._record(lambda: runs.record_end(self.name, error=type(exc).__name__))

    def _record(self, write: Callable[[], None]) -> None:
        """Write, if the task is one of the schedule; a task does not fail because its run cannot be recorded."""
        if self.name not in runs.spans():
            return
        try:
            write()
        except Exception as error:  # noqa: BLE001 - whatever the driver raises: the task becomes late, which is noticed
            logger.error(  # noqa: TRY400
                "The run of a task was not recorded.", extra={"task": self.name, "error": type(error).__name__}
            )
