"""Prints how often the suggested agency and the topic read from the text are right, on a file of sample cases."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from agencies.models import TopicPhrases
from complaints.suggestions import measurement


class Command(BaseCommand):
    """Reads the reference data of the database and changes nothing."""

    help = "Measure the suggested agencies and topics on a file of sample cases of which the right ones are known."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the file."""
        parser.add_argument(
            "--file", type=Path, default=measurement.SAMPLES, help="a file with the columns of sample_cases.csv"
        )

    def handle(self, *_args: Any, file: Path, **_options: Any) -> None:
        """Print each way of suggesting, and the topics, with intervals at 95 %."""
        if not TopicPhrases.objects.exists():
            msg = "There is no reference data. Run load_reference first."
            raise CommandError(msg)
        at = timezone.now()
        try:
            number = len(measurement.read_samples(file))
        except (OSError, UnicodeDecodeError, csv.Error, KeyError, TypeError) as error:
            msg = f"{file} cannot be read as a sample: {error!r}"
            raise CommandError(msg) from error
        if number < measurement.FOLDS:
            msg = f"{file} has only {number} cases whose topic and agency are known"
            raise CommandError(msg)
        self.stdout.write(f"{number} cases; the right agency:")
        self.stdout.write(f"{'':52}{'first':>26}{'among three':>28}")
        for line in measurement.measure_agencies(at=at, path=file):
            self.stdout.write(f"{line.name:52}{line.at_one!s:>26}{line.at_three!s:>28}")
        topics = measurement.measure_topics(at=at, path=file)
        self.stdout.write(f"the topic read from the text: first {topics.at_one}, among three {topics.at_three}")
        self.stdout.write(f"held against no topic: right {topics.offered_right}, wrong {topics.offered_wrong}")
        self.stdout.write(f"held against the right topic, false alarms: {topics.misled}")
