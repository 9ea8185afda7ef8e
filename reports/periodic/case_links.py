"""The lists of cases behind the numbers of a report's tables, in the period of the report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.db.models import QuerySet

from agencies.models import Agency, Governorate, Topic
from reports.documents.tree import Column, Document, Table
from reports.drill.lists import COUNTED, cases_url
from reports.figures.scopes import Key, Scope
from reports.models import PeriodicReport

#: What the rows of a table stand for, by its key: a part of a scope.
ROWS: Final[Mapping[str, str]] = {
    "agencies": "agencies",
    "pending": "agencies",
    "governorates": "governorates",
    "topics": "topics",
    "kinds": "kinds",
    "channels": "channels",
}


class CaseLinks:
    """Finds the list of cases behind a cell; three statements for any number of cells."""

    def __init__(self, report: PeriodicReport, document: Document) -> None:
        codes = {
            part: {code for section in document.sections for code in _codes(section.tables, part)}
            for part in ("agencies", "topics", "governorates")
        }
        self._period = report.period
        self._keys: Mapping[str, Mapping[str, Key]] = {
            "agencies": _keys(Agency.objects.all(), codes["agencies"]),
            "topics": _keys(Topic.objects.all(), codes["topics"]),
            "governorates": _keys(Governorate.objects.all(), codes["governorates"]),
        }

    def __call__(self, table: Table, row: int | None, column: Column) -> str:
        """Return the address of the cases behind a cell, empty where it counts no cases of one list."""
        part = ROWS.get(table.key)
        if part is None or column.key not in COUNTED:
            return ""
        if row is None:
            return cases_url(column.key, self._period)
        code = table.row_keys[row]
        known = self._keys.get(part)
        if code and known is not None and code not in known:
            return ""
        key = None if not code else known[code] if known is not None else code
        return cases_url(column.key, self._period, Scope(**{part: frozenset({key})}))


def _codes(tables: tuple[Table, ...], part: str) -> set[str]:
    return {code for table in tables if ROWS.get(table.key) == part for code in table.row_keys if code}


def _keys[M: Agency | Topic | Governorate](rows: QuerySet[M], codes: set[str]) -> Mapping[str, Key]:
    return dict(rows.filter(code__in=codes).values_list("code", "pk"))
