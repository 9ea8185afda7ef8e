"""``manage.py verify_figures``: compares the kept figures with the history."""

from itertools import islice
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from reports.figures import kept
from reports.figures.sums import ProgressLines
from reports.figures.verifying import NotBuilt, differences

#: The most differences that are named; one fault shows in many numbers.
MOST: Final = 50


class Command(BaseCommand):
    """Refresh the kept figures, and name every difference from the history."""

    help = "Compares the kept figures with the history, case by case and month by month; fails and names differences."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Compare, and fail with the differences."""
        follow = ProgressLines(self.stdout.write)
        kept.refresh(at=timezone.now(), follow=follow)
        try:
            found = list(islice(differences(follow=follow), MOST))
        except NotBuilt:
            message = "The figures are being built by another process. Verify them when it is done."
            raise CommandError(message) from None
        if found:
            raise CommandError("\n".join([*map(str, found), "Run rebuild_figures to count them anew."]))
        self.stdout.write("Kept figures equal the history.")
