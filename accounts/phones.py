"""Formats phone numbers: grouped as Jordanians read them, or masked."""

import re

JORDAN = "+962"
DOT = "•"
# A shorter number is hidden whole: its ends would be nearly all of it.
SHORTEST = 9


def national(phone: str) -> str:
    """Return the number as dialled within Jordan, such as 0791234567; foreign numbers keep their ``+``."""
    return "0" + phone.removeprefix(JORDAN) if phone.startswith(JORDAN) else phone


def show(phone: str) -> str:
    """Return the number grouped as Jordanians read it: 079 123 4567."""
    digits = national(phone)
    return re.sub(r"^(0\d\d)(\d{3})(\d{4})$", r"\1 \2 \3", digits)


def mask(phone: str) -> str:
    """Return the number with all but the first three and the last two digits hidden: 079 ••• ••67."""
    digits = national(phone)
    if len(digits) < SHORTEST:
        return DOT * len(digits)
    shown = digits[:3] + DOT * (len(digits) - 5) + digits[-2:]
    return re.sub(r"^(.{3})(.{3})(.{4})$", r"\1 \2 \3", shown)
