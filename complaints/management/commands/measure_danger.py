"""Prints how many texts that tell of danger to life or limb are recognised, and how many others raise a false alarm."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from agencies.models import DangerSign
from complaints.suggestions.everyday import danger_in
from kit.shares import Share

SAMPLE: Final = Path(__file__).parents[2] / "data" / "danger_sample.csv"
#: The least share of dangers that are recognised, and the largest share of other texts that raise an alarm.
LEAST_FOUND, MOST_FALSE = 0.9, 0.03


class Command(BaseCommand):
    """Reads the reference data of the database and changes nothing. The last line is ``reached`` or ``not reached``."""

    help = "Measure the recognition of danger on a file of texts with the columns id, text, lang and is_danger."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the file, and whether to list what was judged wrongly."""
        parser.add_argument("--file", type=Path, default=SAMPLE, help="a file with the columns of the sample")
        parser.add_argument("--missed", action="store_true", help="list the texts that were judged wrongly")

    def handle(self, *_args: Any, file: Path, missed: bool, **_options: Any) -> None:
        """Print both shares with their Wilson intervals at 95 %, and the verdict."""
        if not DangerSign.objects.exists():
            msg = "There is no reference data. Run load_reference first."
            raise CommandError(msg)
        at = timezone.now()
        try:
            with file.open(encoding="utf-8-sig", newline="") as rows:
                judged = [
                    (row["text"], row["is_danger"] == "yes", danger_in(row["text"], at=at) is not None)
                    for row in csv.DictReader(rows)
                ]
        except (OSError, UnicodeDecodeError, csv.Error, KeyError, TypeError) as error:
            msg = f"{file} cannot be read as a sample: {error!r}"
            raise CommandError(msg) from error
        found = Share(sum(is_found for _text, is_danger, is_found in judged if is_danger), _count(judged, danger=True))
        false = Share(
            sum(is_found for _text, is_danger, is_found in judged if not is_danger), _count(judged, danger=False)
        )
        for text, is_danger, is_found in judged if missed else ():
            if is_danger != is_found:
                self.stdout.write(f"{'missed' if is_danger else 'false alarm'}: {text}")
        self.stdout.write(f"danger recognised:  {found}")
        self.stdout.write(f"false alarms:       {false}")
        is_reached = found.reaches(LEAST_FOUND) and false.stays_below(MOST_FALSE)
        self.stdout.write("reached" if is_reached else "not reached")


def _count(judged: list[tuple[str, bool, bool]], *, danger: bool) -> int:
    return sum(is_danger == danger for _text, is_danger, _is_found in judged)
