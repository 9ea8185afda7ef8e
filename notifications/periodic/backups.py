"""Whether what would bring the database back is being written: the archive of its log, and the nightly backup."""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models.functions import Now

from notifications import alarms
from notifications.models import AlarmKind, PeriodicTask

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
