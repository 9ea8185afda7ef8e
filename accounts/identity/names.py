"""Whom a typed name means: first and family name, letters folded, whatever stands between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from operator import or_
from typing import Final

from accounts.models import Citizen
from accounts.models.people import CitizenQuerySet
from kit.arabic import strip_prefixes

#: The parts of a name that count; more are somebody's whole line of ancestors.
MOST_NAMES: Final = 6
#: "Servant of", written as one with the name of God after it, or not.
_SERVANT: Final = "عبد"
_ARTICLE: Final = "ال"


def name_words(text: str) -> list[str]:
    """Return the words of a name, folded and without articles, as many as count."""
    return strip_prefixes(text).split()[:MOST_NAMES]


def people_called(text: str) -> CitizenQuerySet:
    """Return the people with this first and family name; either may be of two words, and others may stand between."""
    words = name_words(text)
    firsts = [words[:count] for count in (1, 2) if count < len(words)]
    families = [words[-count:] for count in (1, 2) if count < len(words)]
    pairs = [(first, family) for first in firsts for family in families if len(first) + len(family) <= len(words)]
    spelt = [
        Citizen.objects.named(first, family)
        for first_words, family_words in pairs
        for first in _spellings(first_words)
        for family in _spellings(family_words)
    ]
    return reduce(or_, spelt, Citizen.objects.none())


def _spellings(words: Sequence[str]) -> Iterator[str]:
    """Yield how the words of one part are written, with or without a space after "servant of"."""
    part = " ".join(words)
    yield part
    if words[0] == _SERVANT and len(words) > 1:
        yield f"{_SERVANT}{_ARTICLE}{words[1]}"
    if part.startswith(f"{_SERVANT}{_ARTICLE}"):
        yield f"{_SERVANT} {part.removeprefix(f'{_SERVANT}{_ARTICLE}')}"
