"""The command that compares the stored files with their rows."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from complaints.attachments import recognition


class Command(BaseCommand):
    """Name the files without a row and the rows without a file; delete the former if asked to."""

    help = (
        "Find files without a row and rows without a file; fails if there are any. Files of the last day are skipped."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the one switch."""
        parser.add_argument("--delete-orphans", action="store_true", help="delete the files without a row")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print one line for each difference."""
        found = recognition.find_differences(at=timezone.now())
        faults = [f"missing: {name}" for name in found.missing]
        if options["delete_orphans"]:
            self.stdout.write(f"Deleted: {recognition.delete_orphans(found.orphans)} files without a row.")
        else:
            faults += [f"without a row: {name}" for name in found.orphans]
        if faults:
            raise CommandError("\n".join(faults))
        self.stdout.write("Every file has its row, and every row its file.")
