"""Redacts the name, numbers and address of the person who filed a case from its texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final

from accounts.models import Citizen
from kit.arabic import fold

COVER: Final = "•••"
_HOME: Final = "+962"
#: Characters people write between the digits of a number.
_GAPS: Final = r"[\s.\-/()]*"
#: Characters and words people write between the parts of a name.
_BETWEEN: Final = r"[\s.,،_\-/]*(?:(?:بنت|ابن|بن)\s+)?"
#: A family name is written with and without its article; in a name as short as "Ali" the "al" is no article.
_ARTICLE, _SHORTEST = "ال", 3
#: A letter with its combining marks.
_LETTER: Final = re.compile("(?s:.)[\u0300-\u036f\u0653-\u0655]*")
_BESIDE_LETTERS: Final = re.compile(r"[\W_]+")


def without_person(text: str, citizen: Citizen) -> str:
    """Return ``text`` with the names, numbers and address of ``citizen`` redacted: people sign what they write."""
    return redactor(citizen)(text)


def redactor(citizen: Citizen) -> Callable[[str], str]:
    """Return a function that redacts ``citizen`` from a text, for callers with many texts.

    A list has another citizen in every row, and most rows name nobody: the pattern is compiled at the first match.
    """
    parts = _parts(citizen)
    numbers = [_squeezed(text) for text in (citizen.number, citizen.phone.removeprefix(_HOME), citizen.email) if text]
    made: list[re.Pattern[str]] = []

    def redact(text: str) -> str:
        squeezed = _squeezed(text)
        # A quick test that finds at least what the pattern finds: it ignores everything between letters and digits.
        named = sum(squeezed.count(_squeezed(_bare(part))) for part in parts)
        if named < (min(2, len(parts)) or 1) and not any(number in squeezed for number in numbers):
            return text
        if not made:
            made.append(re.compile("|".join(_patterns(citizen, parts))))
        return _redacted(text, made[0])

    return redact


def _redacted(text: str, traces: re.Pattern[str]) -> str:
    """Return ``text`` without the parts whose folded letters match ``traces``, however they were written."""
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
    """Return ``text`` folded, with the position in ``text`` of each folded letter and of the end."""
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


# ---- the patterns that identify a person ----


def _parts(citizen: Citizen) -> list[str]:
    """Return the distinct folded parts of the name, the longest first."""
    names = (citizen.first_name, citizen.father_name, citizen.grandfather_name, citizen.family_name)
    return sorted({folded for name in names if (folded := fold(name).strip())}, key=len, reverse=True)


def _patterns(citizen: Citizen, parts: list[str]) -> Iterator[str]:
    """Yield the patterns that identify ``citizen`` in a folded text."""
    if parts:
        one = f"(?:{'|'.join(map(_spelt, parts))})"
        # Two parts in a row: one alone is often an ordinary word, or a name that many people have.
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
