"""Charts of one line a row: bars, stacked bars, and dots in their intervals. Name and number stand above the mark."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from kit.charts.data import ChartData, ChartRow
from kit.charts.drawing import LETTER, WIDTH, Anchor, Box, Dot, Drawing, Line, Mark, Words, fitted
from kit.charts.legend import LINE as LEGEND_LINE, legend
from kit.charts.textures import striped

BASELINE: Final = 14
BAR_TOP: Final = 20
BAR: Final = 14
ROW: Final = 46
#: Below the last row of a chart with a scale.
TICKS: Final = 20
#: The fills of stacked parts in order, each with stripes of its own.
PARTS: Final = (("c1", ""), ("c2", "rising"), ("c4", "upright"), ("c3", "level"))


def bars(data: ChartData) -> Drawing:
    """Return a bar a row for the first column, as long as its number is large."""
    highest = _highest(data, [row.values[0] or 0 for row in data.rows])
    marks: list[Mark] = []
    for top, row in _placed(data.rows):
        marks += _named(row, top, row.texts[:1])
        marks.append(Box("bed", 0, top + BAR_TOP, WIDTH, BAR))
        if row.values[0]:
            width = round(WIDTH * row.values[0] / highest, 1)
            marks.append(Box("c1", 0, top + BAR_TOP, width, BAR, f"{row.label}: {row.texts[0]}"))
    return Drawing(len(data.rows) * ROW, tuple(marks))


def stacked(data: ChartData) -> Drawing:
    """Return a bar a row, cut into its numbers; each part has a fill and stripes."""
    highest = _highest(data, [_sum(row) for row in data.rows])
    key, start = legend(data.series, _swatch)
    marks: list[Mark] = list(key)
    for top, row in _placed(data.rows, start):
        marks += _named(row, top, row.texts)
        marks.append(Box("bed", 0, top + BAR_TOP, WIDTH, BAR))
        marks += _parts(data, row, top + BAR_TOP, highest)
    return Drawing(start + len(data.rows) * ROW, tuple(marks))


def intervals(data: ChartData) -> Drawing:
    """Return a dot a row in the interval it lies in; the columns are value, lowest and highest.

    Two intervals that overlap do not rank. A dashed line is the mean.
    """
    highest = data.highest or 100
    key, start = legend([data.mean_name], _mean_sample) if data.mean is not None else ((), 0.0)
    bottom = start + len(data.rows) * ROW
    marks: list[Mark] = [*key, *_scale(data, highest, start, bottom)]
    if data.mean is not None:
        marks.append(_upright("mean", data.mean * WIDTH / highest, start, bottom))
    for top, row in _placed(data.rows, start):
        marks += _named(row, top, row.texts[:1])
        marks += _interval(row, top + BAR_TOP + BAR / 2, highest)
    return Drawing(bottom + TICKS, tuple(marks))


# ---- parts ----


def _placed(rows: Sequence[ChartRow], start: float = 0) -> Iterator[tuple[float, ChartRow]]:
    for place, row in enumerate(rows):
        yield start + place * ROW, row


def _named(row: ChartRow, top: float, texts: Sequence[str]) -> Iterator[Words]:
    """Yield the name at the start and the numbers at the end, one after the other as the language goes."""
    x = float(WIDTH)
    for text in reversed(texts):
        yield Words("value", round(x, 1), top + BASELINE, text, "end")
        x -= (len(text) + 2) * LETTER
    yield Words("label", 0, top + BASELINE, fitted(row.label, x))


def _parts(data: ChartData, row: ChartRow, y: float, highest: float) -> Iterator[Mark]:
    x = 0.0
    for place, value in enumerate(row.values):
        if not value:
            continue
        width = round(WIDTH * value / highest, 1)
        role, stripes = PARTS[place]
        box = Box(role, x, y, width, BAR, f"{row.label}, {data.series[place]}: {row.texts[place]}")
        yield box
        yield from striped(box, stripes)
        x = round(x + width, 1)
        yield Line("gap", ((x, y), (x, y + BAR)))


def _interval(row: ChartRow, y: float, highest: float) -> Iterator[Mark]:
    value, low, high = (None if number is None else round(number * WIDTH / highest, 1) for number in row.values)
    if low is not None and high is not None:
        yield Line("range", ((low, y), (high, y)), title=f"{row.label}: {row.texts[1]} – {row.texts[2]}")
    if value is not None:
        yield Dot("c1", value, y, radius=5.5, title=f"{row.label}: {row.texts[0]}")


def _scale(data: ChartData, highest: float, top: float, bottom: float) -> Iterator[Mark]:
    anchors: dict[float, Anchor] = {0: "start", 0.25: "middle", 0.5: "middle", 0.75: "middle", 1: "end"}
    for part, anchor in anchors.items():
        yield _upright("grid", part * WIDTH, top, bottom)
        yield Words("tick", part * WIDTH, bottom + BASELINE, data.write(part * highest), anchor)


def _upright(role: str, x: float, top: float, bottom: float) -> Line:
    return Line(role, ((round(x, 1), top), (round(x, 1), bottom)))


def _swatch(place: int, x: float, y: float) -> list[Mark]:
    role, stripes = PARTS[place]
    box = Box(role, x, y, 20, LEGEND_LINE - 8)
    return [box, *striped(box, stripes)]


def _mean_sample(_place: int, x: float, y: float) -> list[Mark]:
    return [_upright("mean", x + 10, y, y + LEGEND_LINE - 4)]


def _highest(data: ChartData, found: Sequence[float]) -> float:
    return max(data.highest or 0, *found, 0) or 1


def _sum(row: ChartRow) -> float:
    return sum(value or 0 for value in row.values)
