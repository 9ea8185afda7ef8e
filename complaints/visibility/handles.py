"""Finds the names somebody has on social networks: behind an @, in an address of a page, or after "my account"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from complaints.visibility.name_parts import BOTH, NameParts
from complaints.visibility.texts import ReadText, Span
from complaints.visibility.vocabulary import is_of

#: Not the second half of an e-mail address.
_HANDLE: Final = re.compile(
    r"(?<![\w.\-])@[\w.\-]*\w|(?:facebook|fb|instagram|tiktok|twitter|x|t|linkedin|youtube|snapchat)\.(?:com|me)/[\w.\-/@]*\w"
)
#: A name on a network as it is written without its @: letters with dots, underscores or digits, no address.
_BARE: Final = re.compile(r"(?<![\w@.\-/])(?=[a-z0-9._]*[0-9._][a-z0-9])[a-z][a-z0-9._]{3,30}(?<![._])(?![\w@/]|\.\w)")
_LETTERS: Final = re.compile(r"[^\W\d_]+")
#: Words from "my account" to the name.
_REACH: Final = 5


def handles(text: ReadText, parts: NameParts) -> Iterator[Span]:
    """Yield what is said to be the own name on a network, and those in which a part of the person's name stands."""
    if text.has_latin:
        for found in _HANDLE.finditer(text.plain):
            if _is_announced(text, found.start()) or _names(found[0], parts):
                yield Span(*found.span())
        for found in _BARE.finditer(text.plain):
            if _is_announced(text, found.start()):
                yield Span(*found.span())


def _names(handle: str, parts: NameParts) -> bool:
    own = [match for match in map(parts.match, _LETTERS.findall(handle.lower())) if match]
    is_sure = any(match.part == BOTH or (match.is_sure and not match.is_ordinary) for match in own)
    return is_sure or len({match.part for match in own}) > 1


def _is_announced(text: ReadText, place: int) -> bool:
    return any(is_of("account", word.text) for word in text.words_before(place, _REACH))
