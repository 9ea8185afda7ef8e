"""The base of all tasks: they record their runs, and an outage of the database is no error of theirs."""

import logging
from collections.abc import Callable
from typing import Any, Final

from celery import Task
from celery.utils.time import get_exponential_backoff_interval

from kit.outages import MAY_BE_OUTAGES, DatabaseOutage, database_outage
from notifications import periodic

logger = logging.getLogger(__name__)

#: Seconds before a task that met an outage is tried again the first time; then twice as long each time, up to the most.
FIRST_WAIT: Final = 30
LONGEST_WAIT: Final = 600


class RecordedTask(Task[Any, Any]):
    """A task whose runs are recorded, if it is one of the schedule."""

    abstract = True
    # The database was away, or a row was kept by somebody else: a line in the log, and the next run does the work.
    throws = (DatabaseOutage,)
    #: How often one that met an outage is tried again before its next run; see ``runs.NIGHTLY``.
    tries_after_outage = 0

    def __call__(self, *args: Any, **options: Any) -> Any:
        """Run; raise ``DatabaseOutage`` for what pages answer with a 503, after the tries that are left."""
        try:
            return self.run(*args, **options)
        except MAY_BE_OUTAGES as error:
            if not (reason := database_outage(error)):
                raise
            # The driver's words may hold what a person typed.
            raise self._again(DatabaseOutage(reason)) from None

    def _again(self, outage: DatabaseOutage) -> Exception:
        """Send the task again, if it may be tried again, and return what is to be raised."""
        tries = self.request.retries
        if self.request.called_directly or tries >= self.tries_after_outage:
            return outage
        wait = get_exponential_backoff_interval(FIRST_WAIT, tries, LONGEST_WAIT, full_jitter=True)
        return self.retry(exc=outage, countdown=wait, max_retries=self.tries_after_outage, throw=False)

    def before_start(self, *_: Any, **__: Any) -> None:
        """Record the start."""
        self._record(lambda: periodic.record_start(self.name))

    def on_success(self, *_: Any, **__: Any) -> None:
        """Record that the run completed."""
        self._record(lambda: periodic.record_end(self.name))

    def on_failure(self, exc: BaseException, *_: Any, **__: Any) -> None:
        """Record that the run failed, and by what."""
        self._record(lambda: periodic.record_end(self.name, error=type(exc).__name__))

    def _record(self, write: Callable[[], None]) -> None:
        """Write, if the task is one of the schedule; a task does not fail because its run cannot be recorded."""
        if self.name not in periodic.runs_spans():
            return
        try:
            write()
        except Exception as error:  # noqa: BLE001 - whatever the driver raises: the task becomes late, which is noticed
            logger.log(
                logging.WARNING if database_outage(error) else logging.ERROR,
                "The run of a task was not recorded.",
                extra={"task": self.name, "error": type(error).__name__},
            )
