"""Making a backup: one snapshot of the database for the rows, their numbers and the list of files."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO, Final

from django.conf import settings
from django.core.files.storage import Storage
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from psycopg import sql

from complaints.models import Attachment
from config.backup import BackupRefused, keys, programs
from config.backup.manifest import ATTACHMENTS, CHECKSUMS, DATABASE, FORM, MANIFEST, Manifest, digest, read
from kit.streams import stream

_UNFINISHED: Final = ".unfinished"
_LOCK: Final = ".lock"
_CHUNK: Final = 1 << 20
#: An hour passes while files are copied, and the snapshot must outlast it.
_PATIENT: Final = "SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL statement_timeout = 0"


def make(target: Path, *, at: datetime, jobs: int = 1, with_files: bool = True) -> tuple[Path, Manifest]:
    """Write a backup into a new folder of ``target`` and return it; raise ``BackupRefused`` and leave nothing.

    The system goes on meanwhile. ``jobs`` tables are dumped at a time. A file that did not change since the newest
    backup is a hard link to the one there, where the file system can do that.
    """
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _only_one(target):
        name = f"{at:%Y-%m-%dT%H%M%SZ}"
        if (target / name).exists():
            msg = f"There is a backup {name} already."
            raise BackupRefused(msg)
        earlier = next(iter(complete(target)), None)
        with _unfinished(target / f".{name}{_UNFINISHED}") as folder:
            manifest = _write(folder, earlier=earlier, at=at, jobs=jobs, with_files=with_files)
            # What has its name is on the disk.
            os.sync()
            folder.rename(target / name)
    return target / name, manifest


def complete(target: Path) -> list[Path]:
    """Return the complete backups in ``target``, the newest first."""
    return sorted((entry for entry in target.glob("[0-9]*T*Z") if (entry / MANIFEST).is_file()), reverse=True)


def prune(target: Path, *, keep: int) -> list[Path]:
    """Delete all but the newest ``keep`` backups and return those that were deleted."""
    with _only_one(target):
        old = complete(target)[keep:]
        for folder in old:
            # Half of a backup must not have the name of one.
            shutil.rmtree(folder.rename(folder.with_name(f".{folder.name}{_UNFINISHED}")))
    return old


@contextmanager
def _only_one(target: Path) -> Iterator[None]:
    """Keep a second backup from the same target, and sweep up what an earlier one that was killed has left."""
    with (target / _LOCK).open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            msg = f"Another backup is being made in {target}."
            raise BackupRefused(msg) from None
        for left in target.glob(f".*{_UNFINISHED}"):
            shutil.rmtree(left)
        yield


@contextmanager
def _unfinished(folder: Path) -> Iterator[Path]:
    """Make a folder for the block, and remove it if the block fails."""
    folder.mkdir(mode=0o700)
    try:
        yield folder
    except OSError as problem:
        msg = f"The backup could not be written: {problem.strerror or problem}. Nothing is left of it."
        raise BackupRefused(msg) from problem
    finally:
        with suppress(FileNotFoundError):
            shutil.rmtree(folder)


def _write(folder: Path, *, earlier: Path | None, at: datetime, jobs: int, with_files: bool) -> Manifest:
    with transaction.atomic(durable=True), (folder / CHECKSUMS).open("w", encoding="utf-8") as sums:
        snapshot = _export_snapshot()
        migrations = _applied()
        programs.run(
            "pg_dump",
            "--format=directory",
            "--compress=gzip:3",
            f"--snapshot={snapshot}",
            f"--jobs={jobs}",
            f"--file={folder / DATABASE}",
        )
        for file in sorted((folder / DATABASE).iterdir()):
            _list(sums, digest(file), f"{DATABASE}/{file.name}")
        files, faults = _copy_files(folder / ATTACHMENTS, earlier, sums) if with_files else (None, {})
        manifest = Manifest(
            form=FORM,
            made_at=at.isoformat(),
            version=_release(),
            server=programs.server_version(),
            migrations=migrations,
            rows=count_rows(),
            keys=keys.probes(),
            files=files,
            faults=faults,
        )
        manifest.write(folder)
        _list(sums, digest(folder / MANIFEST), MANIFEST)
    return manifest


def _list(sums: IO[str], checksum: str, path: str) -> None:
    sums.write(f"{checksum}  {path}\n")


def _export_snapshot() -> str:
    """Let the transaction see one moment, and return the name by which pg_dump sees the same."""
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute(_PATIENT)
        cursor.execute("SELECT pg_export_snapshot()")
        return str(cursor.fetchone()[0])


def _applied() -> list[str]:
    applied = sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())
    if not applied:
        msg = "The database has no tables: there is nothing to back up."
        raise BackupRefused(msg)
    return applied


def count_rows() -> dict[str, int]:
    """Return the number of rows of each table of the database."""
    with connection.cursor() as cursor:
        tables = sorted(connection.introspection.table_names(cursor))
        counts = sql.SQL(" UNION ALL ").join(
            sql.SQL("SELECT {}, count(*) FROM {}").format(table, sql.Identifier(table)) for table in tables
        )
        cursor.execute(counts)
        return dict(cursor.fetchall())


def _copy_files(folder: Path, earlier: Path | None, sums: IO[str]) -> tuple[int, dict[str, str]]:
    """Copy the files that the snapshot's rows name; return how many, and what is wrong with which."""
    folder.mkdir()
    before = _Earlier(earlier)
    storage = Attachment._meta.get_field("file").storage  # noqa: SLF001 - Django's public name
    rows = Attachment.objects.order_by("file").values_list("file", "sha256", "size")
    number, faults = 0, {}
    for name, recorded, size in stream(rows):
        copy = folder / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        checksum = recorded if before.link(name, copy, size) else _copy(storage, name, copy)
        if checksum != recorded:
            faults[name] = "changed" if checksum else "missing"
        if checksum:
            number += 1
            _list(sums, checksum, f"{ATTACHMENTS}/{name}")
    return number, faults


class _Earlier:
    """The files of an earlier backup, if there is one: they are written once, under names that are never used again."""

    def __init__(self, backup: Path | None) -> None:
        self.folder = backup and backup / ATTACHMENTS
        self.faults = read(backup).faults if backup else {}

    def link(self, name: str, copy: Path, size: int) -> bool:
        """Let ``copy`` be the earlier file, and tell whether it is."""
        with suppress(OSError):
            if self.folder and name not in self.faults and (self.folder / name).stat().st_size == size:
                copy.hardlink_to(self.folder / name)
                return True
        return False


def _copy(storage: Storage, name: str, copy: Path) -> str:
    """Copy a file out of the storage and return its checksum, or nothing when it is not there."""
    seen = hashlib.sha256()
    try:
        source = storage.open(name, "rb")
    except FileNotFoundError:
        return ""
    with source, copy.open("wb") as written:
        for chunk in source.chunks(_CHUNK):
            seen.update(chunk)
            written.write(chunk)
    return seen.hexdigest()


def _release() -> str:
    with (settings.BASE_DIR / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])
