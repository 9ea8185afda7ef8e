"""What may be an address of a message at all."""

import re
from typing import Final

CONTROL_CHARACTERS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class AddressRefused(ValueError):
    """An address is empty, or holds a control character with which it could add a header."""


def stripped_address(address: str) -> str:
    """Return an address without surrounding white space; raise AddressRefused where it cannot be one."""
    stripped = address.strip()
    if not stripped or CONTROL_CHARACTERS.search(stripped):
        raise AddressRefused
    return stripped
