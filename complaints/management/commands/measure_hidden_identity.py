"""Prints how much of what tells who somebody is the redaction hides, and how much of the rest it keeps."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from complaints.visibility import redaction
from complaints.visibility.redaction import TextVerdict, hidden_share, kept_share


class Command(BaseCommand):
    """Needs no database. The last line is ``reached`` or ``not reached``."""

    help = "Measure the redaction of hidden identities on a file of texts, by way of writing."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the file."""
        parser.add_argument("--file", type=Path, default=redaction.SAMPLE, help="a file with the columns of the sample")

    def handle(self, *_args: Any, file: Path, **_options: Any) -> None:
        """Print the table, the totals with their Wilson intervals at 95 %, and the verdict."""
        try:
            verdicts = [redaction.judge(sample) for sample in redaction.read_samples(file)]
        except (OSError, csv.Error, KeyError, TypeError, ValueError, json.JSONDecodeError) as error:
            msg = f"{file} cannot be read as a sample: {error!r}"
            raise CommandError(msg) from error
        self._table(verdicts)
        self._total("all texts", verdicts)
        if file == redaction.SAMPLE:
            self._total("read when the rules were written", [one for one in verdicts if one.sample.is_for_looking])
            self._total("only measured", [one for one in verdicts if not one.sample.is_for_looking])
        self.stdout.write("reached" if redaction.is_reached(verdicts) else "not reached")

    def _table(self, verdicts: Sequence[TextVerdict]) -> None:
        self.stdout.write(f"{'way of writing':32} {'all hidden':>12} {'all kept':>12}")
        for way in sorted({verdict.sample.way for verdict in verdicts}):
            of_way = [verdict for verdict in verdicts if verdict.sample.way == way]
            hidden, kept = hidden_share(of_way), kept_share(of_way)
            cells = (f"{share.good} of {share.all}" if share.all else "-" for share in (hidden, kept))
            self.stdout.write(f"{way:32} " + " ".join(f"{cell:>12}" for cell in cells))

    def _total(self, label: str, verdicts: Iterable[TextVerdict]) -> None:
        judged = list(verdicts)
        self.stdout.write(f"{label}:")
        self.stdout.write(f"  must hide, all parts hidden: {hidden_share(judged)}")
        self.stdout.write(f"  must keep, all kept:         {kept_share(judged)}")
