"""The document on paper: a tagged PDF (PDF/UA-1) with charts, tables and definitions, and its hash on every page."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.http import FileResponse, Http404
from django.utils.translation import get_language_bidi, gettext, gettext_lazy as _, override, pgettext

from kit.charts import draw
from kit.charts.drawing import Box, Dot, Drawing, Line, Mark, Words
from kit.charts.spoken import spoken
from kit.safe_cells import XLSX_TYPE, FileCell, csv_lines
from kit.typesetting import DirectedText, directed, typeset
from kit.unit import unit_name
from reports.documents import page
from reports.documents.page import DrawnChart, drawings
from reports.documents.tree import Cell, Column, Document, Section, Table, Withheld, canonical_parts, digest
from reports.documents.workbook import workbook

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
        "heads": [directed(line) for line in (page.period_text(document), page.as_of_text(document))],
        "version": page.version_text(document),
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
    found = {column.title: column.definition for _table, column in page.dictionary(document) if column.definition}
    return [{"label": directed(title), "text": directed(definition)} for title, definition in found.items()]


# ---- tables ----


def _table(table: Table) -> dict[str, Any]:
    rows = [
        [_cell(text, column) for text, column in zip(texts, table.columns, strict=True)]
        for texts in page.row_texts(table)
    ]
    return {
        "caption": directed(table.caption),
        "heads": [_cell(column.title, column) for column in table.columns],
        "rows": rows[: len(table.rows)],
        "total": rows[-1] if table.total else [],
        "notes": [directed(note) for note in page.notes(table)],
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


# ---- The document as data: a CSV file a table in an archive, or one JSON file; both with their data
# dictionary.


#: The name of the file that explains the others; no table is called so.
DICTIONARY: Final = "_dictionary"


def file_name(document: Document, ending: str, *, kind: str = "report") -> str:
    """Return the file name of ``document`` in ASCII, with its ``kind``, days, version and language."""
    days = f"{document.period_first.isoformat()}_{document.period_last.isoformat()}"
    version = f"v{document.version}" if document.version else "draft"
    return f"{kind}_{days}_{version}_{document.language}.{ending}"


def as_json(document: Document) -> bytes:
    """Return the document with its dictionary and its hash, which ``docs/check_report.py`` computes again."""
    with override(document.language):
        dictionary = [
            {
                "table": table.key,
                "column": column.key,
                "title": column.title,
                "kind": column.kind.value,
                "kind_in_words": page.kind_text(column.kind),
                "definition": column.definition,
            }
            for table, column in page.dictionary(document)
        ]
    about = json.dumps({"sha256": digest(document), "dictionary": dictionary}, ensure_ascii=False, indent=1)
    return b"".join([about.removesuffix("\n}").encode(), b',\n "document": ', *canonical_parts(document), b"\n}"])


def as_csv_archive(document: Document) -> BinaryIO:
    """Return an archive of CSV files as an open temporary file at its beginning; the caller closes it."""
    file = TemporaryFile()  # noqa: SIM115 - the caller sends it
    with ZipFile(file, "w", ZIP_DEFLATED) as archive, override(document.language):
        for section in document.sections:
            for table in section.tables:
                _add(archive, document, table.key, csv_lines(_rows(table)))
        _add(archive, document, DICTIONARY, csv_lines(_dictionary(document)))
    file.seek(0)
    return file


def _add(archive: ZipFile, document: Document, name: str, lines: Iterator[str]) -> None:
    # The moment of the figures and not of now: the same document gives the same archive.
    about = ZipInfo(f"{name}.csv", document.as_of.timetuple()[:6])
    about.compress_type = ZIP_DEFLATED
    with archive.open(about, "w") as file:
        for line in lines:
            file.write(line.encode())


def _rows(table: Table) -> Iterator[list[FileCell]]:
    yield [column.title for column in table.columns]
    for row in (*table.rows, *([table.total] if table.total else [])):
        yield [_plain(cell) for cell in row]


def _dictionary(document: Document) -> Iterator[list[FileCell]]:
    yield [*page.dictionary_heads()]
    for table, column in page.dictionary(document):
        yield [*page.dictionary_row(table, column)]


def _plain(cell: Cell) -> FileCell:
    match cell:
        case Withheld():
            return page.STAR
        case date():
            return cell.isoformat()
        case Decimal():
            # Without the zeros that only fill places.
            return f"{cell.normalize():f}" if cell else "0"
    return cell


# ---- The files that a document is sent as: PDF, workbook, CSV and JSON. ----


@dataclass(frozen=True)
class FileForm:
    """One form of file: the ending of its name, its media type, and what makes it."""

    ending: str
    media_type: str
    make: Callable[[Document], BinaryIO]


FORMS: Final[Mapping[str, FileForm]] = {
    "pdf": FileForm("pdf", "application/pdf", lambda document: io.BytesIO(render(document))),
    "xlsx": FileForm("xlsx", XLSX_TYPE, workbook),
    "csv": FileForm("zip", "application/zip", as_csv_archive),
    "json": FileForm("json", "application/json", lambda document: io.BytesIO(as_json(document))),
}


LANGUAGE_NAMES: Final = {"ar": _("Arabic"), "en": _("English")}


def download(document: Document, form: str, *, kind: str = "report") -> FileResponse:
    """Return ``document`` as a file to be saved, whose name begins with ``kind``.

    Raises:
        Http404: there is no such form.
    """
    chosen = FORMS.get(form)
    if chosen is None:
        raise Http404
    return FileResponse(
        chosen.make(document),
        as_attachment=True,
        filename=file_name(document, chosen.ending, kind=kind),
        content_type=chosen.media_type,
    )
