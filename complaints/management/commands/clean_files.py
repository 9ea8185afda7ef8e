"""The command that cleans the PDF files and films of before."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from complaints.attachments.cleaning import CleaningOutcome, clean_all, summary


class Command(BaseCommand):
    """Take properties, scripts, places and devices out of the stored PDF files and films; safe to run again."""

    help = "Clean stored PDF files and films as uploads are cleaned; fails if some cannot be."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Print how many files became what, and the keys of those that cannot be cleaned."""
        outcomes: Counter[CleaningOutcome] = Counter()
        faults = []
        for attachment, outcome in clean_all():
            outcomes[outcome] += 1
            if outcome in {CleaningOutcome.NOT_CLEANED, CleaningOutcome.MISSING}:
                faults.append(f"{outcome}: {attachment.pk}")
        self.stdout.write(summary(outcomes))
        if faults:
            raise CommandError("\n".join(faults))
