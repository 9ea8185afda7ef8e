"""The small row of bars beside a sudden rise; time runs from right to left on right-to-left pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

HEIGHT = 18
STEP = 15
WIDTH = 12


@dataclass(frozen=True)
class SparkBar:
    """One bar of ``WIDTH``, its numbers as an attribute writes them; ``is_now`` marks the newest."""

    x: str
    y: str
    height: str
    is_now: bool


def spark(counts: Sequence[int], *, rtl: bool) -> list[SparkBar]:
    """Return the bars of ``counts``, the oldest first, scaled to the largest."""
    largest = max(counts, default=0) or 1
    return [
        SparkBar(
            x=str(1 + STEP * (len(counts) - 1 - place if rtl else place)),
            y=f"{HEIGHT - HEIGHT * count / largest:.2f}",
            height=f"{HEIGHT * count / largest:.2f}",
            is_now=place == len(counts) - 1,
        )
        for place, count in enumerate(counts)
    ]
