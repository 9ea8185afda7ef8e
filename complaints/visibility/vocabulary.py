"""The words that tell a name from an ordinary word: ``complaints/data/name_words.csv``, all folded."""

from __future__ import annotations

import csv
import re
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


@cache
def _letters() -> dict[str, str]:
    return {name: letter for letter, name in (one.split("=") for one in words_of("letter"))}


def letter_of(word: str) -> str:
    """Return the letter that ``word`` is, or names: "sin", also "and sin" and "by the sin"; else nothing."""
    if len(word) == 1:
        return word if word.isalpha() else ""
    bare = word[1:] if word[0] in "وب" and word not in _letters() else word
    return _letters().get(bare) or _letters().get(bare.removeprefix(ARTICLE), "")


def is_of(kind: str, word: str) -> bool:
    """Tell whether ``word`` is of ``kind``, by itself or after a particle."""
    words = words_of(kind)
    return word in words or (word[:1] in PARTICLES and word[1:] in words)


@cache
def _house_words() -> dict[str, str]:
    return dict(one.split("=") for one in words_of("house_word"))


def house_word(word: str) -> str:
    """Return the one word for what has several, in either language: "building" for عمارة; any other as it is."""
    return _house_words().get(word, word)


@cache
def formulas() -> re.Pattern[str]:
    """Return what finds the greetings and the like that name nobody; in the file an underscore joins their words."""
    longest_first = sorted(words_of("formula"), key=len, reverse=True)
    return re.compile(r"(?<!\w)(?:و|ف)?(?:" + "|".join(one.replace("_", r"\s+") for one in longest_first) + r")(?!\w)")


def without_particle(word: str) -> str:
    """Return ``word`` without an "and" or "to" and its article, if it is a title without them."""
    for begin in ("", "و", "ب", "ل", "ف"):
        for article in (ARTICLE, ""):
            bare = word.removeprefix(begin)
            bare = bare.removeprefix("ل" if begin == "ل" and bare.startswith("ل") and article else article)
            if bare in words_of("courtesy") or bare in words_of("profession"):
                return bare
    return word


def without_article(word: str) -> str:
    """Return ``word`` without its article; in a name as short as "Ali" the "al" is none."""
    bare = word.removeprefix(ARTICLE)
    return bare if len(bare) >= SHORTEST else word


def is_bare_noun(word: str) -> bool:
    """Tell whether a given name that is an ordinary word tells nothing behind "I am": scent, not "clever"."""
    is_participle = word[:1] == "م" or word[1:2] == "ا" or word.endswith("ي")
    return word in words_of("given") and not is_participle and not is_of("describing", word)
