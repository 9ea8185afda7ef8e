"""Prints for how many everyday queries an accepted topic is suggested first, and among the first three."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from agencies.models import TopicPhrases
from complaints.suggestions import measurement
from complaints.suggestions.measurement import QueryVerdict, agency_share, among_share, first_share


class Command(BaseCommand):
    """Reads the reference data of the database and changes nothing. The last line is ``reached`` or ``not reached``."""

    help = "Measure the topics suggested for everyday words on a file of queries, by language."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the file, and whether to list what was missed."""
        parser.add_argument(
            "--file", type=Path, default=measurement.SAMPLE, help="a file with the columns of the sample"
        )
        parser.add_argument("--missed", action="store_true", help="list the queries without an accepted topic")

    def handle(self, *_args: Any, file: Path, missed: bool, **_options: Any) -> None:
        """Print the table, the totals with their Wilson intervals at 95 %, and the verdict."""
        if not TopicPhrases.objects.exists():
            msg = "There is no reference data. Run load_reference first."
            raise CommandError(msg)
        at = timezone.now()
        try:
            verdicts = [measurement.judge(query, at=at) for query in measurement.read_queries(file)]
        except (OSError, UnicodeDecodeError, csv.Error, KeyError, TypeError, AttributeError) as error:
            msg = f"{file} cannot be read as a sample: {error!r}"
            raise CommandError(msg) from error
        self._table(verdicts)
        self._total("all queries", verdicts)
        if file == measurement.SAMPLE:
            self._total("read when the phrases were written", [one for one in verdicts if one.query.is_for_looking])
            self._total("only measured", [one for one in verdicts if not one.query.is_for_looking])
        for verdict in verdicts if missed else ():
            if verdict.rank is None:
                self.stdout.write(f"missed: {verdict.query.code} {verdict.query.text}")
        self.stdout.write("reached" if measurement.is_reached(verdicts) else "not reached")

    def _table(self, verdicts: Sequence[QueryVerdict]) -> None:
        self.stdout.write(f"{'language':20} {'first':>12} {'among three':>12}")
        for language in sorted({verdict.query.language for verdict in verdicts}):
            of_language = [verdict for verdict in verdicts if verdict.query.language == language]
            shares = first_share(of_language), among_share(of_language)
            self.stdout.write(f"{language:20} " + " ".join(f"{f'{one.good} of {one.all}':>12}" for one in shares))

    def _total(self, label: str, verdicts: Iterable[QueryVerdict]) -> None:
        judged = list(verdicts)
        self.stdout.write(f"{label}:")
        self.stdout.write(f"  an accepted topic first:             {first_share(judged)}")
        self.stdout.write(f"  an accepted topic among three:       {among_share(judged)}")
        self.stdout.write(f"  an accepted agency, place known:     {agency_share(judged)}")
