"""Loads agencies, topics, places and the calendar from the project's files."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from agencies import reference_data


class Command(BaseCommand):
    """Bring the reference data up to the files; rows that people edited in the admin stay as they are."""

    # `migrate`, without which there is no table to load into, makes them; here they would take as long as the loading.
    requires_system_checks: list[str] = []
    help = "Load agencies, topics, places and the calendar; safe to repeat, keeps what people edited in the admin."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load the files and say for each what was done."""
        del args, options
        try:
            outcomes = reference_data.load(at=timezone.now())
        except reference_data.BadReference as bad:
            message = f"Nothing was loaded:\n{bad}"
            raise CommandError(message) from bad
        for outcome in outcomes:
            self.stdout.write(str(outcome))
