"""The lexicon of the judgement: phrases by category, found in a text by the keys of their words."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from agencies.models import PhraseCategory
from agencies.reference_data import DATA
from kit.arabic import fold

# ---- The words of a text as the judgement of answers sees them: passages, words, and their keys, in which
# forms meet.


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


#: Words of these categories weigh nothing by themselves, so that their keys may be found in other words.
PLAIN: Final = frozenset(
    {
        PhraseCategory.FUNCTION,
        PhraseCategory.OFFICE,
        PhraseCategory.UNIT,
        PhraseCategory.REFERENCE,
        PhraseCategory.MEASURE,
    }
)
#: Categories of what an answer says: their words are found by their form, and so is any other single word; those of
#: longer stock phrases are found by their key.
NARROW: Final = frozenset(
    {
        PhraseCategory.ACT,
        PhraseCategory.REASON,
        PhraseCategory.BASIS,
        PhraseCategory.INFORMATION,
        PhraseCategory.DATE,
        PhraseCategory.NUMBER,
    }
)
#: Stands in a phrase for up to so many words.
GAP: Final = "*"
WIDEST_GAP: Final = 2
#: Separates phrases in a cell of the file.
BETWEEN: Final = ";"
SHIPPED: Final = DATA / "answer_phrases.csv"


@dataclass(frozen=True)
class Phrase:
    """One phrase of the lexicon, and the keys or forms of its words, None for a gap."""

    category: PhraseCategory
    text: str
    keys: tuple[str | None, ...]


@dataclass(frozen=True)
class Found:
    """A phrase in a text: the words from ``start`` up to, and without, ``end``."""

    phrase: Phrase
    start: int
    end: int


class Lexicon:
    """Phrases, ready to be looked for; the same phrases give the same lexicon, whatever their order."""

    def __init__(self, rows: Iterable[tuple[str, str]]) -> None:
        self._wide, self._narrow = _Index(), _Index()
        for category, text in rows:
            known = PhraseCategory(category)
            is_narrow = known in NARROW or (known not in PLAIN and len(text.split()) == 1)
            index = self._narrow if is_narrow else self._wide
            index.add(Phrase(known, text, _keys(text, is_narrow=is_narrow)))

    def categories(self, word: Word) -> frozenset[PhraseCategory]:
        """Return the categories in which ``word`` stands by itself."""
        narrow = self._narrow.single.get(word.form, _NONE)
        if not narrow and word.form.startswith(PREPOSITIONS):
            narrow = self._narrow.single.get(word.form[1:], _NONE) & _WITH_PREPOSITION
        return self._wide.single.get(word.key, _NONE) | narrow

    def find(self, text: Sequence[Word]) -> Iterator[Found]:
        """Yield every phrase in a passage, where it stands; they may overlap."""
        yield from self._wide.find([word.key for word in text])
        yield from self._narrow.find([word.form for word in text])


#: What is written in one word with its preposition: "in three days", "on Sunday".
_WITH_PREPOSITION: Final = frozenset({PhraseCategory.NUMBER, PhraseCategory.DATE})
_NONE: Final[frozenset[PhraseCategory]] = frozenset()


class _Index:
    """Phrases by their first word."""

    def __init__(self) -> None:
        self.single: defaultdict[str, frozenset[PhraseCategory]] = defaultdict(frozenset)
        self._by_first: defaultdict[str, list[Phrase]] = defaultdict(list)

    def add(self, phrase: Phrase) -> None:
        """Take a phrase in; one that begins with a gap, or has no word, is left out."""
        first = phrase.keys[0] if phrase.keys else None
        if first is None:
            return
        if len(phrase.keys) == 1:
            self.single[first] |= {phrase.category}
        self._by_first[first].append(phrase)

    def find(self, keys: Sequence[str]) -> Iterator[Found]:
        """Yield every phrase that stands in ``keys``."""
        for start, first in enumerate(keys):
            for phrase in self._by_first.get(first, ()):
                end = _end(phrase.keys, keys, start)
                if end is not None:
                    yield Found(phrase, start, end)


def _keys(text: str, *, is_narrow: bool) -> tuple[str | None, ...]:
    """Return the keys, or forms, of the words of a phrase, None where it has a gap."""
    found: list[str | None] = []
    for part in text.split():
        found += [None] if part == GAP else [word.form if is_narrow else word.key for word in words(part)]
    return tuple(found)


def _end(phrase: Sequence[str | None], keys: Sequence[str], start: int) -> int | None:
    """Return where ``phrase`` ends if it stands at ``start``."""
    place, is_open = start, False
    for wanted in phrase:
        if wanted is None:
            is_open = True
            continue
        reach = place + (WIDEST_GAP if is_open else 0)
        place = next((at for at in range(place, min(reach, len(keys) - 1) + 1) if keys[at] == wanted), -1) + 1
        if not place:
            return None
        is_open = False
    return place


def shipped() -> Lexicon:
    """Return the lexicon of the project's file."""
    with SHIPPED.open(encoding="utf-8-sig", newline="") as rows:
        return Lexicon(
            (row["category"], phrase) for row in csv.DictReader(rows) for phrase in row["phrases"].split(BETWEEN)
        )


# ---- Words that are none: keys pressed in a row, letters repeated, letters that no word has together. ----


#: Share of a text that may be no words before it is gibberish.
MOST_JUNK: Final = 0.4
#: A text of so many words repeats itself when fewer than half of them differ; longer texts repeat words anyway.
_REPEATS_FROM, _REPEATS_TO, _LEAST_DIFFERENT = 5, 20, 0.5

_ROWS: Final = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "ضصثقفغعهخحجد", "شسيبلاتنمكط", "يءورلاىهوزظ")
_RUN: Final = 4
_STRETCHED: Final = re.compile(r"(.)\1\1")
_VOWELS: Final = re.compile("[aeiouy\u00df-\u024f]")
_CONSONANTS: Final = re.compile("[bcdfghjklmnpqrstvwxz]{6}")
_SHORT: Final = 3
#: Longer than a word with all that Arabic writes onto it.
_LONGEST: Final = 20


def is_gibberish(words: Sequence[Word]) -> bool:
    """Tell whether a text is certainly no sentence: too many of its words are none, or they are always the same."""
    spoken = [word.text for word in words if not word.is_number]
    if not spoken:
        return True
    if _REPEATS_FROM <= len(spoken) <= _REPEATS_TO and len(set(spoken)) < _LEAST_DIFFERENT * len(spoken):
        return True
    if all(len(set(word)) == 1 for word in spoken):
        return True
    return sum(map(is_junk, spoken)) > MOST_JUNK * len(spoken)


def is_junk(word: str) -> bool:
    """Tell whether a folded word in Arabic or Latin letters is none; of other letters nobody here can tell."""
    if not (is_arabic(word) or is_latin(word)):
        return False
    if _STRETCHED.search(word) or len(word) > _LONGEST or _has_keys_in_a_row(word):
        return True
    if is_arabic(word):
        return False
    return (len(word) > _SHORT and not _VOWELS.search(word)) or bool(_CONSONANTS.search(word))


def _has_keys_in_a_row(word: str) -> bool:
    runs = (word[start : start + _RUN] for start in range(len(word) - _RUN + 1))
    return word not in _REAL_RUNS and any(run in row or run[::-1] in row for run in runs for row in _ROWS)


#: Words that happen to lie in a row of the keyboard.
_REAL_RUNS: Final = frozenset({"were", "property", "properties", "liberty"})
