"""The document as data: a CSV file a table in an archive, or one JSON file; both with their data dictionary."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from tempfile import TemporaryFile
from typing import BinaryIO, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.utils.translation import override

from kit.safe_cells import FileCell, csv_lines
from reports.documents import words
from reports.documents.tree import Cell, Document, Table, Withheld, canonical_parts, digest

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
                "kind_in_words": words.kind_text(column.kind),
                "definition": column.definition,
            }
            for table, column in words.dictionary(document)
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
    yield [*words.dictionary_heads()]
    for table, column in words.dictionary(document):
        yield [*words.dictionary_row(table, column)]


def _plain(cell: Cell) -> FileCell:
    match cell:
        case Withheld():
            return words.STAR
        case date():
            return cell.isoformat()
        case Decimal():
            # Without the zeros that only fill places.
            return f"{cell.normalize():f}" if cell else "0"
    return cell
