"""Periodic tasks: when each ran last, which have stopped, and rows on which one fails without stopping."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, Final

from celery.exceptions import SoftTimeLimitExceeded
from celery.schedules import crontab
from django.conf import settings
from django.db import InterfaceError, connection, models, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Max
from django.db.models.functions import Now

from kit.outages import database_outage
from notifications import alarms
from notifications.models import AlarmKind, FailingRow, PeriodicTask

# ---- The rows of a periodic task, each in a transaction of its own: a bad one is left out for a while, and
# named.


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


# ---- When each periodic task was sent, started and completed: one row for each task, whoever sends or runs it. ----


#: What runs once a night is tried again in the same night when it met an outage of the database.
NIGHTLY: Final[Mapping[str, Any]] = {"tries_after_outage": 5}
#: After this span without any start the schedule counts as stopped; the most frequent task starts every ten seconds.
STOPPED_AFTER: Final = timedelta(seconds=75)
#: A task that has missed so many of its runs is late, but never one that was due within the shortest span.
MISSED_RUNS: Final = 3
SHORTEST: Final = timedelta(minutes=3)
#: A task of a certain time of day is late after this.
A_DAY_AND_MORE: Final = timedelta(hours=26)


def runs_spans() -> Mapping[str, timedelta]:
    """Return, by task of the schedule, the time within which it must have completed again."""
    return {entry["task"]: _span(entry["schedule"]) for entry in settings.CELERY_BEAT_SCHEDULE.values()}


def _span(schedule: float | crontab) -> timedelta:
    if isinstance(schedule, crontab):
        return A_DAY_AND_MORE
    return max(SHORTEST, MISSED_RUNS * timedelta(seconds=schedule))


def last_sent(names: Iterable[str], *, at: datetime) -> Mapping[str, datetime]:
    """Return when each task was last sent; one that is new counts as sent at ``at``."""
    names = set(names)
    sent = dict(PeriodicTask.objects.filter(name__in=names).values_list("name", "sent_at"))
    if unknown := names - sent.keys():
        rows = [PeriodicTask(name=name, sent_at=at) for name in unknown]
        PeriodicTask.objects.bulk_create(rows, ignore_conflicts=True)
    return dict.fromkeys(unknown, at) | sent


def claim(name: str, *, seen: datetime, at: datetime) -> bool:
    """Record that a task is sent at ``at``, unless another beat has sent it since ``seen``; tell whether to send.

    In the transaction in which it is sent, so that a failure to send leaves no trace.
    """
    return bool(PeriodicTask.objects.filter(name=name, sent_at=seen).update(sent_at=at))


def record_start(name: str) -> None:
    """Record that a worker has begun with a task."""
    PeriodicTask.objects.filter(name=name).update(started_at=Now())


def record_end(name: str, *, error: str = "") -> None:
    """Record that a run of a task has completed, or failed by the error of this class."""
    fields = {"failed_at": Now(), "error": error} if error else {"completed_at": Now()}
    PeriodicTask.objects.filter(name=name).update(**fields)


def last_start() -> datetime | None:
    """Return when a worker last began with any periodic task; None before the first."""
    found: datetime | None = PeriodicTask.objects.aggregate(last=Max("started_at"))["last"]
    return found


def is_running() -> bool:
    """Tell, by the database's clock, whether any periodic task has started lately."""
    return PeriodicTask.objects.filter(started_at__gt=Now() - STOPPED_AFTER).exists()


def is_sending() -> bool:
    """Tell whether beat has sent any task lately, by the database's clock."""
    return PeriodicTask.objects.filter(sent_at__gt=Now() - STOPPED_AFTER).exists()


def not_completed() -> Mapping[str, datetime | None]:
    """Return the tasks of the schedule that have not completed within their span, each with when it last did."""
    rows = PeriodicTask.objects.annotate(now=Now())
    limits = runs_spans()
    return {
        row.name: row.completed_at
        for row in rows
        if row.name in limits and (row.completed_at is None or row.now - row.completed_at > limits[row.name])
    }


# ---- Notices that the schedule has stopped or that a task is late: asked every few seconds by each worker. ----


