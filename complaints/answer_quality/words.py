"""The words of a text as the judgement of answers sees them: passages, words, and their keys, in which forms meet."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from kit.arabic import fold

#: The least letters that are left of a word when a beginning or an ending is taken off.
LEAST: Final = 3

_WORD: Final = re.compile(r"(?:[a-z0-9\-]+\.)+[a-z]{2,}|\d+(?:[./:,\-\u066b]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)?")
_PASSAGE: Final = re.compile(r"(?:[a-zA-Z0-9][.,:][a-zA-Z0-9]|[^.,:;!?\n،؛؟])+")
_ARABIC: Final = re.compile("[\u0620-\u064a\u066e-\u06d3]")
_LATIN: Final = re.compile("[a-z\u00df-\u024f\u1e00-\u1eff]")
# The longest first. The future "sa-" stays: it says that something is still to come.
_BEGINNINGS: Final = (
    *("وبال", "وكال", "فبال", "ولل", "وال", "فال", "بال", "كال", "عال"),
    *("هال", "لل", "ال", "و", "ف", "ب", "ل", "ك"),
)
_ENDINGS: Final = (
    *("اتهم", "اتها", "اتكم", "اتنا", "تهم", "تها", "تكم", "تنا", "كما"),
    *("هما", "يات", "ات", "ون", "ين", "ان", "يه", "ها", "هم"),
    *("كم", "نا", "تم", "وا", "ه", "ت", "ي", "ا"),
)
_ENGLISH_ENDINGS: Final = (
    "ations",
    "ation",
    "ments",
    "ment",
    "ings",
    "ing",
    "ies",
    "ied",
    "ely",
    "ed",
    "es",
    "ly",
    "s",
    "e",
    "y",
)
#: Prepositions that are written in one word with what follows.
PREPOSITIONS: Final = ("ب", "ل")
_OBJECTS: Final = ("ها", "هم", "كم", "ه")
_PERSONS: Final = ("نا", "وا", "ت")
#: Beginnings of words whose first letter belongs to them although it looks like "and".
_OWN_WAW: Final = (
    "وزار",
    "وزير",
    "وصل",
    "وصول",
    "وجد",
    "وجود",
    "وضع",
    "وقع",
    "وقف",
    "وزع",
    "وحد",
    "وقت",
    "وطن",
    "واجب",
    "وافق",
)
#: Letters that are confused in writing meet; long vowels and the hamza fall, so that most misspellings meet too.
_CONFUSED: Final = str.maketrans("ظذث", "ضدت", "اويء")


@dataclass(frozen=True)
class Word:
    """A word or number of a text: as it stands there once folded, its key, and its form, which is narrower."""

    text: str
    key: str
    form: str

    @property
    def is_address(self) -> bool:
        """Tell whether it is the address of a site."""
        return "." in self.text and not self.is_number

    @property
    def is_number(self) -> bool:
        """Tell whether it is written in digits."""
        return self.text[0].isdigit() and not self.text[-1].isalpha()


@dataclass(frozen=True)
class Passage:
    """A part of a text between two stops, as it was typed, and its words."""

    text: str
    words: tuple[Word, ...]


def passages(text: str) -> list[Passage]:
    """Return the parts of ``text`` between full stops, commas and line ends that have a word."""
    parts = (part.strip() for part in _PASSAGE.findall(text))
    found = (Passage(part, tuple(words(part))) for part in parts)
    return [passage for passage in found if passage.words]


def words(text: str) -> list[Word]:
    """Return the words and numbers of ``text``."""
    return [Word(found, key(found), form(found)) for found in _WORD.findall(fold(text))]


def is_arabic(word: str) -> bool:
    """Tell whether ``word`` is written in Arabic letters."""
    return bool(_ARABIC.search(word))


def is_latin(word: str) -> bool:
    """Tell whether a folded ``word`` is written in Latin letters."""
    return bool(_LATIN.search(word))


@lru_cache(maxsize=50_000)
def key(word: str) -> str:
    """Return the key of a folded word: without article, particles, pronouns, plurals and doubtful letters.

    Different words may have one key, as "maintained" and "maintains"; a phrase and a text are compared by keys alone.
    """
    if word[0].isdigit():
        return word
    return _arabic_key(word) if is_arabic(word) else _english_key(word)


@lru_cache(maxsize=50_000)
def form(word: str) -> str:
    """Return a folded Arabic word without "and" and without pronouns and persons at its end; other words as they are.

    It tells "we replaced" from "alternatives", which have one key.
    """
    if not is_arabic(word):
        return word
    stem = word[1:] if word[0] in "وف" and len(word) > LEAST and not word.startswith(_OWN_WAW) else word
    for endings in (_OBJECTS, _PERSONS):
        for ending in endings:
            if stem.endswith(ending) and len(stem) - len(ending) >= LEAST - (ending in _PERSONS):
                stem = stem[: -len(ending)]
                break
    return stem


def _arabic_key(word: str) -> str:
    stem = word
    for beginning in () if word.startswith(_OWN_WAW) else _BEGINNINGS:
        if stem.startswith(beginning) and len(stem) - len(beginning) >= LEAST:
            stem = stem[len(beginning) :]
            break
    for ending in _ENDINGS:
        if stem.endswith(ending) and len(stem) - len(ending) >= LEAST:
            stem = stem[: -len(ending)]
            break
    bare = stem[0] + stem[1:].translate(_CONFUSED)
    return bare if len(bare) >= LEAST else stem


def _english_key(word: str) -> str:
    stem = word.partition("'")[0].partition("’")[0]
    for ending in _ENGLISH_ENDINGS:
        if stem.endswith(ending) and len(stem) - len(ending) >= LEAST:
            return stem[: -len(ending)]
    return stem
