"""``manage.py rebuild_figures``: counts all kept figures anew from the history."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from reports.figures import kept
from reports.figures.sums import ProgressLines


class Command(BaseCommand):
    """Count all figures anew; a rebuild that was stopped goes on. Pages count from the history meanwhile."""

    help = "Counts all kept figures anew from the history; goes on where it was stopped."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Write the entries of all cases and the sums of all months, and say how far it is."""
        kept.rebuild(at=timezone.now(), follow=ProgressLines(self.stdout.write))
        self.stdout.write("The figures are counted anew.")
