"""What a citizen wrote, as a directorate may read it: with the own names and numbers covered."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from config.arabic import fold

if TYPE_CHECKING:
    from accounts.models import Citizen

COVER: Final = "•••"
_HOME: Final = "+962"
#: What people write between the digits of a number.
_GAPS: Final = r"[\s.\-/()]*"
#: What may stand behind any letter of a name: tatweel and vowel marks.
_MARKS: Final = "[\u0640\u064b-\u065f\u0670]*"
#: The letters people write for one another, by the one they fold to.
_ALIKE: Final = {"ا": "[اأإآٱ]", "ي": "[يىئی]", "ه": "[هة]", "و": "[وؤ]", "ك": "[كک]"}


def without_person(text: str, citizen: Citizen) -> str:
    """Return ``text`` with the names, numbers and address of ``citizen`` covered: people sign what they write."""
    return covering(citizen)(text)


def covering(citizen: Citizen) -> Callable[[str], str]:
    """Return what covers ``citizen`` in a text, for whoever has many of them."""
    traces = re.compile("|".join(_traces(citizen)), re.IGNORECASE)
    return lambda text: traces.sub(COVER, text)


def _traces(citizen: Citizen) -> Iterator[str]:
    """Yield how a person shows in a text, the longest form of each first."""
    parts = (citizen.first_name, citizen.father_name, citizen.grandfather_name, citizen.family_name)
    first, *others = filter(None, map(_spelt, parts))
    # The first name with any of the others: alone it is mostly a word of the language.
    yield rf"{first}(?:\s*(?:{'|'.join(others)}))+" if others else first
    if citizen.number:
        yield _digits(citizen.number)
    if citizen.phone.startswith(_HOME):
        yield rf"(?:(?:\+|00)?{_digits(_HOME[1:])}{_GAPS}|{_digits('0')})?{_digits(citizen.phone.removeprefix(_HOME))}"
    elif citizen.phone:
        yield rf"(?:\+|00)?{_digits(citizen.phone.removeprefix('+'))}"
    if citizen.email:
        yield re.escape(citizen.email)


def _spelt(name: str) -> str:
    """Return a pattern for a part of a name, however its letters are written."""
    words = (
        "".join(f"{_ALIKE.get(letter, re.escape(letter))}{_MARKS}" for letter in word) for word in fold(name).split()
    )
    return r"\s*".join(words)


def _digits(number: str) -> str:
    """Return a pattern for a number in the digits of either alphabet, in groups or not."""
    return _GAPS.join(_letter(letter) for letter in number)


def _letter(letter: str) -> str:
    if not letter.isdecimal():
        return re.escape(letter)
    place = int(letter)
    return f"[{place}{chr(0x660 + place)}{chr(0x6F0 + place)}]"
