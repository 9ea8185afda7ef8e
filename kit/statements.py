"""Statements kept in ``.sql`` files beside the page that reads them, and the typed rows that they return.

A file holds one ``SELECT``. It binds values by name, ``%(name)s``, so that a percent sign is written twice. States and
other words that a partial index names stand in it as literals. ``{name}`` is the place of a ``Condition``: what a
queryset compiles to, so that a rule which the models define is not written a second time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import connections, router
from django.db.models import Model, QuerySet

from kit.prepared import bindable, preparing_cursor

_NO_CONDITIONS: Final[Mapping[str, Condition]] = {}


class StatementError(Exception):
    """A file, its row and the values it was asked with do not fit together: a mistake of whoever wrote them."""


@dataclass(frozen=True)
class Condition:
    """A part of a ``WHERE``: its text, and its values by the names that stand in it."""

    text: str
    values: Mapping[str, Any] = field(default_factory=dict)


ALWAYS: Final = Condition("TRUE")
NEVER: Final = Condition("FALSE")


def condition(rows: QuerySet[Any], prefix: str) -> Condition:
    """Return the filters of ``rows`` as a condition on their table, which stands under its own name.

    The values are named ``prefix`` and a number: two conditions of one statement have different ones. A word of an enum
    stands in the text, since a kept plan uses a partial index only for a word that it knows. Raises
    ``StatementError`` where ``rows`` join another table or are sliced: a condition could not say that. No statement.
    """
    query = rows.query
    if query.is_sliced or query.combinator or sum(map(bool, query.alias_refcount.values())) > 1:
        message = f"not a condition on one table: {query.where}"
        raise StatementError(message)
    compiler = query.get_compiler(using=rows.db)
    try:
        text, values = compiler.compile(query.where)
    except EmptyResultSet:
        return NEVER
    except FullResultSet:
        return ALWAYS
    named = {f"{prefix}_{place}": value for place, value in enumerate(values)}
    literals = {name: f"'{value!s}'" for name, value in named.items() if _is_word(value)}
    places = [literals.get(name, f"%({name})s") for name in named]
    between = text.split("%s")
    whole = "".join(part for pair in zip(between, [*places, ""], strict=True) for part in pair)
    return Condition(f"({whole})", {name: value for name, value in named.items() if name not in literals})


def _is_word(value: object) -> bool:
    return isinstance(value, Enum) and isinstance(value, str) and value.isidentifier()


def joined(separator: str, conditions: Iterable[Condition]) -> Condition:
    """Return the texts of ``conditions`` with ``separator`` between them, and all their values."""
    parts = list(conditions)
    return Condition(
        separator.join(part.text for part in parts),
        {name: value for part in parts for name, value in part.values.items()},
    )


def named_conditions(path: Path) -> dict[str, str]:
    """Return the conditions of a file by name: each is a line, and the comment before it is its name."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return {above.removeprefix("-- "): line for above, line in pairwise(lines) if not line.startswith("-- ")}


class Statement[Row]:
    """The statement of one file: ``make`` is the class of its rows, a NamedTuple or dataclass.

    The columns of the statement are the fields of the class, the same names in the same order.
    """

    def __init__(self, path: Path, make: Callable[..., Row]) -> None:
        self._path, self._make = path, make
        self._fields: tuple[str, ...] = make.__match_args__  # type: ignore[attr-defined]
        self._text = one_line(path)

    def rows(self, conditions: Mapping[str, Condition] = _NO_CONDITIONS, /, **values: Any) -> list[Row]:
        """Return all rows, read in one statement on the database that the routers choose.

        ``conditions`` stand in the places of their names. A ``jsonb`` column comes as its text. Raises
        ``StatementError`` where the columns are not the fields of the row.
        """
        with connections[router.db_for_read(Model)].cursor() as cursor:
            return self._found(cursor, self._with(conditions), _all_values(conditions, values))

    def prepared_rows(self, conditions: Mapping[str, Condition] = _NO_CONDITIONS, /, **values: Any) -> list[Row]:
        """Return all rows, as ``rows`` does, by a plan that the connection keeps.

        For texts that many people ask alike, and whose kept plan ``tests/complaints/desk/test_plans.py`` holds.
        What is true or false stands in the text: it decides which parts a plan has.
        """
        text, bound = self._with(conditions), _all_values(conditions, values)
        for name in [name for name, value in bound.items() if isinstance(value, bool)]:
            text = text.replace(f"%({name})s", str(bound.pop(name)).upper())
        with preparing_cursor(connections[router.db_for_read(Model)]) as cursor:
            return self._found(cursor, text, {name: bindable(value) for name, value in bound.items()})

    def row(self, conditions: Mapping[str, Condition] = _NO_CONDITIONS, /, **values: Any) -> Row:
        """Return the only row, as ``rows`` does. Raises ``StatementError`` where there is none, or more than one."""
        found = self.rows(conditions, **values)
        if len(found) != 1:
            message = f"{self._path.name}: {len(found)} rows in place of one"
            raise StatementError(message)
        return found[0]

    def _with(self, conditions: Mapping[str, Condition]) -> str:
        text = self._text
        for name, part in conditions.items():
            text = text.replace(f"{{{name}}}", part.text)
        return text

    def _found(self, cursor: Any, text: str, values: Mapping[str, Any]) -> list[Row]:
        cursor.execute(text, values)
        self._check(tuple(column[0] for column in cursor.description))
        return [self._make(*found) for found in cursor.fetchall()]

    def _check(self, columns: tuple[str, ...]) -> None:
        if columns != self._fields:
            message = f"{self._path.name}: the columns {columns} are not the fields {self._fields}"
            raise StatementError(message)


def _all_values(conditions: Mapping[str, Condition], values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for one in conditions.values() for name, value in one.values.items()} | dict(values)


@lru_cache
def one_line(path: Path) -> str:
    """Return the text of a file in one line, without the lines that are comments: they would be sent each time."""
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return " ".join(line for line in lines if line and not line.startswith("--"))
