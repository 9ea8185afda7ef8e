"""Whether an answer speaks of its case: by the rare words that both have, and by those of the case's group of topics.

How rare a word is, and to which group it belongs, is counted in the project's example cases.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import log
from pathlib import Path
from typing import Final

from agencies.reference_data import DATA as REFERENCE_DATA
from complaints.answer_quality.words import Word, words

_DATA: Final = Path(__file__).parents[1] / "data"
_TEXTS: Final = ("subject", "details", "found", "solved", "partly", "refused")
#: A word of more groups than these is nobody's.
_MOST_GROUPS: Final = 4
_SHORTEST: Final = 3
#: A word of one text alone is an accident.
_LEAST_TEXTS: Final = 2
#: Groups that speak of everything.
_GENERAL: Final = frozenset({"svc", "other", "integrity"})
#: Who wrote or answered in fewer words that tell something may have left out what the other names.
_LEAST_ASKED, _LEAST_SAID = 6, 12
#: Words that are rarer than one text in seven count as they are rare; an answer that shares less misses its case.
_RARE: Final = 2.0
_LEAST_SHARED: Final = 3.0
#: So much of the vocabulary of the case's group shows that an answer speaks of it in words of its own.
_LEAST_OF_GROUP: Final = 0.15
#: By so much another group leads where an answer clearly speaks of that one.
_CLEARLY_OTHER: Final = 0.9
#: A number of so many digits is the citizen's: whoever names it speaks of the case.
_NUMBER_DIGITS: Final = 4


def misses(answer: Sequence[Word], case: Sequence[Word], *, group: str) -> bool:
    """Tell whether an answer takes up nothing of what the citizen wrote.

    A long one must then have next to no word of its ``group`` of topics, a short one clearly those of another group.
    """
    said, asked = _telling(answer), _telling(case)
    if not group or group in _GENERAL or len(asked) < _LEAST_ASKED or _numbers(answer) & _numbers(case):
        return False
    if sum(rarity for key in said & asked if (rarity := _rarity(key)) > _RARE) >= _LEAST_SHARED:
        return False
    if _of_group(said, group) < _LEAST_OF_GROUP and len(said) >= _LEAST_SAID:
        return True
    others = (_of_group(said, other) for other in _names() - _GENERAL - {group})
    return max(others, default=0.0) - _of_group(said, group) > _CLEARLY_OTHER


def _telling(text: Sequence[Word]) -> set[str]:
    return {word.key for word in text if not word.is_number and len(word.text) >= _SHORTEST}


def _numbers(text: Sequence[Word]) -> set[str]:
    return {word.text for word in text if word.is_number and sum(map(str.isdigit, word.text)) >= _NUMBER_DIGITS}


def _of_group(keys: Iterable[str], group: str) -> float:
    return sum(_vocabulary().get(key, {}).get(group, 0.0) for key in keys)


def _rarity(key: str) -> float:
    counts = _counts()
    return log((counts.texts + 1) / (sum(counts.by_key.get(key, {}).values()) + 1))


@cache
def subject_group(topic: str) -> str:
    """Return the code of the group of a topic by the project's file; empty for a topic that people added."""
    return _groups().get(topic, "")


@cache
def _groups() -> Mapping[str, str]:
    return {row["code"]: row["parent"] or row["code"] for row in _rows(REFERENCE_DATA / "topics.csv")}


@cache
def _vocabulary() -> Mapping[str, Mapping[str, float]]:
    """Return how much each word belongs to each group: the rarer among the groups, the more."""
    return {
        key: {name: number / found.total() / len(found) for name, number in found.items()}
        for key, found in _counts().by_key.items()
        if len(found) <= _MOST_GROUPS and found.total() >= _LEAST_TEXTS
    }


@cache
def _names() -> frozenset[str]:
    return frozenset(_groups().values())


@dataclass(frozen=True)
class _Counts:
    """In how many texts of each group a word stands, and how many texts there are."""

    by_key: Mapping[str, Counter[str]]
    texts: int


@cache
def _counts() -> _Counts:
    by_key: dict[str, Counter[str]] = defaultdict(Counter)
    texts = list(_texts())
    for topic, text in texts:
        for key in _telling(words(text)):
            by_key[key][_groups()[topic]] += 1
    return _Counts(by_key, len(texts))


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
