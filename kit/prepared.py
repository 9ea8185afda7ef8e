"""Statements that the server binds and whose plans the connection keeps; behind a pooler they are planned each time."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.types.numeric import Int8


class _Preparing(psycopg.Cursor[Any]):
    """The cursor of psycopg, which binds on the server and keeps the plan."""

    def execute(self, query: Any, params: Any = None, **_: Any) -> _Preparing:
        """Execute a statement that is prepared at the first time."""
        return super().execute(query, params, prepare=True)


def preparing_cursor(connection: Any) -> Any:
    """Return a cursor of Django on ``connection`` that prepares what it executes."""
    connection.ensure_connection()
    return connection._prepare_cursor(_Preparing(connection.connection))  # noqa: SLF001 - Django has no other way


def bindable(value: Any) -> Any:
    """Return ``value`` as it is bound: integers have the type of their size otherwise, each type with its own plan."""
    if type(value) is list:
        return [bindable(each) for each in value]
    return Int8(value) if type(value) is int else value
