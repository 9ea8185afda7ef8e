"""Restoring a backup: everything is checked before anything is written, and sending waits for an operator."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any, Final

from django.core.files import File
from django.core.files.storage import Storage
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader

from complaints.models import Attachment
from config.backup import BackupRefused, keys, programs
from config.backup.making import count_rows
from config.backup.manifest import ATTACHMENTS, DATABASE, Manifest, check_files, read
from kit.streams import stream
from notifications.sending import claims

#: Its rows are written last: until then the database is not empty, and no version of the code can start on it.
_MIGRATIONS: Final = "django_migrations"
#: Tables that differ from the backup by design while the rows are counted.
_NOT_COUNTED: Final = {_MIGRATIONS, "notifications_databaseidentity"}
_OTHERS: Final = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND usesysid IS NOT NULL AND pid <> pg_backend_pid()
"""
_HAS_TABLES: Final = (
    "SELECT EXISTS (SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r')"
)

#: An index is sorted in memory and not on disk; each job takes so much.
_MEMORY: Final = "-c maintenance_work_mem=512MB"

type Say = Callable[[str], object]


def check(folder: Path) -> Manifest:
    """Read the whole backup; raise ``BackupRefused`` if this code with these keys cannot restore it. Writes nothing."""
    manifest = read(folder)
    _check_migrations(manifest)
    keys.check(manifest.keys)
    check_files(folder)
    return manifest


def restore(folder: Path, *, replace: bool, jobs: int, say: Say) -> Manifest:
    """Restore the backup in ``folder`` into the database and the storage of the settings, and verify both.

    Raises ``BackupRefused``: before anything is written where that can be known, and else with an empty database.
    ``replace`` allows what is there to be deleted. The caller is the owner of the database, and nobody else is
    connected to it. Sending is on hold afterwards.
    """
    say("Checking the backup …")
    manifest = check(folder)
    _check_target(manifest, replace=replace)
    say("Copying the attachments …")
    _copy_files(folder / ATTACHMENTS)
    with _all_or_nothing():
        say("Restoring the database …")
        _restore_database(folder / DATABASE, jobs=jobs)
        _check_rows(manifest)
        claims.mark_as_copy(folder.name)
        _restore_migrations(folder / DATABASE)
    say("Bringing the tables up to this version …")
    # It gives the roles of this cluster their rights, too.
    call_command("migrate", verbosity=0, interactive=False)
    claims.begin_if_restored()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    say("Verifying …")
    verify(manifest)
    return manifest


def verify(manifest: Manifest) -> None:
    """Raise ``BackupRefused`` unless every history holds, identities decrypt, and each file that was there is there."""
    faults = [*keys.unreadable(), *_absent_files(manifest)]
    try:
        call_command("verify_history", without_anchors=True, stdout=StringIO())
    except CommandError as found:
        faults.insert(0, str(found))
    if faults:
        msg = "The backup was restored, but something in it is wrong:\n" + "\n".join(faults)
        raise BackupRefused(msg)


def _check_migrations(manifest: Manifest) -> None:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    known = {*loader.disk_migrations, *(old for new in loader.disk_migrations.values() for old in new.replaces)}
    apps = {app for app, _name in known}
    found = (tuple(migration.split(".", 1)) for migration in manifest.migrations)
    # The tables of an app that is gone are in nobody's way.
    if unknown := sorted(f"{app}.{name}" for app, name in found if app in apps and (app, name) not in known):
        more = f" and {len(unknown) - 1} more" if len(unknown) > 1 else ""
        msg = (
            f"The backup was made by version {manifest.version} of this code and has the migration {unknown[0]}{more},"
            " which this version does not have. Nothing was changed. Restore it with the version that made it, or a"
            " newer one."
        )
        raise BackupRefused(msg)


def _check_target(manifest: Manifest, *, replace: bool) -> None:
    server = programs.server_version()
    programs.find("pg_restore", server)
    others, is_filled = _ask(_OTHERS), _ask(_HAS_TABLES)
    problem = ""
    if server < manifest.server:
        problem = (
            f"The backup comes from PostgreSQL {manifest.server}, and this server is PostgreSQL {server}. Nothing was"
            " changed. Restore it into a server that is not older."
        )
    elif is_filled and not replace:
        problem = (
            "The database is not empty. Nothing was changed. Restore into an empty one, or give --replace to delete"
            " everything in this one."
        )
    elif others:
        problem = (
            f"Others are connected to the database ({others}). Nothing was changed. Stop web, workers and beat first."
        )
    if problem:
        raise BackupRefused(problem)


def _ask(question: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchone()[0]


def _copy_files(source: Path) -> None:
    """Copy the files into the storage; those that are there already stay, so that this may be repeated."""
    storage = Attachment._meta.get_field("file").storage  # noqa: SLF001 - Django's public name
    try:
        for file in source.rglob("*"):
            if not file.is_dir():
                _copy(file, file.relative_to(source).as_posix(), storage)
    except OSError as problem:
        msg = f"The attachments could not be copied: {problem.strerror or problem}. The database was not changed."
        raise BackupRefused(msg) from problem


def _copy(file: Path, name: str, storage: Storage) -> None:
    if storage.exists(name):
        if storage.size(name) == file.stat().st_size:
            return
        storage.delete(name)  # half a file, of a restore that was interrupted
    with file.open("rb") as opened:
        storage.save(name, File(opened))


@contextmanager
def _all_or_nothing() -> Iterator[None]:
    """Begin with an empty database, and leave an empty one if the block fails."""
    _empty()
    try:
        yield
    except BaseException:
        _empty()
        raise


def _empty() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")
        cursor.execute("GRANT USAGE ON SCHEMA public TO PUBLIC")


def _restore_database(dump: Path, *, jobs: int) -> None:
    """Restore all but the rows of the one table that says which tables there are."""
    contents = programs.call([programs.find("pg_restore", programs.server_version()), "--list", dump]).splitlines()
    chosen = [line for line in contents if f" TABLE DATA public {_MIGRATIONS} " not in line]
    with tempfile.NamedTemporaryFile("w", suffix=".list") as listed:
        listed.write("\n".join(chosen))
        listed.flush()
        # Owners and rights are those of the roles here; comments on extensions belong to whoever made them.
        options = ("--exit-on-error", "--no-owner", "--no-acl", "--no-comments")
        programs.run("pg_restore", *options, f"--jobs={jobs}", f"--use-list={listed.name}", dump, options=_MEMORY)


def _restore_migrations(dump: Path) -> None:
    programs.run("pg_restore", "--exit-on-error", "--data-only", f"--table={_MIGRATIONS}", dump)


def _check_rows(manifest: Manifest) -> None:
    found = count_rows()
    differing = sorted(
        table for table, rows in manifest.rows.items() if table not in _NOT_COUNTED and found.get(table) != rows
    )
    if differing:
        msg = f"The table {differing[0]} did not get all of its rows: the restore was undone."
        raise BackupRefused(msg)


def _absent_files(manifest: Manifest) -> Iterator[str]:
    if manifest.files is None:
        return
    storage = Attachment._meta.get_field("file").storage  # noqa: SLF001
    for name in stream(Attachment.objects.order_by("file").values_list("file", flat=True)):
        if name not in manifest.faults and not storage.exists(name):
            yield f"the file {name} is missing"
