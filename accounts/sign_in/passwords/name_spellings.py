"""Recognises a name in a password in either alphabet: AminaKhatib is أمينة الخطيب.

Vowels are written or left out as people like, so only consonants are compared, and those that are spelt in several ways
count as one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce
from itertools import groupby
from typing import Final

from kit.arabic import fold, strip_prefixes

_ARABIC: Final = dict(zip("بتثجحخدذرزسشصضطظعغفقكلمن", ["b", *"ttj", "", *"kddrzsssdtz", "", *"jfkklmn"], strict=True))
_LATIN: Final = dict(zip("bdfjklmnrstzgqcpv", "bdfjklmnrstzjkkbf", strict=True))
_CONSONANTS: Final = _ARABIC | _LATIN | {"x": "ks"}
#: The article, as Latin letters write it in front of a name.
_ARTICLE: Final = "l"
#: One consonant occurs in any word.
_FEWEST: Final = 2


def is_made_of(password: str, names: Iterable[str]) -> bool:
    """Tell whether all letters of ``password`` are spellings of ``names``, in any order and number."""
    sounds = _consonants(fold(password))
    pieces = [piece for name in names if len(piece := _once(_consonants(strip_prefixes(name)))) >= _FEWEST]
    reached = reduce(lambda places, _round: places | set(_further(sounds, places, pieces)), range(len(sounds)), {0})
    return bool(pieces) and len(sounds) >= _FEWEST and len(sounds) in reached


def _further(sounds: str, places: Iterable[int], pieces: Iterable[str]) -> Iterator[int]:
    """Yield where ``sounds`` goes on after one more name, with or without the article."""
    for place in places:
        for piece in pieces:
            for before in ("", _ARTICLE):
                yield from _ends(sounds, place, before + piece)


def _ends(sounds: str, place: int, piece: str) -> Iterator[int]:
    """Yield the places after ``piece``, whose consonants may each be doubled."""
    for consonant in piece:
        if not sounds.startswith(consonant, place):
            return
        while sounds.startswith(consonant, place):
            place += 1
    yield place
    if sounds[place - 1 : place] * 2 == sounds[place - 2 : place]:
        # The second of a double may begin the next name.
        yield place - 1


def _consonants(text: str) -> str:
    return "".join(_CONSONANTS.get(letter, "") for letter in text)


def _once(sounds: str) -> str:
    return "".join(sound for sound, _run in groupby(sounds))
