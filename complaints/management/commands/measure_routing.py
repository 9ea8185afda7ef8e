"""The command that measures the help with routing on the sample cases."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from complaints.suggestions.measure import FOLDS, REPEATS, measure_agencies, measure_duplicates, measure_topics


class Command(BaseCommand):
    """Print how often the suggested agency is right and how many duplicates are found; changes nothing."""

    help = "Measure suggestions and duplicates on the sample cases; docs/routing.md keeps the numbers."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Measure and print."""
        self.stdout.write(f"The correct agency, {REPEATS} times {FOLDS} folds, with 95 % intervals:")
        self.stdout.write(f"{'':52}{'first':>26}{'among three':>28}")
        for line in measure_agencies(at=timezone.now()):
            self.stdout.write(f"{line.name:52}{line.at_one!s:>26}{line.at_three!s:>28}")
        topics = measure_topics(at=timezone.now())
        self.stdout.write(f"The topic read from the text: first {topics.at_one}, among three {topics.at_three}")
        self.stdout.write(
            f"offered where none fits: right {topics.offered_right}, wrong {topics.offered_wrong}; "
            f"where the right one was chosen: {topics.misled}"
        )
        self.stdout.write("Duplicates, within a governorate:")
        for found in measure_duplicates():
            self.stdout.write(f"{found.name}: {found}")
