"""What differs between a version of a report and the one it corrects: sentences, cells and comments, by section."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from reports.documents.tree import Cell, Document, Section, Table
from reports.models import PeriodicReport
from reports.periodic import content


@dataclass(frozen=True)
class CellChange:
    """A number of a table that is another one now; None stands for a row or cell that is not there."""

    table: str
    row: str
    column: str
    before: Cell
    after: Cell


@dataclass(frozen=True)
class SectionChange:
    """What changed in one section: sentences that went and came, cells, and the comment before and after."""

    heading: str
    gone: Sequence[str] = ()
    new: Sequence[str] = ()
    cells: Sequence[CellChange] = ()
    comment_before: str = ""
    comment_after: str = ""

    @property
    def has_new_comment(self) -> bool:
        """Tell whether the comment differs."""
        return self.comment_before != self.comment_after

    def __bool__(self) -> bool:
        return bool(self.gone or self.new or self.cells or self.has_new_comment)


def changes(before: Document, after: Document) -> list[SectionChange]:
    """Return the sections that differ, in the order of ``after``, those that are gone last."""
    old, new = ({section.key: section for section in document.sections} for document in (before, after))
    keys = [*new, *(key for key in old if key not in new)]
    found = (_section(old.get(key), new.get(key)) for key in keys)
    return [change for change in found if change]


def is_unchanged(report: PeriodicReport) -> bool:
    """Tell whether a written correction says what it corrects says: the same in both languages, and the same counts."""
    old = report.corrects
    if old is None or not report.content or old.parts["counts"] != report.parts["counts"]:
        return False
    return not any(changes(*(content.document(each, name) for each in (old, report))) for name in content.LANGUAGES)


def _section(before: Section | None, after: Section | None) -> SectionChange:
    was, now = (section.paragraphs if section else () for section in (before, after))
    return SectionChange(
        heading=next(section.heading for section in (after, before) if section),
        gone=[text for text in was if text not in now],
        new=[text for text in now if text not in was],
        cells=list(_cells(before, after)),
        comment_before=before.comment if before else "",
        comment_after=after.comment if after else "",
    )


def _cells(before: Section | None, after: Section | None) -> Iterator[CellChange]:
    old, new = ({table.key: table for table in section.tables} if section else {} for section in (before, after))
    for key in {**old, **new}:
        yield from _table(old.get(key), new.get(key))


def _table(before: Table | None, after: Table | None) -> Iterator[CellChange]:
    caption = next(table.caption for table in (after, before) if table)
    was, now = _by_place(before), _by_place(after)
    for place in {**now, **was}:
        if was.get(place) != now.get(place):
            row, column = place
            yield CellChange(caption, row[-1], column, was.get(place), now.get(place))


def _by_place(table: Table | None) -> Mapping[tuple[tuple[str, ...], str], Cell]:
    """Return the cells by their row and the title of their column; a row is what its texts say, its key first."""
    if table is None:
        return {}
    rows = [*table.rows, *([table.total] if table.total is not None else [])]
    keys = [*table.row_keys, *[""] * (len(rows) - len(table.row_keys))]
    return {
        ((key, *(str(cell) for cell in row if isinstance(cell, str))), column.title): cell
        for key, row in zip(keys, rows, strict=True)
        for cell, column in zip(row, table.columns, strict=True)
        if not isinstance(cell, str)
    }
