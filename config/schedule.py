"""The scheduler of beat: the schedule is kept in memory, the moments of sending in rows, so that no file can fail.

Several beats may run: whoever moves the row on sends the task.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from celery.beat import ScheduleEntry, Scheduler
from django.db import connection, transaction

from config.beat import HEARTBEAT
from notifications import periodic

logger = logging.getLogger(__name__)

TICK_SECONDS = 1.0


class RowScheduler(Scheduler):
    """Sends what is due and says every second that it is alive; a silent broker or database is waited for.

    Celery's own loop keeps the tasks in the order of moments, in which a clock that is set back starves all but one.
    """

    def tick(self, *_: Any, **__: Any) -> float:
        """Send every task that is due; return the seconds until the next look."""
        _say_alive()
        try:
            for entry in self._due():
                self.apply_async(entry)
                _say_alive()
        except Exception as error:  # noqa: BLE001 - psycopg, kombu, redis and the socket each have errors of their own
            # No traceback: it may hold the address and the password of a server.
            logger.error("A periodic task was not sent.", extra={"error": type(error).__name__})  # noqa: TRY400
            connection.close()
        return TICK_SECONDS

    def _due(self) -> Iterator[ScheduleEntry]:
        entries = {str(entry.task): entry for entry in self.schedule.values()}
        for name, sent_at in periodic.last_sent(entries, at=self.app.now()).items():
            entry = entries[name]
            entry.last_run_at = sent_at
            if _is_ahead(entry, sent_at) or self.is_due(entry)[0]:
                yield entry

    def apply_async(self, entry: ScheduleEntry, *_: Any, **__: Any) -> None:
        """Send a task, unless another beat has; what cannot be sent is due again."""
        name, seen = str(entry.task), entry.last_run_at
        with transaction.atomic():
            if seen and periodic.claim(name, seen=seen, at=self.app.now()):
                # Without a producer kept open: a broker that came back is found, and one that is away costs a second.
                super().apply_async(entry, advance=False)
                logger.info("A periodic task is sent.", extra={"task": name})


def _is_ahead(entry: ScheduleEntry, sent_at: datetime) -> bool:
    """Tell whether the last sending lies in the future, because a clock was set back meanwhile: then it is due."""
    span = getattr(entry.schedule, "run_every", None)
    return isinstance(span, timedelta) and sent_at > entry.default_now() + span


def _say_alive() -> None:
    """Say to the process that watches this one that it lives; end with it."""
    if descriptor := os.environ.get(HEARTBEAT):
        os.write(int(descriptor), b".")
