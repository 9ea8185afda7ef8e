"""The legend above a chart of several series."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from kit.charts.drawing import LETTER, WIDTH, Mark, Words, fitted

LINE: Final = 20
SAMPLE: Final = 28
BETWEEN: Final = 16
BELOW: Final = 8

type Sample = Callable[[int, float, float], list[Mark]]


def legend(names: Sequence[str], sample: Sample, *, top: float = 0) -> tuple[tuple[Mark, ...], float]:
    """Return the legend and where what is below it begins; ``sample`` draws series ``place`` at ``x`` and ``y``."""
    marks: list[Mark] = []
    x, y = 0.0, top
    for place, name in enumerate(names):
        width = SAMPLE + len(name) * LETTER
        if x and x + width > WIDTH:
            x, y = 0.0, y + LINE
        marks += sample(place, x, y)
        marks.append(Words("label", x + SAMPLE, y + LINE - 9, fitted(name, WIDTH - SAMPLE)))
        x = round(x + width + BETWEEN, 1)
    return tuple(marks), y + LINE + BELOW
