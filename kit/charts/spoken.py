"""What a chart shows, in a sentence or two for people who hear it and for text alternatives."""

from __future__ import annotations

from django.utils.translation import gettext

from kit.charts.data import ChartData, ChartRow


def spoken(kind: str, data: ChartData) -> str:
    """Return the highest and the lowest row, or for lines where each begins and ends; empty if there is nothing."""
    if kind == "lines":
        return " ".join(filter(None, (_course(data, place) for place in range(len(data.series)))))
    rows = sorted((row for row in data.rows if row.values[0] is not None), key=lambda row: -(row.values[0] or 0))
    if not rows:
        return ""
    if len(rows) == 1:
        return _named(rows[0])
    return gettext("Highest: %(highest)s. Lowest: %(lowest)s.") % {
        "highest": _named(rows[0]),
        "lowest": _named(rows[-1]),
    }


def _course(data: ChartData, place: int) -> str:
    rows = [row for row in data.rows if row.values[place] is not None]
    if not rows:
        return ""
    first, last = rows[0], rows[-1]
    return gettext("%(name)s: %(first)s, then %(last)s.") % {
        "name": data.series[place],
        "first": _named(first, place),
        "last": _named(last, place),
    }


def _named(row: ChartRow, place: int = 0) -> str:
    return f"{row.label} {row.texts[place]}"
