"""Numbers sorted into five shades, for maps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

SHADES: Final = 5
#: From this shade on, words on it are light.
DARK: Final = 4
#: The lengths of a step that people can count by.
_ROUND: Final = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True)
class Steps:
    """Where each shade begins, from the lightest; fewer than five where the numbers lie close together."""

    bounds: tuple[float, ...]

    @classmethod
    def of(cls, values: Sequence[float]) -> Self:
        """Return equal steps with round bounds around ``values``."""
        if not values:
            return cls(())
        lowest, highest = min(values), max(values)
        step = round_step((highest - lowest) / SHADES) if highest > lowest else max(abs(highest), 1)
        start = math.floor(lowest / step) * step
        while start + SHADES * step <= highest:
            step = round_step(step * 1.01)
            start = math.floor(lowest / step) * step
        count = math.floor((highest - start) / step) + 1
        return cls(tuple(round(start + place * step, 10) for place in range(count)))

    def shade(self, value: float) -> int:
        """Return the shade of ``value``, 1 to 5; the last bounds get the darkest."""
        passed = sum(bound <= value for bound in self.bounds)
        return self.shades()[max(passed, 1) - 1]

    def shades(self) -> tuple[int, ...]:
        """Return the shade of each step."""
        return tuple(range(SHADES - len(self.bounds) + 1, SHADES + 1))


def round_step(least: float) -> float:
    """Return the smallest round step of at least ``least``, which is more than zero."""
    power: float = 10.0 ** math.floor(math.log10(least))
    return next(factor * power for factor in _ROUND if factor * power >= least * (1 - 1e-9))
