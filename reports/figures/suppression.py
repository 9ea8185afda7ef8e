"""Withholds small groups, and as many others as it takes that no subtraction reveals them."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from typing import Final

#: Groups with fewer cases than this are withheld.
SMALLEST: Final = 5


def withheld_groups[R: Hashable](groups: Mapping[R, int], *, hidden: Collection[R] = ()) -> frozenset[R]:
    """Return the groups to withhold, when all the others and the sum of all are shown.

    These are the ``hidden`` ones, the small ones, and the smallest others while the sum would tell one of them. A group
    of nobody is shown unless it is hidden.
    """
    found = {*hidden, *(group for group, number in groups.items() if 0 < number < SMALLEST)}
    rest = sorted(
        (group for group, number in groups.items() if number and group not in found),
        key=lambda group: (groups[group], str(group)),
    )
    while rest and _reveals([groups[group] for group in found]):
        found.add(rest.pop(0))
    return frozenset(found)


def _reveals(numbers: Collection[int]) -> bool:
    """Tell whether the sum of withheld ``numbers`` leaves no choice for one of them, of which none is known to be 0."""
    counted, whole = [number for number in numbers if number], sum(numbers)
    return bool(counted) and (len(counted) == 1 or whole < SMALLEST or whole <= len(counted))
