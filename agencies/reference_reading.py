"""Reads a file of reference data (CSV) line by line, and says what is wrong with it by its place; writes nothing."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any, TextIO

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext, gettext_noop

from agencies.models import Agency, Governorate, OutsideCentre, Reference, Topic
from kit.forms import refuse_bidi_controls, safe_text
from kit.safe_cells import is_formula

#: What the rows of files refer to.
REFERRED_TO = (Governorate, Agency, Topic, OutsideCentre)
#: Fields that never come from a file.
NOT_LOADED = frozenset({"id", "edited_at", "renamed_on", "has_system"})
YES_NO = {"yes": True, "no": False}
#: A cell that begins so is a formula and refused; what only a spreadsheet reads as one gets an apostrophe in a file for
#: people.
FORMULA = ("=", "\uff1d")
TOPIC_LEVELS = 2
#: The names of columns have none of them.
DELIMITERS = (",", ";", "\t")

type Field = models.Field[Any, Any]
type Codes = dict[type[models.Model], dict[str, int | None]]


@dataclass
class ReferenceRow:
    """One line of a file: values by field, and codes of other rows by foreign key."""

    line: int
    values: dict[str, Any] = field(default_factory=dict)
    refers: dict[str, str] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """The code that identifies the row."""
        return str(self.values["code"])


@dataclass(frozen=True)
class ReferenceTable:
    """The rows of a file that could be read."""

    file: str
    model: type[Reference]
    rows: Sequence[ReferenceRow]
    columns: Sequence[str]


def read(text: TextIO, file: str, model: type[Reference], problems: list[str]) -> ReferenceTable:
    """Read one file, adding to ``problems`` whatever is wrong with it, by line and column; raises csv.Error."""
    fields = loaded_fields(model)
    reader = csv.reader(text, strict=True, delimiter=_delimiter(text))
    columns = next(reader, [])
    headless = list(_header_problems(file, columns, fields))
    rows = [] if headless else list(_rows(file, reader, [fields[name] for name in columns], problems))
    problems += [*headless, *_repeated(file, rows)]
    return ReferenceTable(file, model, rows, columns)


def _delimiter(text: TextIO) -> str:
    """Return what separates the columns: a spreadsheet takes what its country does, in Jordan often a semicolon."""
    header = text.readline()
    text.seek(0)
    return next((mark for mark in DELIMITERS if mark in header), DELIMITERS[0])


def loaded_fields(model: type[Reference]) -> dict[str, Field]:
    """Return the fields of a table that come from its file, by the name of their column."""
    fields = fields_by_name(model)
    return {name: known for name, known in fields.items() if name not in NOT_LOADED and not known.generated}


def problem(file: str, line: int, column: str, why: str) -> str:
    """Return one problem of a file with its place."""
    where = gettext("%(file)s, line %(line)s, column %(column)s") % {"file": file, "line": line, "column": column}
    return f"{where}: {why}"


def _header_problems(file: str, columns: Sequence[str], fields: Mapping[str, Field]) -> Iterator[str]:
    for name, known in fields.items():
        if name not in columns and (name == "code" or not (known.has_default() or known.blank)):
            yield problem(file, 1, name, gettext("is missing"))
    for name in dict.fromkeys(columns):
        if name not in fields:
            yield problem(file, 1, name, gettext("there is no field of this name"))
        elif columns.count(name) > 1:
            yield problem(file, 1, name, gettext("appears twice"))


def _rows(file: str, reader: Any, fields: Sequence[Field], problems: list[str]) -> Iterator[ReferenceRow]:
    for cells in reader:
        line = reader.line_num
        if len(cells) != len(fields):
            words = gettext("%(file)s, line %(line)s: %(cells)s cells where the header has %(columns)s")
            problems.append(words % {"file": file, "line": line, "cells": len(cells), "columns": len(fields)})
            continue
        row = ReferenceRow(line)
        for known, cell in zip(fields, cells, strict=True):
            try:
                _store_cell(row, known, cell.strip())
            except (ValueError, ValidationError) as wrong:
                problems.append(problem(file, line, known.name, reason(wrong)))
        if "code" in row.values:
            yield row


def _store_cell(row: ReferenceRow, known: Field, cell: str) -> None:
    """Store a cell in ``row``; a foreign key as a code, resolved when all files are read."""
    if isinstance(known, models.ForeignKey):
        if cell:
            row.refers[known.name] = cell
        elif not known.null:
            raise ValueError(gettext("is empty"))
        return
    if known.name == "code" and not cell:
        raise ValueError(gettext("a row needs a code"))
    row.values[known.name] = known.clean(_value(known, plain(cell)), None)


def _value(known: Field, cell: str) -> Any:
    """Return a cell as the value of its field; nothing where the field may be null."""
    if not cell and known.null:
        return None
    for kind, parse in _PARSERS.items():
        if isinstance(known, kind):
            return parse(cell)
    return cell


def plain(cell: str) -> str:
    """Return a cell without the apostrophe that keeps a spreadsheet from reading it as a formula.

    Raises ValueError for a formula and ValidationError for what cannot be stored.
    """
    safe_text(cell)
    refuse_bidi_controls(cell)
    if cell.startswith(FORMULA):
        raise ValueError(gettext("begins like a spreadsheet formula"))
    return cell[1:] if cell[:1] == "'" and is_formula(cell[1:]) else cell


def _yes_no(cell: str) -> bool:
    if cell not in YES_NO:
        raise ValueError(gettext("“%(cell)s” is neither yes nor no") % {"cell": cell})
    return YES_NO[cell]


def _by_format[T](parse: Callable[[str], T], sentence: str) -> Callable[[str], T]:
    """Return ``parse`` with a sentence in the reader's language in place of Python's own."""

    def parsed(cell: str) -> T:
        try:
            return parse(cell)
        except ValueError:
            raise ValueError(gettext(sentence) % {"cell": cell}) from None

    return parsed


def _list(cell: str) -> list[str]:
    return [item.strip() for item in cell.split(";") if item.strip()]


_PARSERS: Mapping[type[Field], Callable[[str], Any]] = {
    models.BooleanField: _yes_no,
    models.DateField: _by_format(date.fromisoformat, gettext_noop("“%(cell)s” is not a date such as 2026-01-31")),
    models.TimeField: _by_format(time.fromisoformat, gettext_noop("“%(cell)s” is not a time such as 08:30")),
    models.IntegerField: _by_format(int, gettext_noop("“%(cell)s” is not a whole number")),
    ArrayField: _list,
}


def reason(wrong: ValueError | ValidationError) -> str:
    """Return what an error says."""
    return " ".join(wrong.messages) if isinstance(wrong, ValidationError) else str(wrong)


def _repeated(file: str, rows: Iterable[ReferenceRow]) -> Iterator[str]:
    seen: dict[str, int] = {}
    for row in rows:
        if row.code in seen:
            words = gettext("%(code)s is already on line %(line)s")
            yield problem(file, row.line, "code", words % {"code": row.code, "line": seen[row.code]})
        seen.setdefault(row.code, row.line)


# ---- references between rows ----


def codes_in_use() -> Codes:
    """Return the primary keys by code of the stored rows that files may refer to; people may have added agencies."""
    return {model: dict(manager(model).values_list("code", "pk")) for model in REFERRED_TO}


def wrong_references(table: ReferenceTable, codes: Codes, tables: Sequence[ReferenceTable]) -> Iterator[str]:
    """Yield what is wrong with the rows that the rows of a file refer to: unknown codes, and parents in a circle."""
    known = {model: set(codes[model]) for model in codes}
    for each in tables:
        known.setdefault(each.model, set()).update(row.code for row in each.rows)
    for row in table.rows:
        for name, code in row.refers.items():
            if code not in known[target(table.model, name)]:
                yield problem(table.file, row.line, name, gettext("there is no %(code)s") % {"code": code})
    yield from _circles(table)


def _circles(table: ReferenceTable) -> Iterator[str]:
    """Yield the rows that would stand below themselves, and the topics that would stand on a third level."""
    if "parent" not in table.columns:
        return
    parents: dict[str, str | None] = dict(manager(table.model).exclude(code=None).values_list("code", "parent__code"))
    parents |= {row.code: row.refers.get("parent") for row in table.rows}
    for row in table.rows:
        above, passed = parents.get(row.code), {row.code}
        while above is not None and above not in passed:
            passed.add(above)
            above = parents.get(above)
        if above == row.code:
            yield problem(table.file, row.line, "parent", gettext("the row would be its own parent"))
        elif table.model is Topic and len(passed) > TOPIC_LEVELS:
            yield problem(table.file, row.line, "parent", gettext("topics have two levels"))


def target(model: type[models.Model], name: str) -> type[models.Model]:
    """Return the table that a foreign key refers to."""
    found = fields_by_name(model)[name].related_model
    if not isinstance(found, type):
        message = f"{model.__name__}.{name} refers to nothing"
        raise TypeError(message)
    return found


def fields_by_name(model: type[models.Model]) -> dict[str, Field]:
    """Return the fields of a table by name."""
    return {known.name: known for known in model._meta.concrete_fields}  # noqa: SLF001 - Django documents _meta


def manager(model: type[models.Model]) -> models.Manager[Any]:
    """Return the manager of a table."""
    return model._default_manager  # noqa: SLF001 - Django documents it for code that is given a model
