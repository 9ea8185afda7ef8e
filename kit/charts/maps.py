"""The map of the governorates: one hue in five shades, a number on each of them, and what the numbers stand for."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import batched
from pathlib import Path
from typing import Final

from kit.charts.data import ChartData, ChartRow
from kit.charts.drawing import LETTER, WIDTH, Dot, Drawing, Line, Mark, Point, Words, fitted
from kit.charts.legend import LINE, legend
from kit.charts.steps import DARK, Steps

#: Outlines and places of the numbers, by the codes of ISO 3166-2; licence in ``governorates.LICENSE.txt``.
SHAPES: Final = Path(__file__).with_name("governorates.csv")
#: The plane of the outlines, and how far it is moved to stand in the middle.
MAP_HEIGHT: Final = 384
LEFT: Final = 30
KEY_COLUMNS: Final = 2
BELOW: Final = 12
BASELINE: Final = 4.5


@dataclass(frozen=True)
class Shape:
    """A governorate: its outline, where its number stands, and where the line from it ends if it stands outside."""

    outline: tuple[Point, ...]
    number: Point
    lead: Point | None


@cache
def shapes() -> dict[str, Shape]:
    """Return the governorates by code."""
    with SHAPES.open(encoding="utf-8", newline="") as file:
        return {row["code"]: _shape(row) for row in csv.DictReader(file)}


def governorates(data: ChartData) -> Drawing:
    """Return the map of the first column; ``key`` of a row is its code, and its place in the rows is its number.

    A governorate without a number is left white with a dashed outline. Below are the bounds of the shades, and every
    row with its number. The map itself is never mirrored.
    """
    even = Steps.of([row.values[0] for row in data.rows if row.values[0] is not None])
    # Of bounds that are written alike the lowest is kept.
    written = {data.write(bound): bound for bound in reversed(even.bounds)}
    steps = Steps(tuple(sorted(written.values())))
    placed = {row.key: (place, row) for place, row in enumerate(data.rows, start=1)}
    areas = [_area(shape, placed.get(code), steps) for code, shape in shapes().items()]
    # Dashed outlines lie below their neighbours' plain ones.
    areas.sort(key=lambda area: area.role != "blank")
    numbers = [mark for code, shape in shapes().items() for mark in _number(shape, placed.get(code), steps)]
    words = [f"≥ {data.write(bound)}" for bound in steps.bounds]
    key, end = legend(words, lambda place, x, y: [_swatch(steps.shades()[place], x, y)], top=MAP_HEIGHT + BELOW)
    lines = -(-len(data.rows) // KEY_COLUMNS)
    return Drawing(end + lines * LINE, (*key, *_names(data.rows, end)), (*areas, *numbers))


def _area(shape: Shape, placed: tuple[int, ChartRow] | None, steps: Steps) -> Line:
    value = placed[1].values[0] if placed else None
    title = f"{placed[1].label}: {placed[1].texts[0]}" if placed else ""
    role = "blank" if value is None else f"h{steps.shade(value)}"
    return Line(role, shape.outline, closed=True, title=title)


def _number(shape: Shape, placed: tuple[int, ChartRow] | None, steps: Steps) -> Iterator[Mark]:
    if placed is None:
        return
    place, row = placed
    x, y = shape.number
    if shape.lead:
        yield Line("lead", ((x + 9, y), shape.lead))
        yield Dot("lead", *shape.lead, radius=2)
    value = row.values[0]
    is_light = shape.lead or value is None or steps.shade(value) < DARK
    yield Words("on-light" if is_light else "on-dark", x, y + BASELINE, str(place), "middle")


def _names(rows: tuple[ChartRow, ...], top: float) -> Iterator[Words]:
    """Yield number, name and figure of every row, in two columns read downwards."""
    lines = -(-len(rows) // KEY_COLUMNS)
    room = WIDTH / KEY_COLUMNS
    for place, row in enumerate(rows):
        column, line = divmod(place, lines)
        x, y = column * (room + 8), top + line * LINE + LINE - 6
        yield Words("tick", x, y, str(place + 1))
        yield Words("label", x + 22, y, fitted(row.label, room - 38 - len(row.texts[0]) * LETTER))
        yield Words("value", x + room - 8, y, row.texts[0], "end")


def _swatch(shade: int, x: float, y: float) -> Line:
    right, bottom = x + 20, y + LINE - 8
    return Line(f"h{shade}", ((x, y), (right, y), (right, bottom), (x, bottom)), closed=True)


def _shape(row: dict[str, str]) -> Shape:
    outline = tuple((float(x) + LEFT, float(y)) for x, y in batched(row["outline"].split(), 2, strict=True))
    lead = (float(row["lead_x"]) + LEFT, float(row["lead_y"])) if row["lead_x"] else None
    return Shape(outline, (float(row["number_x"]) + LEFT, float(row["number_y"])), lead)
