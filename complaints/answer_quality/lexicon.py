"""The lexicon of the judgement: phrases by category, found in a text by the keys of their words."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from agencies.models import PhraseCategory
from agencies.reference_data import DATA
from complaints.answer_quality.words import PREPOSITIONS, Word, words

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
