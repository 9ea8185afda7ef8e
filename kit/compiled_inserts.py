"""Inserts whose text is made once for each table, in place of a query that is built for each row."""

# ruff: noqa: SLF001 - Django documents _meta and _state

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from django.db import connections, router
from django.db.models import Field, Model
from django.db.models.expressions import DatabaseDefault

from kit.prepared import bindable, preparing_cursor

#: Tables with and without a key that the database gives; there are few that pages write at each request.
MOST_TEXTS: Final = 64


def insert(row: Model, *, is_prepared: bool = False) -> None:
    """Insert ``row`` in one statement, as ``save(force_insert=True)`` does; a key that the database gives is not read.

    For models of one table whose saving nothing is connected to. ``is_prepared`` lets PostgreSQL keep the statement:
    for rows whose empty columns are mostly the same ones.
    """
    alias = router.db_for_write(type(row), instance=row)
    head, fields = _insert(type(row), has_key=row.pk is not None)
    values = [field.pre_save(row, add=True) for field in fields]
    if any(isinstance(value, DatabaseDefault) for value in values):
        # The database has the last word on a value, which has to be read again.
        row.save(force_insert=True)
        return
    stated = _stated(fields, values, alias)
    with preparing_cursor(connections[alias]) if is_prepared else connections[alias].cursor() as cursor:
        cursor.execute(f"{head} {_places(values)}", [bindable(value) for value in stated] if is_prepared else stated)
    _mark_stored(row, alias)


def insert_new(rows: Sequence[Model]) -> set[Any]:
    """Insert those of ``rows``, each with its key, that no constraint refuses; return their keys. One statement.

    What the database gives as a default is not read.
    """
    if not rows:
        return set()
    model, alias = type(rows[0]), router.db_for_write(type(rows[0]))
    head, fields = _insert(model, has_key=True)
    listed = [[field.pre_save(row, add=True) for field in fields] for row in rows]
    text = f"{head} {', '.join(map(_places, listed))} ON CONFLICT DO NOTHING RETURNING {_quoted(model._meta.pk)}"
    with connections[alias].cursor() as cursor:
        cursor.execute(text, [value for values in listed for value in _stated(fields, values, alias)])
        inserted = {key for (key,) in cursor.fetchall()}
    for row in rows:
        _mark_stored(row, alias)
    return inserted


@lru_cache(maxsize=MOST_TEXTS)
def _insert(model: type[Model], *, has_key: bool) -> tuple[str, list[Field[Any, Any]]]:
    meta = model._meta
    fields = [
        field
        for field in meta.local_concrete_fields
        if not getattr(field, "generated", False) and (has_key or not field.primary_key)
    ]
    return f'INSERT INTO "{meta.db_table}" ({", ".join(map(_quoted, fields))}) VALUES', fields


def _mark_stored(row: Model, alias: str) -> None:
    row._state.adding, row._state.db = False, alias


def _quoted(field: Field[Any, Any]) -> str:
    return f'"{field.column}"'


def _places(values: Sequence[object]) -> str:
    return f"({', '.join(map(_place, values))})"


def _place(value: object) -> str:
    # Half of the columns of a new row are empty; psycopg takes long texts of more than fifty places apart each time.
    return "NULL" if value is None else "DEFAULT" if isinstance(value, DatabaseDefault) else "%s"


def _stated(fields: Sequence[Field[Any, Any]], values: Sequence[object], alias: str) -> list[Any]:
    connection, pairs = connections[alias], zip(fields, values, strict=True)
    stated = ((field, one) for field, one in pairs if one is not None and not isinstance(one, DatabaseDefault))
    return [field.get_db_prep_save(one, connection) for field, one in stated]
