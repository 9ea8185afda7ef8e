"""``manage.py recalculate_deadlines``: counts the open deadlines anew after the calendar changed."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from complaints.escalation.recalculation import recalculate


class Command(BaseCommand):
    """Count the open deadlines anew by the calendar as it stands; harmless when nothing changed."""

    help = "Counts the open deadlines anew after the calendar of working days changed; harmless to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        """Count anew and say how many deadlines moved."""
        del args, options
        self.stdout.write(f"{recalculate(at=timezone.now())} deadlines moved.")
