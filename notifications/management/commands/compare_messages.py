"""Compares a day's messages with the carriers' own lists, as happens every night for the day before."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from notifications import reconciliation


class Command(BaseCommand):
    """Compare one day, both ways; repeating it is harmless."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the day."""
        parser.add_argument("day", type=date.fromisoformat, help="like 2026-01-31")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print what each carrier's list holds and lacks; end with an error where something differs."""
        audits = reconciliation.compare_day(options["day"])
        for each in audits:
            self.stdout.write(
                f"{each.carrier}: ours {each.ours}, theirs {each.theirs}, "
                f"missing there {len(each.missing_there)}, missing here {len(each.missing_here)}"
            )
        if any(each.missing_there or each.missing_here for each in audits):
            text = "The lists differ; docs/runbook.md says what to do."
            raise CommandError(text)
