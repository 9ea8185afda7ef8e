"""Tells whether a text speaks of danger to life or limb, by which words. Pure: no database.

All words of a phrase must stand close together. What only sounds dangerous is taken out first, and a phrase that is
denied («ما في حريق», "no gas leak") does not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from agencies.free_text.lexicon import Lexicon
from agencies.free_text.words import bare_forms

#: How many other words may stand between the words of a phrase.
BETWEEN = 3
#: A denial stands at most so many words before what it denies.
DENIED_WITHIN = 2
_DENIALS = "ما مافي مافيه لا لم لن مش مو ليس ليست بدون دون مفيش ماكو no not without never isnt dont"
DENIALS = frozenset(_DENIALS.split())


@dataclass(frozen=True)
class SignPhrase:
    """A phrase of a danger sign: the key of the sign (None if it only sounds dangerous) and the terms of its words."""

    sign: int | None
    words: tuple[frozenset[str], ...]


@dataclass(frozen=True)
class DangerFound:
    """The danger sign that a text contains, and the words that say so, folded."""

    sign: int
    words: tuple[str, ...]


class DangerIndex:
    """The phrases of all danger signs, by the terms of their first words."""

    def __init__(self, phrases: Iterable[SignPhrase]) -> None:
        self._alarms: dict[str, list[SignPhrase]] = {}
        self._harmless: dict[str, list[SignPhrase]] = {}
        for phrase in phrases:
            listed = self._harmless if phrase.sign is None else self._alarms
            for term in phrase.words[0] if phrase.words else ():
                listed.setdefault(term, []).append(phrase)

    def find(self, lexicon: Lexicon, read: Sequence[Sequence[str]]) -> DangerFound | None:
        """Return the first danger that the sentences of a text speak of, None if there is none."""
        return next((found for words in read if (found := self._in(lexicon, words))), None)

    def _in(self, lexicon: Lexicon, words: Sequence[str]) -> DangerFound | None:
        terms = [lexicon.read_whole(word) for word in words]
        taken = {place for places, _sign in _phrases_in_sentence(self._harmless, terms) for place in places}
        left = [frozenset() if place in taken else each for place, each in enumerate(terms)]
        for places, sign in _phrases_in_sentence(self._alarms, left):
            if sign is not None and not _is_denied(words, min(places)):
                return DangerFound(sign, tuple(words[place] for place in sorted(places)))
        return None


def _phrases_in_sentence(
    listed: dict[str, list[SignPhrase]], terms: Sequence[frozenset[str]]
) -> Iterator[tuple[tuple[int, ...], int | None]]:
    """Yield the places of the words of each phrase that stands in a sentence, with its sign."""
    said = frozenset[str]().union(*terms)
    for start, own in enumerate(terms):
        for term in own:
            for phrase in listed.get(term, ()):
                # Of most phrases only the first word stands in the sentence.
                if any(map(said.isdisjoint, phrase.words)):
                    continue
                if places := _places(phrase, terms, start):
                    yield places, phrase.sign


def _places(phrase: SignPhrase, terms: Sequence[frozenset[str]], start: int) -> tuple[int, ...]:
    """Return where the words of a phrase stand near ``start``, in any order; empty if one is missing."""
    reach = len(phrase.words) - 1 + BETWEEN
    near = [start, *range(start + 1, start + reach + 1), *range(start - 1, start - reach - 1, -1)]
    near = [place for place in near if 0 <= place < len(terms)]
    found: list[int] = []
    for wanted in phrase.words:
        place = next((each for each in near if each not in found and terms[each] & wanted), None)
        if place is None:
            return ()
        found.append(place)
    return tuple(found) if max(found) - min(found) <= reach else ()


def _is_denied(words: Sequence[str], first: int) -> bool:
    before = words[max(0, first - DENIED_WITHIN) : first]
    return any(DENIALS & {*bare_forms(word)} for word in before)
