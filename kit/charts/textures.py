"""Stripes across a rectangle, so that parts differ for people who do not see their colours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kit.charts.drawing import Box, Line, Point

STEP: Final = 6


def striped(box: Box, stripes: str) -> Iterator[Line]:
    """Yield the stripes of ``box``: ``rising``, ``upright``, ``level``, or none."""
    left, top, right, bottom = box.x, box.y, box.x + box.width, box.y + box.height
    match stripes:
        case "upright":
            for x in _steps(left, right):
                yield Line("stripe", ((x, top), (x, bottom)))
        case "level":
            yield Line("stripe", ((left, top + box.height / 2), (right, top + box.height / 2)))
        case "rising":
            for start in _steps(left - box.height, right):
                yield Line("stripe", _rising(start, box))


def _rising(start: float, box: Box) -> tuple[Point, Point]:
    """Return the line that climbs from ``start`` on the lower edge, cut at the sides of the rectangle."""
    bottom = box.y + box.height
    first, last = max(start, box.x), min(start + box.height, box.x + box.width)
    return (first, round(bottom - (first - start), 1)), (last, round(bottom - (last - start), 1))


def _steps(first: float, last: float) -> Iterator[float]:
    x = round(first + STEP / 2, 1)
    while x < last:
        yield x
        x = round(x + STEP, 1)
