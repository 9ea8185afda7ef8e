"""Finds the governorate, town or area that a text names. Pure: no database."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agencies.free_text.lexicon import EMPTY, bare_forms, is_latin, sound
from kit.arabic import fold

#: A name that is an ordinary word as well counts only after one of these.
_INTRODUCTIONS = "منطقه لواء حي بلده قريه مدينه ضاحيه مخيم محافظه بلديه قضاء area district town city village camp"
INTRODUCED_BY = frozenset(_INTRODUCTIONS.split())
#: A name as short as this is an ordinary word as well.
SHORT = 3
_NAME = re.compile(r"[^\W_]+")
_PARTS = re.compile("؛|;| و(?=ال|ابو |ام |خلدا|جاوا)| and ")
_ARTICLE_IN_LATIN = re.compile(r"^(?:al|ar|as|ash|an|ad|at|az)-")
#: The seat of a governorate, listed as a district: its town is listed too.
_SEAT = ("قصبه", "qasabah")


@dataclass(frozen=True)
class PlaceName:
    """One name of a place: the keys of its governorate and of the place, None for the governorate itself."""

    name: str
    governorate: int
    city: int | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """Return the words by which the name is compared."""
        return tuple(_key(word) for word in _NAME.findall(_ARTICLE_IN_LATIN.sub("", fold(self.name))))


@dataclass(frozen=True)
class PlaceFound:
    """A place that a text names, with its words as they are written."""

    governorate: int
    city: int | None
    words: tuple[str, ...]


def names(listed: str, governorate: int, city: int | None = None) -> Iterator[PlaceName]:
    """Yield the names in a text that lists some; the seat of a governorate is left to its town."""
    for part in _PARTS.split(fold(listed)):
        if part.strip() and not any(seat in part for seat in _SEAT):
            yield PlaceName(part.strip(), governorate, city)


class PlaceIndex:
    """The names of all places; the longest name in a text wins."""

    def __init__(self, listed: Sequence[PlaceName], ordinary: frozenset[str]) -> None:
        self._ordinary = ordinary
        self._names: dict[tuple[str, ...], set[PlaceName]] = {}
        for each in listed:
            for words in {each.words, *_in_latin(each)}:
                if words:
                    self._names.setdefault(words, set()).add(each)
        self._longest = max(map(len, self._names), default=0)

    def find(self, read: Sequence[Sequence[str]], *, governorate: int | None = None) -> PlaceFound | None:
        """Return the place that a text names most exactly; one whose name is that of two places is left out."""
        found = [place for words in read for place in self._in(words, governorate)]
        return max(found, key=lambda place: (place.city is not None, len(place.words)), default=None)

    def _in(self, words: Sequence[str], governorate: int | None) -> Iterator[PlaceFound]:
        for start in range(len(words)):
            for size in range(min(self._longest, len(words) - start), 0, -1):
                said = tuple(words[start : start + size])
                place = self._place(said, governorate)
                if place is not None and (place.city is None or self._counts(said, words[:start])):
                    yield PlaceFound(place.governorate, place.city, said)
                    break

    def _place(self, said: tuple[str, ...], governorate: int | None) -> PlaceName | None:
        first, *others = said
        for form in bare_forms(first):
            for key in (_key(form), sound(form)):
                listed = self._names.get((key, *map(_key, others)), ()) if key else ()
                if named := _single_place(listed, governorate):
                    return named
        return None

    def _counts(self, said: tuple[str, ...], before: Sequence[str]) -> bool:
        """Tell whether words are the name of a place, and no ordinary word."""
        form = bare_forms(said[0])[-1]
        is_ordinary = len(said) == 1 and (
            len(form) <= SHORT or form in EMPTY or said[0] in EMPTY or form in self._ordinary
        )
        return not is_ordinary or bool(before and INTRODUCED_BY & {*bare_forms(before[-1])})


def _single_place(listed: set[PlaceName] | tuple[()], governorate: int | None) -> PlaceName | None:
    """Return the one place of a name: a town and its district are one, and a town goes before its governorate."""
    own = [each for each in listed if each.governorate == governorate] or list(listed)
    if len({each.governorate for each in own}) != 1:
        return None
    return max(own, key=lambda each: each.city or 0)


def _key(word: str) -> str:
    """Return a word without its article and its last vowel, which are written or not."""
    bare = word[2:] if word.startswith("ال") and len(word) > SHORT + 1 else word
    return bare.rstrip("اهيء") or bare if not is_latin(bare) else bare


def _in_latin(name: PlaceName) -> Iterator[tuple[str, ...]]:
    """Yield a name of one word as it sounds, by which it is recognised however it is spelt in Latin letters."""
    if len(name.words) == 1 and (heard := sound(name.words[0])):
        yield (heard,)
