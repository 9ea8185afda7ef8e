"""Lines over time: a year by months, or this year against the last."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import groupby
from typing import Final, Literal

from kit.charts.data import ChartData
from kit.charts.drawing import LETTER, WIDTH, Dot, Drawing, Line, Mark, Words
from kit.charts.legend import LINE as LEGEND_LINE, legend
from kit.charts.steps import round_step

HEIGHT: Final = 170
BELOW: Final = 24
ABOVE: Final = 10
BASELINE: Final = 4.5
INTERVALS: Final = 4
#: The line and the form of the points of each series.
FORMS: Final[tuple[Literal["circle", "square", "triangle", "diamond"], ...]] = (
    "circle",
    "square",
    "triangle",
    "diamond",
)


def lines(data: ChartData) -> Drawing:
    """Return a line a column over the rows in their order; a number that is missing leaves a gap."""
    key, start = legend(data.series, _sample) if len(data.series) > 1 else ((), 0.0)
    scale = _Scale(data, top=start + ABOVE)
    marks: list[Mark] = [*key, *scale.grid(), *scale.names()]
    for place in range(len(data.series)):
        marks += _series(data, place, scale)
    return Drawing(start + ABOVE + HEIGHT + BELOW, tuple(marks))


class _Scale:
    """Where a row stands from left to right, and a number from bottom to top."""

    def __init__(self, data: ChartData, *, top: float) -> None:
        highest = data.highest or max(data.values, default=0) or 1
        self.step = round_step(highest / INTERVALS)
        self.ticks = [place * self.step for place in range(math.ceil(highest / self.step - 1e-9) + 1)]
        self.data, self.top = data, top
        self.left = max(len(data.write(tick)) for tick in self.ticks) * LETTER + 10
        self.widest = max((len(row.label) for row in data.rows), default=0) * LETTER

    def x(self, place: int) -> float:
        # The name of the newest row stands below its point, within the drawing.
        between = (WIDTH - self.left - 8 - max(self.widest / 2, 8)) / max(len(self.data.rows) - 1, 1)
        return round(self.left + 8 + place * between, 1)

    def y(self, value: float) -> float:
        return round(self.top + HEIGHT * (1 - value / self.ticks[-1]), 1)

    def grid(self) -> Iterator[Mark]:
        for tick in self.ticks:
            yield Line("grid", ((self.left, self.y(tick)), (WIDTH, self.y(tick))))
            yield Words("tick", self.left - 6, self.y(tick) + BASELINE, self.data.write(tick), "end")

    def names(self) -> Iterator[Words]:
        """Yield the names of as many rows as fit below the chart, always that of the newest."""
        rows = self.data.rows
        room = (self.x(len(rows) - 1) - self.x(0)) / max(len(rows) - 1, 1)
        every = math.ceil((self.widest + 4) / room) if room else 1
        before = math.inf
        for place in range(len(rows) - 1, -1, -every):
            # Within the drawing, even if its point stands at the edge.
            middle = max(self.x(place), self.widest / 2)
            if before - middle < self.widest:
                return
            yield Words("tick", middle, self.top + HEIGHT + 18, rows[place].label, "middle")
            before = middle


def _series(data: ChartData, place: int, scale: _Scale) -> Iterator[Mark]:
    role = f"{place + 1}"
    found = [(at, row.values[place]) for at, row in enumerate(data.rows)]
    for is_there, run in groupby(found, key=lambda each: each[1] is not None):
        points = tuple((scale.x(at), scale.y(value or 0)) for at, value in run)
        if is_there and len(points) > 1:
            yield Line(f"l{role}", points)
    for at, value in found:
        if value is not None:
            title = f"{data.rows[at].label}, {data.series[place]}: {data.rows[at].texts[place]}"
            yield Dot(f"c{role}", scale.x(at), scale.y(value), FORMS[place], title=title)


def _sample(place: int, x: float, y: float) -> list[Mark]:
    middle = y + (LEGEND_LINE - 8) / 2
    line = Line(f"l{place + 1}", ((x, middle), (x + 22, middle)))
    return [line, Dot(f"c{place + 1}", x + 11, middle, FORMS[place])]
