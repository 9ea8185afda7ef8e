"""The marks of a chart as SVG, written in code: a page of charts has hundreds."""

from __future__ import annotations

from html import escape

from django.utils.safestring import SafeString

from kit.charts.drawing import Box, Dot, Drawing, Line, Mark, Words


def svg_marks(drawing: Drawing) -> SafeString:
    """Return all marks of ``drawing`` as SVG."""
    return SafeString("".join(map(_mark, drawing.all)))


def _mark(mark: Mark) -> str:
    match mark:
        case Words():
            direction = "rtl" if mark.is_rtl else "ltr"
            return (
                f'<text class="{mark.role}" x="{mark.x}" y="{mark.y}" text-anchor="{mark.svg_anchor}" '
                f'direction="{direction}">{escape(mark.text)}</text>'
            )
        case Box():
            place = f'x="{mark.x}" y="{mark.y}" width="{mark.width}" height="{mark.height}"'
            return _titled("rect", mark, place)
        case Line():
            return _titled("polygon" if mark.closed else "polyline", mark, f'points="{mark.path}"')
        case Dot() if mark.corners:
            return _titled("polygon", mark, f'points="{mark.path}"')
        case Dot():
            return _titled("circle", mark, f'cx="{mark.x}" cy="{mark.y}" r="{mark.radius}"')


def _titled(element: str, mark: Box | Line | Dot, place: str) -> str:
    title = f"<title>{escape(mark.title)}</title>" if mark.title else ""
    return f'<{element} class="{mark.role}" {place}>{title}</{element}>'
