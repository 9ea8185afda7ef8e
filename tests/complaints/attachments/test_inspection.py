"""Files without a row and rows without a file are found, by command and each night."""

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from complaints.attachments import recognition, uploads
from complaints.escalation import tasks
from complaints.models import Attachment, Draft
from notifications import alarms
from notifications.models import AlarmKind
from tests.complaints.sample_files import upload

pytestmark = pytest.mark.usefixtures("media")

ORPHAN = "attachments/ab/ab0123"


@pytest.fixture
def kept(draft: Draft, now: datetime) -> Attachment:
    """A file with its row."""
    uploads.keep([uploads.receive(upload("a.jpg"), at=now)], draft=draft)
    return draft.attachments.get()


def leave_orphan(folder: Path, *, age: timedelta) -> Path:
    path = folder / ORPHAN
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"left behind")
    written = (timezone.now() - age).timestamp()
    os.utime(path, (written, written))
    return path


def open_alarms() -> list[str]:
    return [alarm.kind for alarm in alarms.open_alarms()]


def test_files_and_rows_that_belong_together_are_no_difference(kept: Attachment) -> None:
    assert not recognition.find_differences(at=timezone.now())
    call_command("check_files")
    assert tasks.check_files() is False


def test_an_old_file_without_a_row_is_named_and_deleted_if_asked(kept: Attachment, tmp_path: Path) -> None:
    path = leave_orphan(tmp_path, age=timedelta(days=2))
    with pytest.raises(CommandError, match=f"without a row: {ORPHAN}"):
        call_command("check_files")
    assert path.exists()
    call_command("check_files", "--delete-orphans")
    assert (path.exists(), Path(kept.file.path).exists()) == (False, True)


def test_a_file_of_the_last_day_may_still_get_its_row(kept: Attachment, tmp_path: Path) -> None:
    path = leave_orphan(tmp_path, age=timedelta(hours=23))
    call_command("check_files", "--delete-orphans")
    assert path.exists()


def test_a_row_without_its_file_is_named_and_its_row_stays(kept: Attachment) -> None:
    Path(kept.file.path).unlink()
    with pytest.raises(CommandError, match=f"missing: {kept.file.name}"):
        call_command("check_files", "--delete-orphans")
    assert Attachment.objects.count() == 1


def test_each_night_the_operators_are_told_and_the_alarm_ends_by_itself(kept: Attachment, tmp_path: Path) -> None:
    path = leave_orphan(tmp_path, age=timedelta(days=2))
    tasks.check_files()
    assert open_alarms() == [AlarmKind.FILES_DIFFER]
    path.unlink()
    tasks.check_files()
    assert open_alarms() == []


def test_the_operators_are_told_before_the_disk_is_full(kept: Attachment, monkeypatch: pytest.MonkeyPatch) -> None:
    assert tasks.check_storage() is True
    monkeypatch.setattr(recognition, "LEAST_ROOM", 1 << 60)
    tasks.check_storage()
    assert open_alarms() == [AlarmKind.STORAGE_FULL]
    monkeypatch.undo()
    tasks.check_storage()
    assert open_alarms() == []
