"""The alarms of the archive of the log and of the backup: they come with the trouble, and go with it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from psycopg import Connection
from pytest_django import Settings

from config.devstack import throwaway
from config.monitoring import collector, parts
from notifications import alarms, periodic
from notifications.models import AlarmKind, PeriodicTask
from notifications.tasks import check_backups
from tests.backup.test_point_in_time import Recovery, open_database, value, wait_for, wait_until_archived

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _expected(settings: Settings) -> None:
    settings.LOG_ARCHIVE, settings.BACKUP_HOURS = True, 26


class Archiving:
    """A cluster that archives its log, of which the code under test asks while its rows are those of the test."""

    def __init__(self, connection: Connection, archive: Path) -> None:
        self.connection, self.archive = connection, archive

    def fail(self) -> None:
        """Take the folder of the archive away until one file more could not be written there."""
        self.archive.rename(self.archive.with_name("away"))
        before = self._failed()
        self._write()
        value(self.connection, "SELECT pg_walfile_name(pg_switch_wal())")
        wait_for(lambda: self._failed() > before)

    def mend(self) -> None:
        self.archive.with_name("away").rename(self.archive)
        self._write()
        wait_until_archived(self.connection)

    def _write(self) -> None:
        value(self.connection, "SELECT pg_logical_emit_message(false, 'test', 'without which no file is begun')")

    def _failed(self) -> int:
        return int(value(self.connection, "SELECT failed_count FROM pg_stat_archiver"))


@pytest.fixture
def archiving(monkeypatch: pytest.MonkeyPatch) -> Iterator[Archiving]:
    with throwaway.folder() as base:
        recovery = Recovery(base)
        with recovery.running("archiving", **recovery.archiving()) as url, open_database(url) as connection:
            monkeypatch.setattr(periodic, "connection", connection)
            yield Archiving(connection, recovery.archive)


def told(client: Client, part: str, gauge: str) -> dict[str, object]:
    """Run the check, and return what alarms, operators, metrics and those who watch the processes are told."""
    check_backups()
    at = timezone.now()
    return {
        "alarms": sorted(alarms.open_alarms().values_list("kind", flat=True)),
        "page": parts.system_status(at)[parts.BACKUPS].section or "",
        "metrics": next(m.samples[0].value for m in collector._backups(at) if m.name == f"bekhedmatkom_{gauge}"),
        "ready": client.get("/health/ready").json()[part],
    }


def well() -> dict[str, object]:
    return {"alarms": [], "page": "", "metrics": 1, "ready": True}


def wrong(kind: AlarmKind) -> dict[str, object]:
    return {"alarms": [kind], "page": kind, "metrics": 0, "ready": False}


def test_the_archive_of_the_log(
    client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch, archiving: Archiving
) -> None:
    periodic.record_backup(at=timezone.now())
    found, expected = dict[str, object](), dict[str, object]()

    def look(when: str, what: dict[str, object]) -> None:
        found[when], expected[when] = told(client, "log_archive", "log_archive_up"), what

    look("before the first file", well())
    archiving.fail()
    look("the folder is away", wrong(AlarmKind.LOG_NOT_ARCHIVED))
    archiving.mend()
    look("the folder is back", well())
    monkeypatch.setattr(periodic, "SILENT_ARCHIVE", timedelta(0))
    look("nothing is archived any more", wrong(AlarmKind.LOG_NOT_ARCHIVED))
    monkeypatch.setattr(periodic, "SILENT_ARCHIVE", timedelta(minutes=15))
    look("it goes on", well())
    archiving.fail()
    settings.LOG_ARCHIVE = False
    look("nobody asks for it", well())
    assert found == expected


def test_archiving_that_is_off_although_it_should_be_on(client: Client, settings: Settings) -> None:
    # The cluster of the tests archives nothing.
    periodic.record_backup(at=timezone.now())
    assert told(client, "log_archive", "log_archive_up") == wrong(AlarmKind.LOG_NOT_ARCHIVED)
    settings.LOG_ARCHIVE = False
    assert told(client, "log_archive", "log_archive_up") == well()


def test_the_backup(client: Client, settings: Settings) -> None:
    settings.LOG_ARCHIVE = False

    def made(moment: datetime) -> dict[str, object]:
        periodic.record_backup(at=moment)
        return told(client, "backup", "backup_up")

    now = timezone.now()
    assert made(now - timedelta(hours=27)) == wrong(AlarmKind.BACKUP_OLD)
    assert parts.system_status(now)[parts.BACKUPS].since == now - timedelta(hours=27)
    assert made(now - timedelta(hours=25)) == well()
    # A new installation has as long as between two backups.
    PeriodicTask.objects.all().delete()
    settings.BACKUP_HOURS = 24 * 365
    assert told(client, "backup", "backup_up") == well()
    settings.BACKUP_HOURS = -1
    assert told(client, "backup", "backup_up") == wrong(AlarmKind.BACKUP_OLD)
    settings.BACKUP_HOURS = 0
    assert told(client, "backup", "backup_up") == well()
