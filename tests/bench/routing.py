"""Prints how often the suggestion is right and how many duplicates are found, on the sample cases of the project.

The agencies and topics are measured by ``complaints.suggestions.measurement``; duplicates are measured here.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import combinations
from pathlib import Path

from django.core.management import call_command
from django.utils import timezone

from complaints.suggestions import similar
from complaints.suggestions.measurement import FOLDS, REPEATS, measure_agencies, measure_topics, read_samples
from kit.shares import Share
from tests.bench import progress

REWORDINGS = Path(__file__).parent / "rewordings.csv"


def main(_arguments: list[str]) -> int:
    """Load the reference data and print every measurement; changes nothing else."""
    progress.say("Preparing the database …")
    call_command("migrate", verbosity=0)
    call_command("load_reference", verbosity=0, stdout=io.StringIO())
    sys.stdout.writelines(f"{line}\n" for line in report(at=timezone.now()))
    return 0


def report(*, at: datetime) -> Iterator[str]:
    """Yield the measurements line by line; docs/routing.md keeps the numbers."""
    yield f"The correct agency, {REPEATS} times {FOLDS} folds, with 95 % intervals:"
    yield f"{'':52}{'first':>26}{'among three':>28}"
    for line in measure_agencies(at=at):
        yield f"{line.name:52}{line.at_one!s:>26}{line.at_three!s:>28}"
    progress.say("Reading topics from the texts …")
    topics = measure_topics(at=at)
    yield f"The topic read from the text: first {topics.at_one}, among three {topics.at_three}"
    yield (
        f"offered where none fits: right {topics.offered_right}, wrong {topics.offered_wrong}; "
        f"where the right one was chosen: {topics.misled}"
    )
    progress.say("Looking for duplicates …")
    yield "Duplicates, within a governorate:"
    for found in measure_duplicates():
        yield f"{found.name}: {found}"


# ---- duplicates ----


@dataclass(frozen=True)
class Found:
    """How many of the pairs that tell of the same thing are found, and how many others raise a false alarm."""

    name: str
    found: int
    same: int
    alarms: int
    others: int

    def __str__(self) -> str:
        return (
            f"{self.found} of {self.same} found ({_wilson(self.found, self.same)}), "
            f"{self.alarms} false alarms in {self.others} other pairs ({_wilson(self.alarms, self.others)})"
        )


def measure_duplicates() -> list[Found]:
    """Return how the pairs of the sample and the rewordings made by hand are told apart, within a governorate."""
    samples = read_samples()
    by_code = {sample.code: sample for sample in samples}
    with REWORDINGS.open(encoding="utf-8", newline="") as rows:
        reworded = [
            (by_code[row["of"]], similar.wording(row["subject"], row["body"]), row["same"] == "yes")
            for row in csv.DictReader(rows)
        ]
    pairs = [
        (one.group == other.group, _likeness(one.wording, other.wording))
        for one, other in combinations(samples, 2)
        if one.governorate == other.governorate
    ]
    own = [(same, _likeness(sample.wording, text)) for sample, text, same in reworded]
    foreign = [
        (False, _likeness(other.wording, text))
        for sample, text, _same in reworded
        for other in samples
        if other.group != sample.group and other.governorate == sample.governorate
    ]
    return [_counted("pairs of the sample", pairs), _counted("rewordings made by hand", [*own, *foreign])]


def _likeness(one: str, other: str) -> float:
    return _shingles(one).likeness(_shingles(other))


#: Each text is held against many others.
_shingles = cache(similar._Shingles)


def _counted(name: str, pairs: Sequence[tuple[bool, float]]) -> Found:
    same = [score for is_same, score in pairs if is_same]
    others = [score for is_same, score in pairs if not is_same]
    alarms = sum(score >= similar.LEAST for score in others)
    return Found(name, sum(score >= similar.LEAST for score in same), len(same), alarms, len(others))


def _wilson(hits: int, number: int) -> str:
    """Return the 95 % interval of Wilson for a share."""
    low, high = Share(hits, number).interval
    return f"{low:.1%} to {high:.1%}"
