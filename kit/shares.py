"""Shares of samples with their intervals, for the commands that measure."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Final

#: The quantile of a 95 % interval.
_Z: Final = 1.96


@dataclass(frozen=True)
class Share:
    """How many of how many."""

    good: int
    all: int

    @property
    def interval(self) -> tuple[float, float]:
        """Return the Wilson interval at 95 %."""
        if not self.all:
            return 0.0, 1.0
        share, square = self.good / self.all, _Z * _Z
        middle = share + square / (2 * self.all)
        half = _Z * sqrt(share * (1 - share) / self.all + square / (4 * self.all * self.all))
        scale = 1 + square / self.all
        return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)

    def reaches(self, least: float) -> bool:
        """Tell whether the share is at least ``least``; of nothing it is not."""
        return self.all > 0 and self.good >= least * self.all

    def stays_below(self, most: float) -> bool:
        """Tell whether the share is at most ``most``; of nothing it is not."""
        return self.all > 0 and self.good <= most * self.all

    def __str__(self) -> str:
        if not self.all:
            return "-"
        low, high = self.interval
        return f"{self.good} of {self.all}  {self.good / self.all:.1%}  [{low:.1%}, {high:.1%}]"
