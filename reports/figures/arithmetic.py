"""Sums, shares and ranks of counts, of which measures are made."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Final

#: The decimals of a share: so fine that it is right in whole percent too, up to ten million cases.
SHARE: Final = Decimal("0.000000001")


def added[K](counts: Iterable[Mapping[K, int]]) -> dict[K, int]:
    """Return the sum of counts, key by key."""
    found: dict[K, int] = {}
    for each in counts:
        for key, number in each.items():
            found[key] = found.get(key, 0) + number
    return found


def ratio(part: int, whole: int, places: Decimal) -> Decimal | None:
    """Return a part of a whole to so many ``places``; None of nothing."""
    return (Decimal(part) / whole).quantize(places) if whole > 0 else None


def whole_percent(share: Fraction | Decimal | float) -> int:
    """Return a part of 1 in whole percent, half up, as every page, sentence and file says it."""
    return floor(Fraction(share) * 100 + Fraction(1, 2))


def quantile(spread: Mapping[int, int], rank: Decimal) -> int | None:
    """Return the smallest number of days within which at least the share ``rank`` was done; None if nothing was."""
    needed, done = rank * sum(spread.values()), 0
    for days in sorted(spread):
        done += spread[days]
        if done >= needed and done > 0:
            return days
    return None
