"""Loads the reference data of the project (``agencies/data/*.csv``), but never over what people edited in the admin.

A row follows the file until a person edits it; from then on (``edited_at``) loading leaves it alone. Rows are
identified by their code only, so a name, a day or a place may change without a second row appearing. Nothing is ever
deleted: see docs/decisions/0020-reference-data-ownership.md.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import translation
from django.utils.translation import gettext

from agencies import deadline_recalculation, reference_changes
from agencies.models import (
    Agency,
    AgencySite,
    AnswerPhrase,
    CentreState,
    ChangeKind,
    City,
    DangerSign,
    Directorate,
    Governorate,
    Holiday,
    OutsideCentre,
    Reference,
    RoutingRule,
    Topic,
    TopicPhrases,
    TopicQuestion,
    WordGroup,
    WorkingHours,
)
from agencies.reference_changes import Author
from agencies.reference_reading import (
    Codes,
    ReferenceRow,
    ReferenceTable,
    codes_in_use,
    fields_by_name,
    manager,
    problem,
    read,
    reason,
    target,
    wrong_references,
)

DATA = Path(__file__).resolve().parent / "data"
#: Every file with its model; those that others refer to come first.
FILES: Mapping[str, type[Any]] = {
    "governorates.csv": Governorate,
    "cities.csv": City,
    "agencies.csv": Agency,
    "directorates.csv": Directorate,
    "topics.csv": Topic,
    "topic_questions.csv": TopicQuestion,
    "topic_phrases.csv": TopicPhrases,
    "word_groups.csv": WordGroup,
    "danger_signs.csv": DangerSign,
    "routing_rules.csv": RoutingRule,
    "outside_centres.csv": OutsideCentre,
    "agency_sites.csv": AgencySite,
    "centre_states.csv": CentreState,
    "holidays.csv": Holiday,
    "working_hours.csv": WorkingHours,
    "answer_phrases.csv": AnswerPhrase,
}
#: Columns that change with others.
KEPT_WITH: Mapping[type[Reference], Sequence[str]] = {Agency: ("aliases_ar",)}
#: The most problems listed in one message.
MOST_PROBLEMS = 20
#: Rows in one UPDATE.
BATCH = 500

type Recorded = tuple[Reference, Mapping[str, Any], Mapping[str, Any]]


class BadReference(Exception):
    """The files cannot be loaded and nothing was written; ``problems`` say where and why."""

    def __init__(self, problems: Sequence[str]) -> None:
        hidden = len(problems) - MOST_PROBLEMS
        lines = [*problems[:MOST_PROBLEMS], *([f"and {hidden} more"] if hidden > 0 else [])]
        super().__init__("\n".join(lines))
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Written:
    """What was written of a table: the rows added and changed, each with its values before and after; and counts.

    ``kept`` rows differ but were edited by people, ``others`` are not in the file.
    """

    added: Sequence[Recorded]
    changed: Sequence[Recorded]
    kept: int
    others: int


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
        codes = codes_in_use()
        # Only when all rows could be read: otherwise references to an unreadable row would be reported too.
        problems = problems or [problem for table in tables for problem in wrong_references(table, codes, tables)]
        if problems:
            raise BadReference(problems)
        with transaction.atomic():
            written = [write(table, codes, author=Author(None, at), kind=ChangeKind.LOADED) for table in tables]
            if any(moves_deadlines(table, found) for table, found in zip(tables, written, strict=True)):
                deadline_recalculation.request(at=at)
    return [_outcome(table, found) for table, found in zip(tables, written, strict=True)]


def moves_deadlines(table: ReferenceTable, found: Written) -> bool:
    """Tell whether the calendar changed, by which deadlines are counted."""
    return issubclass(table.model, Holiday | WorkingHours) and bool(found.added or found.changed)


def _outcome(table: ReferenceTable, found: Written) -> LoadOutcome:
    counts = (len(table.rows), len(found.added), len(found.changed), found.kept, found.others)
    return LoadOutcome(table.file, *counts)


def _read_or_report(folder: Path, file: str, model: type[Reference], problems: list[str]) -> ReferenceTable:
    """Read one file, or add to ``problems`` why it cannot be read as CSV at all."""
    try:
        with (folder / file).open(encoding="utf-8", newline="") as text:
            return read(text, file, model, problems)
    except (OSError, UnicodeDecodeError, csv.Error) as wrong:
        problems.append(f"{file}: cannot be read: {wrong}")
        return ReferenceTable(file, model, [], [])


# ---- writing ----


def write(table: ReferenceTable, codes: Codes, *, author: Author, kind: str) -> Written:
    """Add and change rows from the file, and record each; rows that people edited are left to the people.

    An import is made by people: it changes those too, and its rows count as edited.
    """
    # Locked, so that what a person saves meanwhile is neither lost nor overwritten.
    stored = {row.code: row for row in manager(table.model).exclude(code=None).select_for_update(of=("self",))}
    try:
        added = _add(table, codes, stored, author)
        changed, kept = _change(table, codes, stored, author)
    except IntegrityError as refused:
        raise BadReference([refusal(table, refused)]) from refused
    reference_changes.record_all([*added, *changed], kind=kind, author=author)
    others = stored.keys() - {row.code for row in table.rows}
    return Written(added, changed, kept, len(others))


def refusal(table: ReferenceTable, refused: IntegrityError, *, line: int | None = None) -> str:
    """Return what a constraint of the database says about a row, with the line where that is known."""
    name = getattr(getattr(refused.__cause__, "diag", None), "constraint_name", None)
    known = {rule.name: rule for rule in table.model._meta.constraints}  # noqa: SLF001 - Django documents _meta
    why = str(known[name].get_violation_error_message()) if name in known else " ".join(str(refused).split())
    if line is None:
        return f"{table.file}: {name or ''} {why}"
    return gettext("%(file)s, line %(line)s: %(why)s") % {"file": table.file, "line": line, "why": why}


def waves(table: ReferenceTable, codes: Codes, stored: Mapping[str, Any]) -> Iterator[list[ReferenceRow]]:
    """Yield the rows that are new, parents before children; the caller adds the keys of each wave to ``codes``."""
    pks = codes.setdefault(table.model, {})
    waiting = [row for row in table.rows if row.code not in stored]
    while waiting:
        ready = [row for row in waiting if row.refers.get("parent") is None or row.refers["parent"] in pks]
        yield ready
        done = {row.code for row in ready}
        waiting = [row for row in waiting if row.code not in done]


def _add(table: ReferenceTable, codes: Codes, stored: Mapping[str, Any], author: Author) -> list[Recorded]:
    added: list[Recorded] = []
    edited = {"edited_at": author.at} if author.by else {}
    for wave in waves(table, codes, stored):
        new = [attributes(table, row, codes) for row in wave]
        made = manager(table.model).bulk_create(table.model(**values, **edited) for values in new)
        codes[table.model] |= {row.code: row.pk for row in made}
        added += [(row, {}, values) for row, values in zip(made, new, strict=True)]
    return added


def _change(
    table: ReferenceTable, codes: Codes, stored: Mapping[str, Any], author: Author
) -> tuple[list[Recorded], int]:
    """Update the rows that differ from the file; return them, and how many differ but were edited by a person."""
    changed: list[Recorded] = []
    kept = 0
    for row in table.rows:
        if (old := stored.get(row.code)) is None or not (new := differing(table, row, old, codes, author)):
            continue
        if old.edited_at is not None and author.by is None:
            kept += 1
            continue
        changed.append((old, {name: getattr(old, name) for name in new}, new))
        for name, value in {**new, **reference_changes.renaming(old, new, author=author)}.items():
            setattr(old, name, value)
        old.edited_at = author.at if author.by else old.edited_at
    if changed:
        names = {name for name in (*table.columns, *KEPT_WITH.get(table.model, ())) if name != "code"} | {"edited_at"}
        manager(table.model).bulk_update([old for old, *_ in changed], sorted(names), batch_size=BATCH)
    return changed, kept


def differing(table: ReferenceTable, row: ReferenceRow, old: Any, codes: Codes, author: Author) -> dict[str, Any]:
    """Return the values of a line that differ from the stored row.

    People who import a new name of an agency keep the old one among the other names; the files of the project say it
    themselves.
    """
    new = {name: value for name, value in attributes(table, row, codes).items() if getattr(old, name) != value}
    if author.by is None:
        return new
    try:
        return reference_changes.with_former_names(old, new)
    except ValidationError as wrong:
        raise BadReference([problem(table.file, row.line, "aliases_ar", reason(wrong))]) from None


def attributes(table: ReferenceTable, row: ReferenceRow, codes: Codes) -> dict[str, Any]:
    """Return the values of a line by the name of the field, with the keys of the rows that it names."""
    keys = {
        f"{name}_id": codes[target(table.model, name)][row.refers[name]] if name in row.refers else None
        for name in table.columns
        if isinstance(fields_by_name(table.model)[name], models.ForeignKey)
    }
    return row.values | keys