#: A late task is believed only of a schedule that has been seen running for so long: after a start all are late.
WATCHED_BEFORE: Final = timedelta(hours=1)


class Watch:
    """What one process has seen of the schedule, in time of its own that no clock moves.

    A machine's clock may jump: that nothing starts is known from a moment that does not change, not from its age.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._last_start: datetime | None = None
        self._changed = self._running_since = clock()

    def check(self) -> bool:
        """Raise and resolve the alarms about the schedule; tell whether it runs. Two statements if nothing is wrong."""
        now, last = self._clock(), last_start()
        if last != self._last_start:
            self._last_start, self._changed = last, now
            alarms.resolve(AlarmKind.SCHEDULE_STOPPED)
        elif now - self._changed > STOPPED_AFTER.total_seconds():
            self._running_since = now
            alarms.raise_alarm(AlarmKind.SCHEDULE_STOPPED)
            return False
        self._check_tasks(now)
        return True

    def _check_tasks(self, now: float) -> None:
        late = not_completed()
        spans = runs_spans()
        watched = timedelta(seconds=now - self._running_since)
        for name in late:
            if watched > min(spans[name], WATCHED_BEFORE):
                alarms.raise_alarm(AlarmKind.TASK_LATE, name)
        for alarm in alarms.open_alarms().filter(kind=AlarmKind.TASK_LATE).exclude(about__in=late):
            alarms.resolve(AlarmKind.TASK_LATE, alarm.about)


# ---- Whether what would bring the database back is being written: the archive of its log, and the nightly
# backup.


TASK: Final = "notifications.check_backups"
#: The row of the backup beside those of the periodic tasks, although no beat sends it.
BACKUP: Final = "backup"
#: The log is archived every few minutes, even when little happens: after this its archive hangs.
SILENT_ARCHIVE: Final = timedelta(minutes=15)
#: After a start PostgreSQL has archived nothing yet, and after a crash it has forgotten what it had.
ARCHIVED: Final = """
    SELECT current_setting('archive_mode') <> 'off'
       AND coalesce(last_failed_time <= last_archived_time, last_failed_time IS NULL)
       AND greatest(last_archived_time, pg_postmaster_start_time()) > clock_timestamp() - make_interval(secs => %s)
      FROM pg_stat_archiver
"""


def check() -> None:
    """Raise an alarm for each that is not written as the settings say it should be, and resolve those that are over."""
    (alarms.resolve if is_log_archived() else alarms.raise_alarm)(AlarmKind.LOG_NOT_ARCHIVED)
    (alarms.resolve if is_backup_recent() else alarms.raise_alarm)(AlarmKind.BACKUP_OLD)


def is_log_archived() -> bool:
    """Tell whether the newest log was archived; also true where LOG_ARCHIVE does not ask for it."""
    if not settings.LOG_ARCHIVE:
        return True
    with connection.cursor() as cursor:
        cursor.execute(ARCHIVED, [SILENT_ARCHIVE.total_seconds()])
        return bool(cursor.fetchone()[0])


def is_backup_recent() -> bool:
    """Tell whether the newest backup is at most BACKUP_HOURS old, by the database's clock; also true where that is 0.

    A new installation has as long until its first.
    """
    if not settings.BACKUP_HOURS:
        return True
    since = Now() - timedelta(hours=settings.BACKUP_HOURS)
    if PeriodicTask.objects.filter(name=BACKUP).exists():
        return PeriodicTask.objects.filter(name=BACKUP, completed_at__gt=since).exists()
    return not MigrationRecorder.Migration.objects.filter(applied__lt=since).exists()


def last_backup() -> datetime | None:
    """Return the moment of the newest backup; None before the first."""
    return PeriodicTask.objects.filter(name=BACKUP).values_list("completed_at", flat=True).first()


def record_backup(*, at: datetime) -> None:
    """Record that there is a complete backup of the moment ``at``; the role may write rows."""
    done = {"completed_at": at}
    PeriodicTask.objects.update_or_create(name=BACKUP, defaults=done, create_defaults={"sent_at": at} | done)
