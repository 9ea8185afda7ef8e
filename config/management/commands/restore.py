"""`manage.py restore`: a backup into an empty database, checked before and verified after, with sending on hold."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config import database_roles
from config.backup import BackupRefused, restoring


class Command(BaseCommand):
    """Restore a backup, or only check that it could be."""

    help = "Restore the backup in the folder BACKUP. Web, workers and beat must be stopped."
    # The checks of the database would look for tables that are not there yet.
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("backup", type=Path, help="the folder of one backup")
        parser.add_argument("--check", action="store_true", help="only read the backup and say whether it is whole")
        parser.add_argument("--replace", action="store_true", help="delete everything in the database first")
        parser.add_argument("--jobs", type=int, default=2, metavar="N", help="tables and indexes made at a time")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Say each step, and what is left to do."""
        try:
            if options["check"]:
                manifest = restoring.check(options["backup"])
                self.stdout.write(f"The backup is whole: version {manifest.version}, made at {manifest.made_at}.")
                return
            with database_roles.as_owner():
                restoring.restore(
                    options["backup"], replace=options["replace"], jobs=options["jobs"], say=self.stdout.write
                )
        except BackupRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(
            "Restored. Sending is on hold: start the system, look at the page of messages, and resume sending there."
        )
