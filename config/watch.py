"""Each worker watches the schedule: when beat is dead, the operators are told by somebody else."""

import logging
import threading
from typing import Any

from celery.bootsteps import StartStopStep
from django.db import connection
from django.utils import timezone

from accounts.staff import operator_alarms
from notifications.periodic import Watch

logger = logging.getLogger(__name__)

CHECK_SECONDS = 15.0


class ScheduleWatch(StartStopStep):
    """A thread of the worker's main process, which no backlog of tasks delays and no slow database blocks."""

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self._stopped = threading.Event()

    def start(self, parent: Any) -> None:
        """Begin to watch."""
        del parent
        threading.Thread(target=self._watch, name="schedule watch", daemon=True).start()

    def stop(self, parent: Any) -> None:
        """End with the worker."""
        del parent
        self._stopped.set()

    #: A worker that is ended at once calls this instead.
    terminate = stop

    def _watch(self) -> None:
        watch = Watch()
        while not self._stopped.wait(CHECK_SECONDS):
            check(watch)


def check(watch: Watch) -> None:
    """Check once, and tell the operators of a stopped schedule, which would have told them; never raises."""
    try:
        if not watch.check():
            operator_alarms.notify_operators(timezone.now())
    except Exception as error:  # noqa: BLE001 - a database that is away is checked again
        logger.error("The schedule could not be checked.", extra={"error": type(error).__name__})  # noqa: TRY400
    finally:
        # Not kept open: a child that the worker forks must not share it.
        connection.close()
