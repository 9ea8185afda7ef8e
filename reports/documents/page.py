"""The document as markup for a page, on screen and printed, in its own language whatever that of the page is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language_bidi, override

from kit.components.numbers import num
from kit.typed_text import isolated
from reports.documents import words
from reports.documents.charts import DrawnChart, drawings
from reports.documents.tree import Column, Document, Section, Table, digest

#: The page of the cases behind a number: of a table, the place of its row (None: the total) and a column; or empty.
type LinkFor = Callable[[Table, int | None, Column], str]


@dataclass(frozen=True)
class TableCell:
    """A cell as it is shown."""

    text: str
    is_number: bool
    href: str = ""

    @property
    def written(self) -> str:
        """The text, which stands on its own in a line of the other direction if it is a number."""
        return num(self.text) if self.is_number else self.text

    @property
    def classes(self) -> str:
        """The classes of the cell."""
        return "num" if self.is_number else ""


@dataclass(frozen=True)
class ShownTable:
    """A table as it is shown; ``total`` is empty if there is none."""

    key: str
    caption: str
    heads: list[TableCell]
    rows: list[list[TableCell]]
    total: list[TableCell]
    notes: list[str]


@dataclass(frozen=True)
class ShownSection:
    """A section as it is shown."""

    key: str
    heading: str
    paragraphs: list[SafeString]
    comment: list[SafeString]
    charts: list[DrawnChart]
    tables: list[ShownTable]


#: A document of more sections has a list of them that stays in sight, and all but the first are folded until opened.
UNFOLDED: Final = 3


def markup(document: Document, *, link_for: LinkFor | None = None, is_whole: bool = False) -> SafeString:
    """Return ``document`` without its title, which is the heading of the page; ``link_for`` opens its numbers.

    A long document is folded, except on paper and where ``is_whole``.
    """
    with override(document.language):
        content = {
            "document": document,
            "direction": "rtl" if get_language_bidi() else "ltr",
            "period": words.period_text(document),
            "as_of": words.as_of_text(document),
            "version": words.version_text(document),
            "digest": digest(document) if document.version else "",
            "folds": len(document.sections) > UNFOLDED,
            "is_whole": is_whole,
            "sections": [_section(section, link_for) for section in document.sections],
        }
        return SafeString(render_to_string("reports/documents/document.html", content))


def _section(section: Section, link_for: LinkFor | None) -> ShownSection:
    return ShownSection(
        key=section.key,
        heading=section.heading,
        paragraphs=[isolated(paragraph) for paragraph in section.paragraphs],
        comment=[isolated(line) for line in section.comment.splitlines() if line.strip()],
        charts=drawings(section),
        tables=[_table(table, link_for) for table in section.tables],
    )


def _table(table: Table, link_for: LinkFor | None) -> ShownTable:
    texts = list(words.row_texts(table))
    rows = [_cells(table, at, row, link_for) for at, row in enumerate(texts[: len(table.rows)])]
    return ShownTable(
        key=table.key,
        caption=table.caption,
        heads=[TableCell(column.title, column.kind.is_number) for column in table.columns],
        rows=rows,
        total=_cells(table, None, texts[-1], link_for) if table.total else [],
        notes=words.notes(table),
    )


def _cells(table: Table, at: int | None, texts: tuple[str, ...], link_for: LinkFor | None) -> list[TableCell]:
    return [
        TableCell(
            text,
            column.kind.is_number,
            # The page behind a withheld number would tell it.
            link_for(table, at, column) if link_for and text != words.STAR else "",
        )
        for text, column in zip(texts, table.columns, strict=True)
    ]
