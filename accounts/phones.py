"""How telephone numbers are shown: whole to their owner's officer, masked to everybody else."""

import re

JORDAN = "+962"
DOT = "•"
# Of anything shorter the ends would be nearly the whole.
SHORTEST = 9


def national(phone: str) -> str:
    """Return the number as it is dialled at home, such as 0791234567; numbers abroad keep their ``+``."""
    return "0" + phone.removeprefix(JORDAN) if phone.startswith(JORDAN) else phone


def show(phone: str) -> str:
    """Return the number grouped as Jordanians read it: 079 123 4567."""
    digits = national(phone)
    return re.sub(r"^(0\d\d)(\d{3})(\d{4})$", r"\1 \2 \3", digits)


def mask(phone: str) -> str:
    """Return the number with all but the network and the last two digits hidden: 079 ••• ••67."""
    digits = national(phone)
    if len(digits) < SHORTEST:
        return DOT * len(digits)
    shown = digits[:3] + DOT * (len(digits) - 5) + digits[-2:]
    return re.sub(r"^(.{3})(.{3})(.{4})$", r"\1 \2 \3", shown)
