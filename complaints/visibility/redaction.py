"""What was written on a case, as whoever may not learn who filed it reads it: with names and numbers covered."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final

from accounts.models import Citizen
from kit.arabic import fold

COVER: Final = "•••"
_HOME: Final = "+962"
#: What people write between the digits of a number.
_GAPS: Final = r"[\s.\-/()]*"
#: What people write between the parts of a name.
_BETWEEN: Final = r"[\s.,،_\-/]*(?:(?:بنت|ابن|بن)\s+)?"
#: A family is written with its article and without; "Ali" is no "al" of an "i".
_ARTICLE, _SHORTEST = "ال", 3
#: A letter with the signs that stand above or below it.
_LETTER: Final = re.compile("(?s:.)[\u0300-\u036f\u0653-\u0655]*")
_BESIDE_LETTERS: Final = re.compile(r"[\W_]+")


def without_person(text: str, citizen: Citizen) -> str:
    """Return ``text`` with the names, numbers and address of ``citizen`` covered: people sign what they write."""
    return redactor(citizen)(text)


def redactor(citizen: Citizen) -> Callable[[str], str]:
    """Return what covers ``citizen`` in a text, for whoever has many of them.

    A list has somebody else in every row, and most rows name nobody: the pattern is made at the first trace.
    """
    parts = _parts(citizen)
    numbers = [_squeezed(text) for text in (citizen.number, citizen.phone.removeprefix(_HOME), citizen.email) if text]
    made: list[re.Pattern[str]] = []

    def cover(text: str) -> str:
        squeezed = _squeezed(text)
        # A superset of what the pattern finds: whatever may stand between letters and digits is gone.
        named = sum(squeezed.count(_squeezed(_bare(part))) for part in parts)
        if named < (min(2, len(parts)) or 1) and not any(number in squeezed for number in numbers):
            return text
        if not made:
            made.append(re.compile("|".join(_traces(citizen, parts))))
        return _covered(text, made[0])

    return cover


def _covered(text: str, traces: re.Pattern[str]) -> str:
    """Return ``text`` without what ``traces`` finds in its folded letters, however they were written."""
    plain, places = _folded(text)
    kept, shown = [], 0
    for trace in traces.finditer(plain):
        end = trace.end()
        while places[end] == places[end - 1]:  # half of a letter that folds to two
            end += 1
        kept.append(text[shown : places[trace.start()]])
        shown = places[end]
    return COVER.join([*kept, text[shown:]])


def _folded(text: str) -> tuple[str, list[int]]:
    """Return ``text`` folded, and where each of its letters, and its end, stand in ``text``."""
    letters: list[str] = []
    places: list[int] = []
    for found in _LETTER.finditer(text):
        folded = _fold_letter(found[0])
        letters.append(folded)
        places += [found.start()] * len(folded)
    return "".join(letters), [*places, len(text)]


@lru_cache(maxsize=2048)
def _fold_letter(letter: str) -> str:
    return fold(letter)


def _squeezed(text: str) -> str:
    return _BESIDE_LETTERS.sub("", fold(text))


# ---- how a person shows in a text ----


def _parts(citizen: Citizen) -> list[str]:
    """Return the folded parts of the name, each once and the longest first."""
    names = (citizen.first_name, citizen.father_name, citizen.grandfather_name, citizen.family_name)
    return sorted({folded for name in names if (folded := fold(name).strip())}, key=len, reverse=True)


def _traces(citizen: Citizen, parts: list[str]) -> Iterator[str]:
    """Yield patterns of what tells in a folded text who ``citizen`` is."""
    if parts:
        one = f"(?:{'|'.join(map(_spelt, parts))})"
        # Any two of them in a row: one alone is mostly a word of the language, or the name of half a town.
        yield f"{one}(?:{_BETWEEN}{one})+" if len(parts) > 1 else one
    if citizen.number:
        yield _spaced(fold(citizen.number))
    if citizen.phone.startswith(_HOME):
        yield rf"(?:(?:\+|00)?{_spaced(_HOME[1:])}{_GAPS}|0{_GAPS})?{_spaced(citizen.phone.removeprefix(_HOME))}"
    elif citizen.phone:
        yield rf"(?:\+|00)?{_spaced(citizen.phone.removeprefix('+'))}"
    if citizen.email:
        yield re.escape(fold(citizen.email))


def _spelt(part: str) -> str:
    article = f"(?:{_ARTICLE})?" if _bare(part) != part else ""
    return article + r"\s*".join(map(re.escape, _bare(part).split()))


def _bare(part: str) -> str:
    bare = part.removeprefix(_ARTICLE)
    return bare if len(bare) >= _SHORTEST else part


def _spaced(number: str) -> str:
    return _GAPS.join(map(re.escape, number))
