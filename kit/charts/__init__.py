"""Charts drawn by the server: from rows of numbers to marks on a plane, for pages and for paper alike.

``data`` is what is drawn, ``drawing`` the marks; ``rows`` (bars, stacked bars, intervals), ``lines`` and ``maps`` place
them, and ``steps`` sorts numbers into five shades. Nothing here knows colours: a mark has a role, and the style sheet
of the page or of the paper says how it looks. No role differs from another by colour alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from kit.charts.data import ChartData
from kit.charts.drawing import Drawing
from kit.charts.lines import lines
from kit.charts.maps import governorates
from kit.charts.rows import bars, intervals, stacked

#: What draws each kind of chart.
DRAWINGS: Final[Mapping[str, Callable[[ChartData], Drawing]]] = {
    "bars": bars,
    "stacked": stacked,
    "lines": lines,
    "map": governorates,
    "interval": intervals,
}


def draw(kind: str, data: ChartData, *, rtl: bool) -> Drawing:
    """Return the drawing of ``data``, mirrored for pages that are written from right to left."""
    drawing = DRAWINGS[kind](data)
    return drawing.mirrored() if rtl else drawing
