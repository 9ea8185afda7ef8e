"""The sample texts that searching and the finding of repeats are measured with."""

import csv
from pathlib import Path
from typing import NamedTuple

SAMPLES = Path(__file__).parents[2] / "complaints" / "data" / "sample_cases.csv"


class Sample(NamedTuple):
    """One text of the sample file."""

    kind: str
    language: str
    channel: str
    agency: str
    topic: str
    place: str
    subject: str
    details: str


def read_samples() -> list[Sample]:
    """Return the texts of the sample file."""
    with SAMPLES.open(encoding="utf-8", newline="") as rows:
        return [
            Sample(
                row["kind"],
                row["language"],
                row["channel"],
                row["agency_code"],
                row["category_code"],
                row["place"],
                row["subject"],
                row["body"],
            )
            for row in csv.DictReader(rows)
        ]
