"""The tree of a report: sections of sentences, tables and charts, as data that are frozen, stored and hashed.

A tree is one language of one report. What is in it is final: names, numbers and sentences as they stood. Its renderings
(page, paper, workbook, files) add nothing but form.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from enum import Enum, StrEnum
from operator import is_
from typing import Any, Final, Literal, cast

#: The version of the form of the JSON; it rises when a reader of the old form would read the new one wrongly.
FORMAT: Final = 1
#: Numbers have at most so many decimals, so that every reader of JSON gets them back as they were written.
_FINEST: Final = Decimal("0.000000001")
#: A key of JSON and not a text, in which its quotation marks would be escaped.
_NO_ROWS: Final = '"rows":[]'


class Withheld(Enum):
    """Why a number is not shown."""

    SMALL_GROUP = "withheld"


#: In place of a number of a group so small that it could point at a person, or that would reveal such a number.
WITHHELD: Final = Withheld.SMALL_GROUP

#: None stands for "nothing to measure".
type Cell = str | int | Decimal | date | Withheld | None
type Row = tuple[Cell, ...]
type Language = Literal["ar", "en"]


class ColumnKind(StrEnum):
    """What the cells of a column are, and in which unit."""

    TEXT = "text"
    #: A whole number of cases, messages or people.
    COUNT = "count"
    #: A part of 1; shown as a percentage.
    SHARE = "share"
    #: Working days.
    DAYS = "days"
    #: Working hours.
    HOURS = "hours"
    DATE = "date"
    #: A number from 0 to 100.
    SCORE = "score"

    @property
    def is_number(self) -> bool:
        """Whether its cells are numbers."""
        return self not in {ColumnKind.TEXT, ColumnKind.DATE}


class ChartKind(StrEnum):
    """How a table is drawn. The first column of the table names the rows."""

    #: One bar a row; one column.
    BARS = "bars"
    #: One bar a row, cut into the columns; counts, or shares that add up to 1.
    STACKED = "stacked"
    #: One line a column, at most four; the rows are moments from the oldest to the newest.
    LINES = "lines"
    #: The governorates; one column; ``Table.row_keys`` has their codes.
    MAP = "map"
    #: A dot in its interval; three columns: value, lowest, highest.
    INTERVAL = "interval"


@dataclass(frozen=True)
class Column:
    """A column of a table; ``definition`` says in a sentence what is counted, for the data dictionary."""

    key: str
    title: str
    kind: ColumnKind
    definition: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", ColumnKind(self.kind))


@dataclass(frozen=True)
class Table:
    """Rows under columns, the first of which names the rows; ``total`` is one more row.

    ``row_keys`` are what the rows stand for, where that has a code: an agency, a governorate, a month. Raises
    ValueError for rows that do not fit the columns. Decimals are rounded to six places.
    """

    key: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    total: Row | None = None
    row_keys: tuple[str, ...] = ()
    note: str = ""

    def __post_init__(self) -> None:
        if self.row_keys and len(self.row_keys) != len(self.rows):
            message = f"{self.key}: {len(self.row_keys)} keys for {len(self.rows)} rows"
            raise ValueError(message)
        _distinct(self.key, [column.key for column in self.columns])
        object.__setattr__(self, "rows", tuple([self._fitted(row) for row in self.rows]))
        if self.total is not None:
            object.__setattr__(self, "total", self._fitted(self.total))

    def _fitted(self, row: Sequence[Cell]) -> Row:
        if len(row) != len(self.columns):
            message = f"{self.key}: {len(row)} cells for {len(self.columns)} columns"
            raise ValueError(message)
        fitted = tuple([_fitted(cell, column) for cell, column in zip(row, self.columns, strict=True)])
        # Many rows are kept once: the copy of a row that fits as it is goes again.
        return row if isinstance(row, tuple) and all(map(is_, fitted, row)) else fitted

    def place(self, key: str) -> int:
        """Return which column is called ``key``; raises ValueError if none is."""
        return [column.key for column in self.columns].index(key)


@dataclass(frozen=True)
class Chart:
    """A drawing of some columns of a table of the same section."""

    kind: ChartKind
    table: str
    columns: tuple[str, ...]
    title: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", ChartKind(self.kind))


@dataclass(frozen=True)
class Section:
    """A heading with sentences, tables, charts, and the comment that the unit wrote beside them."""

    key: str
    heading: str
    paragraphs: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    charts: tuple[Chart, ...] = ()
    comment: str = ""

    def __post_init__(self) -> None:
        _distinct(self.key, [table.key for table in self.tables])
        for chart in self.charts:
            for column in chart.columns:
                self.table(chart.table).place(column)

    def table(self, key: str) -> Table:
        """Return the table called ``key``; raises ValueError if there is none."""
        for table in self.tables:
            if table.key == key:
                return table
        message = f"{self.key}: no table {key}"
        raise ValueError(message)


@dataclass(frozen=True)
class Document:
    """One language of a report about the days from ``period_first`` to ``period_last``, both included.

    ``as_of`` is the moment for which its figures hold. ``version`` counts from 1; 0 is a draft.
    """

    title: str
    language: Language
    period_first: date
    period_last: date
    version: int
    as_of: datetime
    sections: tuple[Section, ...]

    def __post_init__(self) -> None:
        if self.as_of.tzinfo is None:
            message = "as_of needs a time zone"
            raise ValueError(message)
        _distinct("document", [section.key for section in self.sections])
        _distinct("document", [table.key for section in self.sections for table in section.tables])

    def with_comments(self, comments: Mapping[str, str]) -> Document:
        """Return the document with comments by the keys of its sections; all else stays."""
        return replace(
            self,
            sections=tuple(replace(each, comment=comments.get(each.key, each.comment)) for each in self.sections),
        )


# ---- as JSON ----


def to_json(document: Document, *, with_rows: bool = True) -> dict[str, Any]:
    """Return ``document`` as values of JSON, which ``from_json`` makes the same document again."""
    return {
        "format": FORMAT,
        "title": document.title,
        "language": document.language,
        "period_first": document.period_first.isoformat(),
        "period_last": document.period_last.isoformat(),
        "version": document.version,
        "as_of": document.as_of.astimezone(UTC).isoformat(),
        "sections": [_section_to_json(section, with_rows=with_rows) for section in document.sections],
    }


def from_json(data: Mapping[str, Any]) -> Document:
    """Return the document of ``to_json``; raises ValueError for another form."""
    if data.get("format") != FORMAT:
        message = f"unknown form of a document: {data.get('format')}"
        raise ValueError(message)
    return Document(
        title=data["title"],
        language=data["language"],
        period_first=date.fromisoformat(data["period_first"]),
        period_last=date.fromisoformat(data["period_last"]),
        version=data["version"],
        as_of=datetime.fromisoformat(data["as_of"]),
        sections=tuple(_section_from_json(section) for section in data["sections"]),
    )


def canonical_parts(document: Document) -> Iterator[bytes]:
    """Yield the bytes that are hashed: JSON with sorted keys, no spaces, in UTF-8; row by row, for they are many."""
    around = _written(to_json(document, with_rows=False)).split(_NO_ROWS)
    tables = (table for section in document.sections for table in section.tables)
    yield around[0].encode()
    for table, after in zip(tables, around[1:], strict=True):
        yield b'"rows":['
        for at, row in enumerate(table.rows):
            yield ("," * bool(at) + _written([_cell_to_json(cell) for cell in row])).encode()
        yield f"]{after}".encode()


def canonical(document: Document) -> bytes:
    """Return the bytes that are hashed as one."""
    return b"".join(canonical_parts(document))


def digest(document: Document) -> str:
    """Return the SHA-256 of the canonical bytes, in hexadecimal digits."""
    sha256 = hashlib.sha256()
    for part in canonical_parts(document):
        sha256.update(part)
    return sha256.hexdigest()


def _written(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _section_to_json(section: Section, *, with_rows: bool) -> dict[str, Any]:
    charts = [
        {"kind": chart.kind.value, "table": chart.table, "columns": list(chart.columns), "title": chart.title}
        for chart in section.charts
    ]
    return {
        "key": section.key,
        "heading": section.heading,
        "paragraphs": list(section.paragraphs),
        "tables": [_table_to_json(table, with_rows=with_rows) for table in section.tables],
        "charts": charts,
        "comment": section.comment,
    }


def _section_from_json(data: Mapping[str, Any]) -> Section:
    charts = (
        Chart(ChartKind(chart["kind"]), chart["table"], tuple(chart["columns"]), chart["title"])
        for chart in data["charts"]
    )
    return Section(
        key=data["key"],
        heading=data["heading"],
        paragraphs=tuple(data["paragraphs"]),
        tables=tuple(_table_from_json(table) for table in data["tables"]),
        charts=tuple(charts),
        comment=data["comment"],
    )


def _table_to_json(table: Table, *, with_rows: bool) -> dict[str, Any]:
    columns = [
        {"key": column.key, "title": column.title, "kind": column.kind.value, "definition": column.definition}
        for column in table.columns
    ]
    return {
        "key": table.key,
        "caption": table.caption,
        "columns": columns,
        "rows": [[_cell_to_json(cell) for cell in row] for row in table.rows if with_rows],
        "total": None if table.total is None else [_cell_to_json(cell) for cell in table.total],
        "row_keys": list(table.row_keys),
        "note": table.note,
    }


def _table_from_json(data: Mapping[str, Any]) -> Table:
    columns = tuple(
        Column(column["key"], column["title"], ColumnKind(column["kind"]), column["definition"])
        for column in data["columns"]
    )

    def row(cells: Sequence[Any]) -> Row:
        return tuple(_cell_from_json(cell, column.kind) for cell, column in zip(cells, columns, strict=True))

    return Table(
        key=data["key"],
        caption=data["caption"],
        columns=columns,
        rows=tuple(row(cells) for cells in data["rows"]),
        total=None if data["total"] is None else row(data["total"]),
        row_keys=tuple(data["row_keys"]),
        note=data["note"],
    )


def _cell_to_json(cell: Cell) -> str | int | float | None:
    match cell:
        case Withheld():
            return str(cell.value)
        case Decimal():
            return int(cell) if cell == cell.to_integral_value() else float(cell)
        case date():
            return cell.isoformat()
    return cell


def _cell_from_json(cell: Any, kind: ColumnKind) -> Cell:
    if isinstance(cell, float):
        # The shortest text that stands for the float is what was written.
        return Decimal(repr(cell))
    if isinstance(cell, str) and kind is not ColumnKind.TEXT:
        return WITHHELD if cell == WITHHELD.value else date.fromisoformat(cell)
    return cast("Cell", cell)


# ---- what fits ----


def _fitted(cell: Cell, column: Column) -> Cell:
    match cell, column.kind:
        case (None, _) | (str(), ColumnKind.TEXT):
            return cell
        case date(), ColumnKind.DATE if not isinstance(cell, datetime):
            return cell
        case Withheld(), kind if kind.is_number:
            return cell
        case int(), kind if kind.is_number and not isinstance(cell, bool):
            return cell
        case Decimal(), kind if kind.is_number and kind is not ColumnKind.COUNT and cell.is_finite():
            rounded = cell.quantize(_FINEST, ROUND_HALF_EVEN)
            return cell if rounded == cell else rounded
    message = f"{column.key}: {type(cell).__name__} in a column of {column.kind}"
    raise ValueError(message)


def _distinct(owner: str, keys: Sequence[str]) -> None:
    if len(set(keys)) != len(keys):
        message = f"{owner}: the same key twice among {', '.join(keys)}"
        raise ValueError(message)
