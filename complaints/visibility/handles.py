"""Finds the names somebody has on social networks, and the number of the own account at a bank."""

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
#: The number of an account at a bank (ISO 13616), in groups of four or in one.
_BANK: Final = re.compile(r"(?<![a-z0-9])[a-z]{2}[0-9]{2}(?: ?[a-z0-9]{4}){3,7}(?: ?[a-z0-9]{1,3})?(?![a-z0-9])")
_LETTERS: Final = re.compile(r"[^\W\d_]+")
#: Words from "my account" to the name.
_REACH: Final = 5


def handles(text: ReadText, parts: NameParts) -> Iterator[Span]:
    """Yield what is said to be the own account, also of a bank, and accounts that have a part of the person's name."""
    if text.has_latin:
        for found in _HANDLE.finditer(text.plain):
            if _is_announced(text, found.start()) or _names(found[0], parts):
                yield Span(*found.span())
        for form in (_BARE, _BANK):
            for found in form.finditer(text.plain):
                if _is_announced(text, found.start()):
                    yield Span(*found.span())


def _names(handle: str, parts: NameParts) -> bool:
    own = [match for match in map(parts.match, _LETTERS.findall(handle.lower())) if match]
    is_sure = any(match.part == BOTH or (match.is_sure and not match.is_ordinary) for match in own)
    return is_sure or len({match.part for match in own}) > 1


def _is_announced(text: ReadText, place: int) -> bool:
    return any(is_of("account", word.text) for word in text.words_before(place, _REACH))
