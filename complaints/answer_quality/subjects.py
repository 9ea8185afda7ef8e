"""Which group of topics a text speaks of, by the words of the project's example cases, which are counted."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from agencies.reference_data import DATA as REFERENCE_DATA
from complaints.answer_quality.words import words

_DATA: Final = Path(__file__).parents[1] / "data"
_TEXTS: Final = ("subject", "details", "found", "solved", "partly", "refused")
#: A word of more groups than these is nobody's.
_MOST_GROUPS: Final = 4
_SHORTEST: Final = 3
#: A word of one text alone is an accident.
_LEAST_TEXTS: Final = 2
#: Groups that speak of everything.
_GENERAL: Final = frozenset({"svc", "other", "integrity"})
#: How clearly a text must speak of another group, and how little of its own.
_MORE_THAN, _LESS_THAN = 0.9, 0.4
#: How much a word must belong to the other group to count, and how many such words there must be.
_CLEAR, _LEAST_WORDS = 0.3, 2


def other_subject(keys: Iterable[str], *, group: str) -> str:
    """Return the group of topics of which a text clearly speaks instead of ``group``; empty if there is none."""
    if not group or group in _GENERAL:
        return ""
    shares: defaultdict[str, list[float]] = defaultdict(list)
    for key in set(keys):
        for name, share in _vocabulary().get(key, {}).items():
            shares[name].append(share)
    if sum(shares[group]) >= _LESS_THAN:
        return ""
    clear = {name: [share for share in found if share >= _CLEAR] for name, found in shares.items()}
    others = [
        (sum(found), name) for name, found in clear.items() if name not in _GENERAL and len(found) >= _LEAST_WORDS
    ]
    best, name = max(others, default=(0.0, ""))
    return name if best > _MORE_THAN else ""


@cache
def group_of(topic: str) -> str:
    """Return the code of the group of a topic by the project's file; empty for a topic that people added."""
    return _groups().get(topic, "")


@cache
def _groups() -> Mapping[str, str]:
    return {row["code"]: row["parent"] or row["code"] for row in _rows(REFERENCE_DATA / "topics.csv")}


@cache
def _vocabulary() -> Mapping[str, Mapping[str, float]]:
    """Return how much each word belongs to each group: the rarer among the groups, the more."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for topic, text in _texts():
        for key in {word.key for word in words(text) if not word.is_number and len(word.text) >= _SHORTEST}:
            counts[key][_groups()[topic]] += 1
    return {
        key: {name: number / found.total() / len(found) for name, number in found.items()}
        for key, found in counts.items()
        if len(found) <= _MOST_GROUPS and found.total() >= _LEAST_TEXTS
    }


def _texts() -> Iterator[tuple[str, str]]:
    for row in _rows(REFERENCE_DATA / "topics.csv"):
        yield row["code"], f"{row['name_ar']} {row['name_en']}"
    for row in _rows(_DATA / "sample_cases.csv"):
        yield row["category_code"], f"{row['subject']} {row['body']}"
    for row in _rows(_DATA / "simulated_texts.csv"):
        yield row["topic"], " ".join(row[name] for name in _TEXTS)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)
