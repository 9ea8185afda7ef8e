"""Prints how well the judgement of answers tells hollow answers from genuine ones."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from complaints.answer_quality import measurement
from complaints.answer_quality.judgement import current_lexicon
from complaints.answer_quality.lexicon import shipped
from complaints.answer_quality.measurement import HOLLOW, AnswerVerdict


class Command(BaseCommand):
    """Needs no database but with ``--stored``. The last line is ``reached`` or ``not reached``."""

    requires_system_checks = ()
    help = "Measure the judgement of answers on a file of answers that people labelled."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the file and the lexicon."""
        parser.add_argument(
            "--file", type=Path, default=measurement.SAMPLE, help="a file with the columns of the sample"
        )
        parser.add_argument(
            "--stored", action="store_true", help="by the lexicon that the unit keeps, not by that of the project"
        )

    def handle(self, *_args: Any, file: Path, stored: bool = False, **_options: Any) -> None:
        """Print the table by kind of hollowness, the shares with their Wilson intervals at 95 %, and the verdict."""
        try:
            samples = measurement.read_samples(file)
        except (OSError, csv.Error, KeyError, TypeError, ValueError) as error:
            msg = f"{file} cannot be read as a sample: {error!r}"
            raise CommandError(msg) from error
        lexicon = current_lexicon() if stored else shipped()
        verdicts = [measurement.measure(sample, lexicon) for sample in samples]
        self._table(verdicts)
        self._total("all answers", verdicts)
        if file == measurement.SAMPLE:
            self._total("read when the lexicon was written", [one for one in verdicts if one.sample.is_for_looking])
            self._total("only measured", [one for one in verdicts if not one.sample.is_for_looking])
        if verdicts:
            self.stdout.write(f"time for an answer: {median(one.milliseconds for one in verdicts):.1f} ms (median)")
        self.stdout.write("reached" if measurement.is_reached(verdicts) else "not reached")

    def _table(self, verdicts: Sequence[AnswerVerdict]) -> None:
        self.stdout.write(f"{'hollow answers':24} {'caught':>12}")
        for kind in sorted({verdict.sample.kind for verdict in verdicts if verdict.sample.label == HOLLOW}):
            share = measurement.caught_share(verdict for verdict in verdicts if verdict.sample.kind == kind)
            self.stdout.write(f"{kind:24} {f'{share.good} of {share.all}':>12}")

    def _total(self, label: str, verdicts: Sequence[AnswerVerdict]) -> None:
        self.stdout.write(f"{label}:")
        self.stdout.write(f"  hollow, challenged or refused:     {measurement.caught_share(verdicts)}")
        self.stdout.write(f"  genuine, refused:                  {measurement.refused_share(verdicts)}")
        self.stdout.write(f"  genuine, challenged:               {measurement.challenged_share(verdicts)}")
        self.stdout.write(f"  borderline, challenged or refused: {measurement.borderline_share(verdicts)}")
