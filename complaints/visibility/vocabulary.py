"""The words that tell a name from an ordinary word: ``complaints/data/name_words.csv``, all folded."""

from __future__ import annotations

import csv
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Final

NAME_WORDS: Final = Path(__file__).parents[1] / "data" / "name_words.csv"
#: "And", "so", "in", "to" and "like" are written as one with the word after them.
PARTICLES: Final = "وفبلك"
ARTICLE: Final = "ال"
#: How a word begins that has its article, with a particle or without.
WITH_ARTICLE: Final = ("ال", "وال", "بال", "فال", "كال", "لل", "ولل", "فلل", "وبال")
#: A word that has lost its article or its particle keeps so many letters.
SHORTEST: Final = 3


@cache
def words_of(kind: str) -> frozenset[str]:
    """Return the words of one kind: ``given`` names, ``ordinary`` words that are names, words before a ``place``."""
    return _all_words()[kind]


@cache
def _all_words() -> dict[str, frozenset[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    with NAME_WORDS.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            found[row["kind"]].update(row["words"].split())
    return {kind: frozenset(words) for kind, words in found.items()}


def is_of(kind: str, word: str) -> bool:
    """Tell whether ``word`` is of ``kind``, by itself or after a particle."""
    words = words_of(kind)
    return word in words or (word[:1] in PARTICLES and word[1:] in words)


def without_article(word: str) -> str:
    """Return ``word`` without its article; in a name as short as "Ali" the "al" is none."""
    bare = word.removeprefix(ARTICLE)
    return bare if len(bare) >= SHORTEST else word
