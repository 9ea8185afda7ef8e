"""The command that applies retention now, or says what it would do."""

from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from complaints.models import RetentionReport
from complaints.retention import run

#: As long as a person waits; what is left is done by the nightly task, or by the command once more.
SECONDS = 3600.0


class Command(BaseCommand):
    """Anonymise and delete what is over by the retention rules; may be stopped and started again."""

    help = "Apply the retention rules; with --dry-run only count what would be done."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Offer the dry run."""
        parser.add_argument("--dry-run", action="store_true", help="count, and change nothing")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print counts by kind; never a number or a name."""
        at = timezone.now()
        if options["dry_run"]:
            self._print(run.dry_run(at=at))
            return
        while run.apply_retention(at=at, seconds=SECONDS):
            pass
        report = RetentionReport.objects.filter(day=timezone.localdate(at)).first()
        self._print(report.counts if report else {})

    def _print(self, counts: Mapping[str, int]) -> None:
        for name, number in sorted(counts.items()):
            self.stdout.write(f"{name}: {number}")
        if not counts:
            self.stdout.write("No retention period has ended.")
