"""What a backup is refused for: each time a sentence, and nothing is written."""

import base64
import json
import shutil
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from config.backup import BackupRefused, making, manifest, programs, restoring
from config.backup.manifest import CHECKSUMS, MANIFEST, Manifest
from config.database_roles import as_owner
from tests.backup.conftest import Town

pytestmark = pytest.mark.django_db(transaction=True)
OTHER_KEY = base64.b64encode(b"k" * 32).decode()


@pytest.fixture
def copy(town: Town, tmp_path: Path) -> Path:
    """A backup that a test may damage."""
    return Path(shutil.copytree(town.backup, tmp_path / town.backup.name))


def refusal(backup: Path, *options: str) -> str:
    with pytest.raises(CommandError) as refused:
        call_command("restore", str(backup), *options, stdout=StringIO())
    return str(refused.value)


def described(backup: Path, **changed: object) -> None:
    """Let the manifest of a backup say something else, with the checksum of what it says then."""
    content = json.loads((backup / MANIFEST).read_text(encoding="utf-8"))
    old = manifest.digest(backup / MANIFEST)
    (backup / MANIFEST).write_text(json.dumps(content | changed), encoding="utf-8")
    sums = (backup / CHECKSUMS).read_text(encoding="utf-8")
    (backup / CHECKSUMS).write_text(sums.replace(old, manifest.digest(backup / MANIFEST)), encoding="utf-8")


def tables() -> int:
    with connection.cursor() as cursor:
        return len(connection.introspection.table_names(cursor))


def test_a_whole_backup_is_said_to_be_whole(town: Town) -> None:
    said = StringIO()
    call_command("restore", str(town.backup), "--check", stdout=said)
    assert said.getvalue() == "The backup is whole: version 0.3.0, made at 2026-01-04T10:00:00+03:00.\n"


def test_a_database_with_tables_is_left_alone(town: Town, settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "media")
    before = tables()
    assert refusal(town.backup).startswith("The database is not empty. Nothing was changed. Restore into an empty one")
    assert (tables(), (tmp_path / "media").exists()) == (before, False)


def test_a_backup_of_a_newer_version_is_refused(copy: Path, fresh: None) -> None:
    migrations = [*manifest.read(copy).migrations, "complaints.0900_far", "gone.0001_initial", "accounts.0900_away"]
    described(copy, migrations=migrations, version="9.0.0")
    assert refusal(copy) == (
        "The backup was made by version 9.0.0 of this code and has the migration accounts.0900_away and 1 more, which"
        " this version does not have. Nothing was changed. Restore it with the version that made it, or a newer one."
    )
    assert tables() == 0


def test_a_backup_of_a_newer_server_is_refused(copy: Path, fresh: None) -> None:
    described(copy, server=99)
    assert refusal(copy).startswith("The backup comes from PostgreSQL 99, and this server is PostgreSQL ")
    assert tables() == 0


@pytest.mark.parametrize(
    ("setting", "value"),
    [("IDENTITY_KEYS", f"test:{OTHER_KEY}"), ("IDENTITY_KEYS", f"new:{OTHER_KEY}"), ("LOOKUP_KEY", OTHER_KEY)],
)
def test_a_wrong_key_is_refused(town: Town, fresh: None, settings: Settings, setting: str, value: str) -> None:
    setattr(settings, setting, value)
    assert refusal(town.backup).startswith(f"{setting} ")
    assert tables() == 0


def test_a_retired_key_may_follow_a_new_one(town: Town, settings: Settings) -> None:
    settings.IDENTITY_KEYS = f"new:{OTHER_KEY},{settings.IDENTITY_KEYS}"
    assert restoring.check(town.backup).rows["complaints_case"] == 1


