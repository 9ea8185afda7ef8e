"""Numbers that a page or an address sends back, such as the key of a row, a version or a place in a list."""

from __future__ import annotations

from typing import Final

#: The largest number that a column of PostgreSQL holds.
_LARGEST: Final = 2**63 - 1


def sent_number(text: str) -> int | None:
    """Return the number that ``text`` is, written in 0-9; None for anything else, and for more than a column holds."""
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(_LARGEST))):
        return None
    number = int(text)
    return number if number <= _LARGEST else None
