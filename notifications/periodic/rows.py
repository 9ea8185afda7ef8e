"""The rows of a periodic task, each in a transaction of its own: a bad one is left out for a while, and named."""

import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime, timedelta
from typing import Any, Final

from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, connection, models, transaction

from kit.outages import database_outage
from notifications import alarms
from notifications.models import AlarmKind, FailingRow

logger = logging.getLogger(__name__)

FIRST_WAIT: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(hours=6)
#: A locked row or a slow database is the row's own fault only after so many failures.
MOST_EXCUSED: Final = 2
#: Alarms of one task about rows that are open at once: a defect that meets every row must not write to every operator
#: about each.
MOST_ALARMS: Final = 3
#: As long as the column; a carrier's own id may be longer.
LONGEST_NAME: Final = 60
#: A row that was not tried again for so long is not the task's any more.
FORGOTTEN_AFTER: Final = timedelta(days=2)


class RowRun:
    """One run of ``task`` over rows of one ``kind``; takes one statement, and one more for each row that fails.

    A failing row is logged by its key and the class of the error, raises an alarm, and is left out for a minute, then
    twice as long after each failure, six hours at most. Its changes are rolled back.
    """

    def __init__(self, task: str, kind: str, *, at: datetime) -> None:
        self.task, self.kind, self.at = task, kind, at
        found = FailingRow.objects.filter(task=task, row__startswith=f"{kind} ")
        self._failing = {failing.row.removeprefix(f"{kind} "): failing for failing in found}

    @property
    def failing(self) -> Collection[str]:
        """Return the keys of all failing rows, those that are to be tried again now included."""
        return self._failing.keys()

    @property
    def waiting(self) -> Collection[str]:
        """Return the keys of the failing rows whose time to be tried again has not come."""
        return {key for key, failing in self._failing.items() if failing.retry_at > self.at}

    def without_waiting[M: models.Model](self, rows: models.QuerySet[M], *, field: str = "pk") -> models.QuerySet[M]:
        """Return ``rows`` without those that wait; ``field`` holds the key."""
        return rows.exclude(**{f"{field}__in": self.waiting}) if self.waiting else rows

    @contextmanager
    def row(self, key: object, *, atomic: bool = True) -> Iterator[None]:
        """Run the body in a transaction, or a savepoint; an error ends with it, but not that the database is away.

        With ``atomic=False`` the body opens transactions of its own.
        """
        try:
            with transaction.atomic() if atomic else nullcontext():
                yield
        except (SoftTimeLimitExceeded, InterfaceError):
            raise
        except Exception as error:
            if database_outage(error) == "away" and not connection.is_usable():
                raise
            self._fail(str(key), error)
        else:
            if failing := self._failing.pop(str(key), None):
                forget(failing)

    def _fail(self, key: str, error: Exception) -> None:
        failing = self._failing.get(key) or FailingRow(task=self.task, row=f"{self.kind} {key}"[:LONGEST_NAME])
        wait = min(FIRST_WAIT * 2 ** min(failing.failures, 16), LONGEST_WAIT)
        failing.failures += 1
        failing.error = type(error).__name__
        failing.failed_at, failing.retry_at = self.at, self.at + wait
        self._save(failing)
        # No traceback: what an error says may hold what a person typed.
        logger.error(
            "A periodic task failed on a row and went on.",
            extra={"task": self.task, "row": failing.row, "error": failing.error, "where": _where(error)},
        )
        if not database_outage(error) or failing.failures > MOST_EXCUSED:
            _raise_alarm(failing)

    def _save(self, failing: FailingRow) -> None:
        fields: dict[str, Any] = {
            name: getattr(failing, name) for name in ("failures", "error", "failed_at", "retry_at")
        }
        self._failing[failing.row.removeprefix(f"{self.kind} ")], _ = FailingRow.objects.update_or_create(
            task=failing.task, row=failing.row, defaults=fields
        )


def forget(failing: FailingRow) -> None:
    """Forget a row that failed, and resolve its alarm."""
    FailingRow.objects.filter(pk=failing.pk).delete()
    alarms.resolve(AlarmKind.ROW_FAILED, _about(failing))


def forget_old(at: datetime) -> None:
    """Forget the rows that their task has not met for two days: they were changed by somebody else, or are gone."""
    for failing in FailingRow.objects.filter(retry_at__lte=at - FORGOTTEN_AFTER):
        forget(failing)


def _raise_alarm(failing: FailingRow) -> None:
    others = alarms.open_alarms().filter(kind=AlarmKind.ROW_FAILED, about__startswith=f"{failing.task} ")
    if others.exclude(about=_about(failing)).count() < MOST_ALARMS:
        alarms.raise_alarm(AlarmKind.ROW_FAILED, _about(failing))


def _about(failing: FailingRow) -> str:
    return f"{failing.task} {failing.row}"


def _where(error: BaseException) -> str:
    """Return the file and line that raised ``error``."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_globals.get('__name__', '')}:{trace.tb_lineno}" if trace else ""
