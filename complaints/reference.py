"""The 10-digit tracking number: two digits of the year, seven of a serial, one check digit (Damm 2004).

The Damm digit catches every single wrong digit and every swap of neighbours, the errors made on the telephone.
"""

from __future__ import annotations

from kit.arabic import fold_digits

LENGTH = 10
SERIALS = 10_000_000

# H. M. Damm, "Total anti-symmetrische Quasigruppen" (2004): a weakly totally anti-symmetric quasigroup of order 10.
_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


def _damm(digits: str) -> int:
    interim = 0
    for digit in digits:
        interim = _DAMM[interim][int(digit)]
    return interim


def make(*, year: int, serial: int) -> str:
    """Return the tracking number of the ``serial``-th case (1 … 9,999,999) of ``year``."""
    if not 0 < serial < SERIALS:
        message = f"serial {serial} is outside 1 … {SERIALS - 1}"
        raise ValueError(message)
    body = f"{year % 100:02}{serial:07}"
    return f"{body}{_damm(body)}"


def grouped(reference: str) -> str:
    """Return a tracking number in the groups people read aloud, 26 0482 1735, isolated from the text around it."""
    return f"\u2066{reference[:2]} {reference[2:6]} {reference[6:]}\u2069"


def is_valid(reference: str) -> bool:
    """Tell whether ``reference`` is ten ASCII digits whose check digit fits."""
    return len(reference) == LENGTH and reference.isascii() and reference.isdecimal() and _damm(reference) == 0


def parse(typed: str) -> str | None:
    """Return the tracking number a person typed, with any digits, spaces and dashes, or None when it is none."""
    digits = "".join(char for char in fold_digits(typed) if char not in " -\u00a0\u200e\u200f\u2066\u2069")
    return digits if is_valid(digits) else None
