"""The command that fills a demonstration with people and cases."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from complaints.demonstration.seeding import seed_demonstration


class Command(BaseCommand):
    """Make the people and the cases of the demonstration."""

    help = "Make the people and cases of the demonstration; does nothing when there are cases, refuses in production."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Make them and say how many cases there are now."""
        made = seed_demonstration(timezone.now(), cases=settings.DEMO_CASES)
        self.stdout.write(f"{made} demonstration cases made")
