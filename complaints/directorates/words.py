"""What a citizen wrote, as a directorate may read it: with the own names and numbers covered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from accounts.models import Citizen

COVER: Final = "•••"
_HOME: Final = "+962"
#: What people write between the digits of a number.
_GAPS: Final = r"[\s.\-/()]*"


def without_person(text: str, citizen: Citizen) -> str:
    """Return ``text`` with the names, numbers and address of ``citizen`` covered: people sign what they write."""
    return re.sub("|".join(_traces(citizen)), COVER, text, flags=re.IGNORECASE)


def _traces(citizen: Citizen) -> Iterator[str]:
    """Yield how a person shows in a text, the longest form of each first."""
    for name in (citizen.full_name, citizen.short_name):
        yield r"\s+".join(map(re.escape, name.split()))
    if citizen.number:
        yield _digits(citizen.number)
    if citizen.phone.startswith(_HOME):
        yield rf"(?:(?:\+|00)?{_digits(_HOME[1:])}{_GAPS}|{_digits('0')})?{_digits(citizen.phone.removeprefix(_HOME))}"
    elif citizen.phone:
        yield rf"(?:\+|00)?{_digits(citizen.phone.removeprefix('+'))}"
    if citizen.email:
        yield re.escape(citizen.email)


def _digits(number: str) -> str:
    """Return a pattern for a number in the digits of either alphabet, in groups or not."""
    return _GAPS.join(_letter(letter) for letter in number)


def _letter(letter: str) -> str:
    if not letter.isdecimal():
        return re.escape(letter)
    place = int(letter)
    return f"[{place}{chr(0x660 + place)}{chr(0x6F0 + place)}]"
