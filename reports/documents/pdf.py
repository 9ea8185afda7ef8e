"""The document on paper: a tagged PDF (PDF/UA-1) with charts, tables and definitions, and its hash on every page."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from django.utils.translation import get_language_bidi, gettext, override, pgettext

from kit.charts import draw
from kit.charts.drawing import Box, Dot, Drawing, Line, Mark, Words
from kit.charts.spoken import spoken
from kit.typesetting import DirectedText, directed, typeset
from kit.unit import unit_name
from reports.documents import words
from reports.documents.charts import DrawnChart, drawings
from reports.documents.tree import Column, Document, Section, Table, digest

TEMPLATE: Final = Path(__file__).parents[1] / "data" / "document.typ"
#: The height of a drawing on paper at most, in points: half a page.
MOST_HEIGHT: Final = 380


def render(document: Document) -> bytes:
    """Return the PDF of ``document``; the same document gives the same bytes."""
    with override(document.language):
        return typeset(TEMPLATE, _data(document), at=document.as_of)


def _data(document: Document) -> dict[str, Any]:
    sha256 = digest(document) if document.version else ""
    return {
        "language": document.language,
        "direction": "rtl" if get_language_bidi() else "ltr",
        "title": document.title,
        "author": unit_name(),
        "heads": [directed(line) for line in (words.period_text(document), words.as_of_text(document))],
        "version": words.version_text(document),
        "digest": sha256,
        "words": {
            "page": pgettext("pages", "Page"),
            "of": pgettext("pages", "of"),
            "contents": gettext("Contents"),
            "comment": gettext("Comment of the unit"),
            "dictionary": gettext("What is counted"),
        },
        "sections": [_section(section) for section in document.sections],
        "definitions": _definitions(document),
    }


def _section(section: Section) -> dict[str, Any]:
    return {
        "heading": directed(section.heading),
        "paragraphs": [directed(paragraph) for paragraph in section.paragraphs],
        "comment": [directed(line) for line in section.comment.splitlines() if line.strip()],
        "charts": [_chart(chart) for chart in drawings(section)],
        "tables": [_table(table) for table in section.tables],
    }


def _definitions(document: Document) -> list[dict[str, DirectedText]]:
    found = {column.title: column.definition for _table, column in words.dictionary(document) if column.definition}
    return [{"label": directed(title), "text": directed(definition)} for title, definition in found.items()]


# ---- tables ----


def _table(table: Table) -> dict[str, Any]:
    rows = [
        [_cell(text, column) for text, column in zip(texts, table.columns, strict=True)]
        for texts in words.row_texts(table)
    ]
    return {
        "caption": directed(table.caption),
        "heads": [_cell(column.title, column) for column in table.columns],
        "rows": rows[: len(table.rows)],
        "total": rows[-1] if table.total else [],
        "notes": [directed(note) for note in words.notes(table)],
    }


def _cell(text: str, column: Column) -> dict[str, Any]:
    return {"text": directed(text), "is_number": column.kind.is_number}


# ---- charts ----


def _chart(chart: DrawnChart) -> dict[str, Any]:
    drawing = draw(chart.kind, chart.data, rtl=get_language_bidi())
    title = directed(chart.title)
    return {
        "title": title,
        "alt": f"{title['text']}. {spoken(chart.kind, chart.data)}",
        "scale": min(1.0, MOST_HEIGHT / drawing.height) if drawing.height else 1.0,
        "width": drawing.width,
        "height": drawing.height,
        "marks": _marks(drawing),
    }


def _marks(drawing: Drawing) -> list[dict[str, Any]]:
    return [{"shape": mark.shape, "role": mark.role} | _geometry(mark) for mark in drawing.all]


def _geometry(mark: Mark) -> dict[str, Any]:
    match mark:
        case Words():
            return {"x": mark.x, "y": mark.y, "text": directed(mark.text), "side": mark.side}
        case Box():
            return {"x": mark.x, "y": mark.y, "width": mark.width, "height": mark.height}
        case Line():
            return {"points": mark.points, "closed": mark.closed}
        case Dot():
            return {"x": mark.x, "y": mark.y, "radius": mark.radius, "points": mark.corners}
