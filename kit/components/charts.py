"""Charts drawn by the server."""

from collections.abc import Sequence
from typing import Any

from django import template
from django.utils.translation import get_language_bidi

from kit.charts import draw
from kit.charts.data import ChartData, ChartRow, written
from kit.charts.spoken import spoken
from kit.components.chart_marks import svg_marks

register = template.Library()


@register.inclusion_tag("components/charts/figure.html")
def chart(
    kind: str, data: ChartData, *, title: object = "", summary: object = "", has_table: bool = True, left_out: int = 0
) -> dict[str, Any]:
    """Draw ``data`` as ``bars``, ``stacked``, ``lines``, ``map`` or ``interval``, with its numbers as a table.

    ``summary`` is read aloud; without one it says the highest and the lowest. Without ``has_table`` the page has a
    table of its own, which has ``left_out`` rows more than are drawn. Pages of citizens load ``css/charts.css``.
    """
    drawing = draw(kind, data, rtl=get_language_bidi()) if data.rows else None
    return {
        "title": title,
        "summary": summary or spoken(kind, data),
        "data": data,
        "has_table": has_table,
        "left_out": left_out,
        "drawing": drawing,
        "marks": svg_marks(drawing) if drawing else "",
    }


@register.inclusion_tag("components/charts/figure.html")
def hbars(
    *,
    title: object,
    summary: object,
    rows: Sequence[tuple[str, int]],
    column: object = "",
    unit: object = "",
    has_table: bool = True,
    left_out: int = 0,
) -> dict[str, Any]:
    """Draw rows of (label, number) as bars: ``chart`` with plain whole numbers.

    ``column`` heads the labels and ``unit`` the numbers of the table.
    """
    made = tuple(ChartRow(label, (value,), (written(value),)) for label, value in rows)
    data = ChartData((str(column), str(unit)), made)
    return chart("bars", data, title=title, summary=summary, has_table=has_table, left_out=left_out)
