"""Geometry of the server-made charts: pure numbers, mirrored for right-to-left pages."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 400
BAR_HEIGHT = 22
BAR_GAP = 14
LABEL_WIDTH = 142
VALUE_WIDTH = 52
SPACE_BEFORE_VALUE = 8
BASELINE = 6


@dataclass(frozen=True)
class Bar:
    """One bar: where its label, its rectangle and its figure stand."""

    label: str
    value: int
    label_x: float
    value_x: float
    x: float
    y: int
    width: float
    height: int = BAR_HEIGHT

    @property
    def text_y(self) -> int:
        """The line the words stand on."""
        return self.y + self.height - BASELINE


def horizontal_bars(rows: Sequence[tuple[str, int]], *, rtl: bool) -> list[Bar]:
    """Return bars scaled to the largest value; they grow from the right on right-to-left pages."""
    largest = max((value for _label, value in rows), default=0) or 1
    return [_bar(label, value, place=place, largest=largest, rtl=rtl) for place, (label, value) in enumerate(rows)]


def _bar(label: str, value: int, *, place: int, largest: int, rtl: bool) -> Bar:
    width = round((WIDTH - LABEL_WIDTH - VALUE_WIDTH) * value / largest, 1)
    start = WIDTH - LABEL_WIDTH - width if rtl else LABEL_WIDTH
    end = start - SPACE_BEFORE_VALUE if rtl else start + width + SPACE_BEFORE_VALUE
    label_x = WIDTH if rtl else 0
    return Bar(label, value, label_x=label_x, value_x=end, x=start, y=place * (BAR_HEIGHT + BAR_GAP), width=width)


def height(rows: Sequence[tuple[str, int]]) -> int:
    """Return the height of a drawing with these rows."""
    return len(rows) * (BAR_HEIGHT + BAR_GAP)
