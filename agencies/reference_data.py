"""Loads the reference data of the project (``agencies/data/*.csv``), but never over what people edited in the admin.

A row follows the file until a person edits it; from then on (``edited_at``) loading leaves it alone. Rows are
identified by their code only, so a name, a day or a place may change without a second row appearing. Nothing is ever
deleted: see docs/decisions/0020-reference-data-ownership.md.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import translation

from agencies import deadline_recalculation
from agencies.models import (
    Agency,
    City,
    Directorate,
    Governorate,
    Holiday,
    OutsideCentre,
    RoutingRule,
    Topic,
    TopicQuestion,
    WorkingHours,
)

DATA = Path(__file__).resolve().parent / "data"
#: Every file with its model; those that others refer to come first.
FILES: Mapping[str, type[models.Model]] = {
    "governorates.csv": Governorate,
    "cities.csv": City,
    "agencies.csv": Agency,
    "directorates.csv": Directorate,
    "topics.csv": Topic,
    "topic_questions.csv": TopicQuestion,
    "routing_rules.csv": RoutingRule,
    "outside_centres.csv": OutsideCentre,
    "holidays.csv": Holiday,
    "working_hours.csv": WorkingHours,
}
#: The files of the calendar, by which deadlines are counted.
CALENDAR = frozenset({"holidays.csv", "working_hours.csv"})
#: Fields that never come from a file.
NOT_LOADED = frozenset({"id", "edited_at"})
YES_NO = {"yes": True, "no": False}
#: The most problems listed in one message.
MOST_PROBLEMS = 20

type Field = models.Field[Any, Any]
type Codes = dict[type[models.Model], dict[str, int | None]]


class BadReference(Exception):
    """The files cannot be loaded and nothing was written; ``problems`` say where and why."""

    def __init__(self, problems: Sequence[str]) -> None:
        hidden = len(problems) - MOST_PROBLEMS
        lines = [*problems[:MOST_PROBLEMS], *([f"and {hidden} more"] if hidden > 0 else [])]
        super().__init__("\n".join(lines))
        self.problems = tuple(problems)


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
    model: type[models.Model]
    rows: Sequence[ReferenceRow]
    columns: Sequence[str]


@dataclass(frozen=True)
class LoadOutcome:
    """The counts of loading one file."""

    file: str
    rows: int
    added: int
    changed: int
    kept: int
    others: int

    def __str__(self) -> str:
        return (
            f"{self.file}: {self.rows} rows, {self.added} added, {self.changed} changed, "
            f"{self.kept} kept as edited by people, {self.others} not in the file"
        )


def load(folder: Path = DATA, *, at: datetime) -> list[LoadOutcome]:
    """Update the database from the files in one transaction; raise BadReference before anything is written.

    A change of the calendar requests at ``at`` that deadlines are recalculated. Idempotent.
    """
    problems: list[str] = []
    # Operators read the problems beside file names and field names: in English, whatever language is active.
    with translation.override(None):
        tables = [_read_or_report(folder, file, model, problems) for file, model in FILES.items()]
    codes = _codes_in_use()
    # Only when all rows could be read: otherwise references to an unreadable row would be reported too.
    if not problems:
        problems = [problem for table in tables for problem in _dangling(table, codes, tables)]
    if problems:
        raise BadReference(problems)
    with transaction.atomic():
        outcomes = [_write(table, codes) for table in tables]
        if any(outcome.file in CALENDAR and outcome.added + outcome.changed for outcome in outcomes):
            deadline_recalculation.request(at=at)
        return outcomes


# ---- reading ----


def _read_or_report(folder: Path, file: str, model: type[models.Model], problems: list[str]) -> ReferenceTable:
    """Read one file, or add to ``problems`` why it cannot be read as CSV at all."""
    try:
        return _read(folder, file, model, problems)
    except (OSError, UnicodeDecodeError, csv.Error) as wrong:
        problems.append(f"{file}: cannot be read: {wrong}")
        return ReferenceTable(file, model, [], [])


def _read(folder: Path, file: str, model: type[models.Model], problems: list[str]) -> ReferenceTable:
    """Read one file, adding to ``problems`` whatever is wrong with it, by line and column."""
    fields = {name: known for name, known in _fields(model).items() if name not in NOT_LOADED and not known.generated}
    with (folder / file).open(encoding="utf-8", newline="") as text:
        reader = csv.reader(text, strict=True)
        columns = next(reader, [])
        headless = list(_header_problems(file, columns, fields))
        rows = [] if headless else list(_rows(file, reader, [fields[name] for name in columns], problems))
    problems += [*headless, *_repeated(file, rows)]
    return ReferenceTable(file, model, rows, columns)


def _header_problems(file: str, columns: Sequence[str], fields: Mapping[str, Field]) -> Iterator[str]:
    for name in columns:
        if name not in fields:
            yield f"{file}, line 1, column {name}: there is no such field"
    for name, known in fields.items():
        if name not in columns and (name == "code" or not (known.has_default() or known.blank)):
            yield f"{file}, line 1, column {name}: is missing"


def _rows(file: str, reader: Any, fields: Sequence[Field], problems: list[str]) -> Iterator[ReferenceRow]:
    for cells in reader:
        line = reader.line_num
        if len(cells) != len(fields):
            problems.append(f"{file}, line {line}: {len(cells)} cells where the header has {len(fields)}")
            continue
        row = ReferenceRow(line)
        for known, cell in zip(fields, cells, strict=True):
            try:
                _store_cell(row, known, cell.strip())
            except (ValueError, ValidationError) as wrong:
                problems.append(f"{file}, line {line}, column {known.name}: {_reason(wrong)}")
        if "code" in row.values:
            yield row


def _store_cell(row: ReferenceRow, known: Field, cell: str) -> None:
    """Store a cell in ``row``; a foreign key as a code, resolved when all files are read."""
    if isinstance(known, models.ForeignKey):
        if cell:
            row.refers[known.name] = cell
        elif not known.null:
            message = "names nothing"
            raise ValueError(message)
        return
    if known.name == "code" and not cell:
        message = "a row needs a code"
        raise ValueError(message)
    row.values[known.name] = known.clean(_value(known, cell), None)


def _value(known: Field, cell: str) -> Any:
    """Return a cell as the value of its field; nothing where the field may be null."""
    if not cell and known.null:
        return None
    for kind, parse in _PARSERS.items():
        if isinstance(known, kind):
            return parse(cell)
    return cell


def _yes_no(cell: str) -> bool:
    if cell not in YES_NO:
        message = f"“{cell}” is neither yes nor no"
        raise ValueError(message)
    return YES_NO[cell]


def _list(cell: str) -> list[str]:
    return [item.strip() for item in cell.split(";") if item.strip()]


_PARSERS: Mapping[type[Field], Callable[[str], Any]] = {
    models.BooleanField: _yes_no,
    models.DateField: date.fromisoformat,
    models.TimeField: time.fromisoformat,
    models.IntegerField: int,
    ArrayField: _list,
}


def _reason(wrong: ValueError | ValidationError) -> str:
    return " ".join(wrong.messages) if isinstance(wrong, ValidationError) else str(wrong)


def _repeated(file: str, rows: Iterable[ReferenceRow]) -> Iterator[str]:
    seen: dict[str, int] = {}
    for row in rows:
        if row.code in seen:
            yield f"{file}, line {row.line}, column code: {row.code} is on line {seen[row.code]} already"
        seen.setdefault(row.code, row.line)


# ---- references between rows ----


def _codes_in_use() -> Codes:
    """Return the primary keys by code of the stored rows that files may refer to; people may have added agencies."""
    return {model: dict(_manager(model).values_list("code", "pk")) for model in (Governorate, Agency, Topic)}


def _dangling(table: ReferenceTable, codes: Codes, tables: Sequence[ReferenceTable]) -> Iterator[str]:
    known = {t.model: codes.get(t.model, {}).keys() | {row.code for row in t.rows} for t in tables}
    for row in table.rows:
        for name, code in row.refers.items():
            if code not in known[_target(table.model, name)]:
                yield f"{table.file}, line {row.line}, column {name}: there is no {code}"


def _target(model: type[models.Model], name: str) -> type[models.Model]:
    target = _fields(model)[name].related_model
    if not isinstance(target, type):
        message = f"{model.__name__}.{name} refers to nothing"
        raise TypeError(message)
    return target


# ---- writing ----


def _write(table: ReferenceTable, codes: Codes) -> LoadOutcome:
    """Add and change rows from the file, except those that a person edited."""
    # Locked, so that what a person saves in the admin meanwhile is neither lost nor overwritten.
    stored = {row.code: row for row in _manager(table.model).exclude(code=None).select_for_update(of=("self",))}
    try:
        added = _add(table, codes, stored)
        changed, kept = _change(table, codes, stored)
    except IntegrityError as refused:
        raise BadReference([f"{table.file}: {' '.join(str(refused).split())}"]) from refused
    others = stored.keys() - {row.code for row in table.rows}
    return LoadOutcome(table.file, len(table.rows), added, changed, kept, len(others))


def _add(table: ReferenceTable, codes: Codes, stored: Mapping[str, Any]) -> int:
    """Insert the rows that are new, parents before their children."""
    pks = codes.setdefault(table.model, {})
    waiting = [row for row in table.rows if row.code not in stored]
    total = len(waiting)
    while waiting:
        ready = [row for row in waiting if row.refers.get("parent") in {None, *pks}]
        if not ready:
            lines = ", ".join(str(row.line) for row in waiting)
            raise BadReference([f"{table.file}, lines {lines}, column parent: they are each other's parents"])
        made = _manager(table.model).bulk_create(table.model(**_attributes(table, row, codes)) for row in ready)
        pks |= {row.code: row.pk for row in made}
        waiting = [row for row in waiting if row.code not in pks]
    return total


def _change(table: ReferenceTable, codes: Codes, stored: Mapping[str, Any]) -> tuple[int, int]:
    """Update the rows that differ from the file; return how many, and how many differ but were edited by a person."""
    changed, kept = [], 0
    for row in table.rows:
        if (old := stored.get(row.code)) is None:
            continue
        new = _attributes(table, row, codes)
        if all(getattr(old, name) == value for name, value in new.items()):
            continue
        if old.edited_at is not None:
            kept += 1
            continue
        for name, value in new.items():
            setattr(old, name, value)
        changed.append(old)
    if changed:
        _manager(table.model).bulk_update(changed, [name for name in table.columns if name != "code"])
    return len(changed), kept


def _attributes(table: ReferenceTable, row: ReferenceRow, codes: Codes) -> dict[str, Any]:
    keys = {
        f"{name}_id": codes[_target(table.model, name)][row.refers[name]] if name in row.refers else None
        for name in table.columns
        if isinstance(_fields(table.model)[name], models.ForeignKey)
    }
    return row.values | keys


def _fields(model: type[models.Model]) -> dict[str, Field]:
    return {known.name: known for known in model._meta.concrete_fields}  # noqa: SLF001 - Django documents _meta


def _manager(model: type[models.Model]) -> models.Manager[Any]:
    return model._default_manager  # noqa: SLF001 - Django documents it for code that is given a model
