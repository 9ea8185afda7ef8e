"""Charts drawn by the server."""

from collections.abc import Sequence
from typing import Any

from django import template
from django.utils.translation import get_language_bidi

from kit import charts

register = template.Library()


@register.inclusion_tag("components/hbars.html")
def hbars(
    *,
    title: object,
    summary: object,
    rows: Sequence[tuple[str, int]],
    column: object = "",
    unit: object = "",
    has_table: bool = True,
) -> dict[str, Any]:
    """Draw rows of (label, number) as bars, with the sentence that is read aloud and the numbers as a table.

    ``column`` heads the labels and ``unit`` the numbers of the table; without ``has_table`` the page has its own.
    """
    rtl = get_language_bidi()
    return {
        "title": title,
        "summary": summary,
        "column": column,
        "unit": unit,
        "rows": rows if has_table else (),
        "bars": charts.horizontal_bars(rows, rtl=rtl),
        "width": charts.WIDTH,
        "height": charts.height(rows),
        "anchor": "end" if rtl else "start",
    }
