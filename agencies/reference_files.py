"""Exports a table of reference data as the CSV file that is loaded from, and imports such a file after a dry run.

A file is written whole or not at all. The dry run writes it and rolls back, so that the database has judged every row.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext

from agencies import deadline_recalculation
from agencies.models import ChangeKind, HolidayStatus, Reference
from agencies.reference_changes import Author
from agencies.reference_data import (
    FILES,
    BadReference,
    Recorded,
    Written,
    attributes,
    differing,
    moves_deadlines,
    refusal,
    waves,
    write,
)
from agencies.reference_reading import (
    ReferenceTable,
    codes_in_use,
    loaded_fields,
    manager,
    read,
    wrong_references,
)
from kit.safe_cells import csv_lines

#: The largest file: the longest of the project has 400 lines. The page that confirms it must fit into one form.
MOST_BYTES = 512 * 1024
MOST_LINES = 2_000
UTF8_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class ImportPlan:
    """What a file changes: rows added, changed and ended, with their values before and after.

    ``others`` are stored and not in the file: they stay. ``digest`` names exactly these changes.
    """

    added: Sequence[Recorded]
    changed: Sequence[Recorded]
    ended: Sequence[Recorded]
    others: int
    digest: str

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.ended)


class PlanOvertaken(Exception):
    """Somebody changed the table since the dry run: ``plan`` is what the file would change now."""

    def __init__(self, plan: ImportPlan) -> None:
        super().__init__()
        self.plan = plan


def reference_file_name(model: type[Reference]) -> str:
    """Return the name of the file of a table."""
    return next(file for file, known in FILES.items() if known is model)


def decoded_text(data: bytes, *, file: str) -> str:
    """Return the text of a file in UTF-8, with or without its mark; raise BadReference if it is too large or not."""
    if len(data) > MOST_BYTES or data.count(b"\n") > MOST_LINES:
        words = gettext("%(file)s is too large: a file may have %(lines)s lines and half a megabyte. Divide it.")
        raise BadReference([words % {"file": file, "lines": f"{MOST_LINES:,}"}])
    try:
        return data.removeprefix(UTF8_MARK).decode("utf-8")
    except UnicodeDecodeError:
        words = gettext(
            "%(file)s is not in UTF-8; it may be in Windows-1256. Save it as “CSV UTF-8” and choose it again."
        )
        raise BadReference([words % {"file": file}]) from None


def check(text: str, model: type[Reference], *, author: Author) -> ImportPlan:
    """Return what a file would change, and change nothing; raise BadReference with all its problems."""
    with transaction.atomic():
        plan = _write(text, model, author=author)
        transaction.set_rollback(True)
    return plan


def apply(text: str, model: type[Reference], *, author: Author, digest: str) -> ImportPlan:
    """Change what the dry run named ``digest`` has shown; raise PlanOvertaken if it would be something else now."""
    with transaction.atomic():
        plan = _write(text, model, author=author)
        if plan.digest != digest:
            raise PlanOvertaken(plan)
    return plan


def export(model: type[Reference]) -> Iterator[str]:
    """Return the file of a table line by line; cells that a spreadsheet would calculate get an apostrophe."""
    fields = loaded_fields(model)
    keys = [name for name, known in fields.items() if isinstance(known, models.ForeignKey)]
    rows = manager(model).exclude(code=None).order_by("pk")
    found = rows.select_related(*keys) if keys else rows
    cells = ([_cell(getattr(row, name)) for name in fields] for row in found)
    return csv_lines(chain([list(fields)], cells), line_end="\n")


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list():
            return ";".join(value)
        case Reference():
            return str(getattr(value, "code", ""))
        case _:
            return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _write(text: str, model: type[Reference], *, author: Author) -> ImportPlan:
    file, problems = reference_file_name(model), list[str]()
    try:
        table = read(io.StringIO(text, newline=""), file, model, problems)
    except csv.Error:
        raise BadReference([gettext("%(file)s cannot be read as CSV.") % {"file": file}]) from None
    codes = codes_in_use()
    problems = problems or list(wrong_references(table, codes, [table]))
    if problems:
        raise BadReference(problems)
    try:
        with transaction.atomic():
            written = write(table, codes, author=author, kind=ChangeKind.IMPORTED)
            if moves_deadlines(table, written):
                deadline_recalculation.request(at=author.at)
            return _plan(written)
    except BadReference as refused:
        if not isinstance(refused.__cause__, IntegrityError):
            raise
        raise BadReference(_refused_lines(table, author)) from refused


def _refused_lines(table: ReferenceTable, author: Author) -> list[str]:
    """Write the lines one by one, and return those that the database refuses; the caller rolls all back."""
    codes, problems = codes_in_use(), list[str]()
    stored = {row.code: row for row in manager(table.model).exclude(code=None)}
    for wave in waves(table, codes, stored):
        for row in wave:
            new = table.model(**attributes(table, row, codes))
            problems += _refusals(table, new, row.line)
            codes[table.model][row.code] = new.pk
    for row in table.rows:
        if row.code in stored:
            changed = stored[row.code]
            for name, value in differing(table, row, changed, codes, author).items():
                setattr(changed, name, value)
            problems += _refusals(table, changed, row.line)
    return problems


def _refusals(table: ReferenceTable, row: Reference, line: int) -> list[str]:
    try:
        with transaction.atomic():
            row.save(force_insert=row._state.adding)  # noqa: SLF001 - Django says it nowhere else
    except IntegrityError as refused:
        return [refusal(table, refused, line=line)]
    return []


def _plan(written: Written) -> ImportPlan:
    ended = [found for found in written.changed if _is_ended(*found)]
    changed = [found for found in written.changed if found not in ended]
    told = [(getattr(row, "code", ""), dict(old), dict(new)) for row, old, new in (*written.added, *written.changed)]
    digest = hashlib.sha256(repr(told).encode()).hexdigest()
    return ImportPlan(written.added, changed, ended, written.others, digest)


def _is_ended(_row: Reference, before: Any, after: Any) -> bool:
    return (
        (before.get("ends_on", True) is None and after.get("ends_on") is not None)
        or after.get("is_active") is False
        or after.get("status") == HolidayStatus.CALLED_OFF
    )
