"""`manage.py backup`: the database and the attachments, into a folder that is complete or absent."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config import database_roles
from config.backup import BackupRefused, making
from notifications import periodic


class Command(BaseCommand):
    """Make a backup, and delete old ones when told how many to keep."""

    help = "Write a backup of database and attachments into a new folder of TARGET; the system goes on meanwhile."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("target", type=Path, help="the folder of the backups, outside of this machine's disk")
        parser.add_argument("--keep", type=int, metavar="N", help="delete all but the newest N complete backups")
        parser.add_argument("--jobs", type=int, default=1, metavar="N", help="tables that are dumped at a time")
        parser.add_argument("--without-attachments", action="store_true", help="the database alone")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print the folder, what it holds, and what was deleted."""
        keep: int | None = options["keep"]
        if keep is not None and keep < 1:
            msg = "--keep must be at least 1: the newest backup is never deleted."
            raise CommandError(msg)
        at = timezone.now()
        try:
            # The owner alone may read every table.
            with database_roles.as_owner():
                folder, manifest = making.make(
                    options["target"],
                    at=at,
                    jobs=options["jobs"],
                    with_files=not options["without_attachments"],
                )
                periodic.record_backup(at=at)
            deleted = making.prune(options["target"], keep=keep) if keep else []
        except BackupRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        for name, fault in manifest.faults.items():
            self.stderr.write(f"The file {name} of the running system is {fault}.")
        self.stdout.write(f"{folder}: {sum(manifest.rows.values()):,} rows, {manifest.files or 0:,} files.")
        for old in deleted:
            self.stdout.write(f"Deleted {old}.")