def _flip(folder: Path) -> None:
    file = max((folder / "database").glob("*.dat.gz"), key=lambda file: file.stat().st_size)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def _cut(folder: Path) -> None:
    (file,) = (file for file in (folder / "attachments").rglob("*") if file.is_file())
    file.write_bytes(file.read_bytes()[:-1])


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (_flip, "is not what was written"),
        (_cut, "is not what was written"),
        (lambda folder: (folder / "database" / "toc.dat").unlink(), "database/toc.dat is missing"),
        (lambda folder: (folder / "database" / "new").touch(), "database/new is not in its list of checksums"),
        (lambda folder: (folder / CHECKSUMS).write_text("nothing"), "SHA256SUMS cannot be read"),
        (lambda folder: (folder / MANIFEST).write_text("{"), "manifest.json cannot be read"),
        (lambda folder: (folder / MANIFEST).unlink(), "is no backup"),
    ],
)
def test_a_damaged_backup_is_refused(copy: Path, fresh: None, damage, sentence: str) -> None:
    damage(copy)
    assert sentence in refusal(copy)
    assert tables() == 0


def test_somebody_at_work_is_not_disturbed(town: Town, fresh: None) -> None:
    with connection.cursor():
        other = connection.copy()
        with other.cursor():
            assert refusal(town.backup).startswith("Others are connected to the database (1).")
        other.close()
    assert tables() == 0


def test_a_restore_that_fails_leaves_nothing(town: Town, fresh: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restoring, "count_rows", lambda: manifest.read(town.backup).rows | {"complaints_case": 0})
    assert refusal(town.backup) == "The table complaints_case did not get all of its rows: the restore was undone."
    assert tables() == 0


# ---- making one ----


@pytest.fixture
def target(transactional_db: None, tmp_path: Path) -> Iterator[Path]:
    """A folder for backups; the owner makes them."""
    with as_owner():
        yield tmp_path / "backups"


def left(target: Path) -> list[str]:
    return [entry.name for entry in target.iterdir() if entry.name != ".lock"]


def test_a_backup_that_fails_leaves_nothing(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_manifest: Manifest, _folder: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Manifest, "write", full)
    with pytest.raises(BackupRefused, match=r"could not be written: No space left on device\. Nothing is left of it\."):
        making.make(target, at=timezone.now())
    assert left(target) == []


def test_what_a_killed_backup_left_is_swept_up_by_the_next(target: Path) -> None:
    (target / ".2026-01-01T000000Z.unfinished" / "database").mkdir(parents=True)
    folder, _ = making.make(target, at=timezone.now())
    assert left(target) == [folder.name]


def test_the_newest_are_kept(target: Path) -> None:
    for name in ("2026-01-01T000000Z", "2027-01-01T000000Z", "2028-01-01T000000Z"):
        (target / name).mkdir(parents=True)
        (target / name / MANIFEST).touch()
    assert [folder.name[:4] for folder in making.prune(target, keep=2)] == ["2026"]
    assert [name[:4] for name in sorted(left(target))] == ["2027", "2028"]


def test_an_unchanged_file_is_stored_once_unless_it_was_faulty(town: Town, copy: Path, tmp_path: Path) -> None:
    (file,) = (file for file in (town.backup / "attachments").rglob("*") if file.is_file())
    name, size = file.relative_to(town.backup / "attachments").as_posix(), file.stat().st_size
    described(copy, faults={name: "changed"})
    earlier, faulty, none = (making._Earlier(backup) for backup in (town.backup, copy, None))
    assert (earlier.link(name, tmp_path / "a", size), (tmp_path / "a").samefile(file)) == (True, True)
    assert [faulty.link(name, tmp_path / "b", size), none.link(name, tmp_path / "b", size)] == [False, False]
    assert [earlier.link(name, tmp_path / "b", size + 1), earlier.link("b", tmp_path / "b", size)] == [False, False]


def test_two_backups_at_once_are_refused(target: Path) -> None:
    target.mkdir()
    with making._only_one(target), pytest.raises(BackupRefused, match="Another backup is being made"):
        making.make(target, at=timezone.now())


def test_a_missing_program_is_named_with_its_package() -> None:
    with pytest.raises(BackupRefused, match=r"pg_dump of PostgreSQL 7 is not installed\..* postgresql-client-7$"):
        programs.find("pg_dump", 7)
