"""Fixtures whose rows are made once for a worker and put back as they were for each later test that begins alike.

A fixture is ``prepared`` if it writes rows, touches nothing else and takes other prepared fixtures only. The prepared
fixtures of a test come before all others that its own arguments name. Their values are copies, which a test may change;
a value that is a function is made anew around the copies.

Tests of a module that follow one another and begin alike share a transaction that holds these rows; each has a
savepoint in it.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, wraps
from types import FunctionType
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from psycopg.pq import TransactionStatus

#: Writes rows without triggers and checks, which they have passed before; the administrator's, who alone may do so.
#: As a member of an extension it is in no dump.
PUT_BACK = """CREATE FUNCTION put_back(statements text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET session_replication_role = replica AS $$ BEGIN EXECUTE statements; END $$;
GRANT EXECUTE ON FUNCTION put_back TO PUBLIC;
ALTER EXTENSION plpgsql ADD FUNCTION put_back(text)"""
COLUMNS = """SELECT attrelid::regclass::text, array_agg(quote_ident(attname) ORDER BY attnum)
FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND has_table_privilege(attrelid, 'SELECT')
AND attnum > 0 AND attgenerated = '' AND NOT attisdropped GROUP BY attrelid"""
#: Which tables this transaction has written to, by PostgreSQL's own count; what was rolled back counts too.
WRITTEN = """SELECT name FROM unnest(%s::text[]) AS name WHERE pg_stat_get_xact_tuples_inserted(name::regclass)
+ pg_stat_get_xact_tuples_updated(name::regclass) > 0"""
#: What a prepared fixture may take beside prepared ones: the same in every test that takes the same function.
CONSTANTS = {"db", "now"}
#: Where nothing is prepared: rows that a module shares are there already, and the cast is taken from them; and a test
#: that moves to another database needs its rows there.
NOT_BESIDE = {"module_data", "move"}
#: What commits, and so cannot share a transaction.
ALONE = {"transactional_db", "live_server"}

type Fixture = Callable[..., Any]
type Key = tuple[object, ...]
type Row = tuple[str, str]

_originals: dict[Fixture, Fixture] = {}
_snapshots: dict[Key, Snapshot] = {}
_BEGINNING = pytest.StashKey["Beginning | None"]()


@dataclass(frozen=True)
class Snapshot:
    """What some fixtures have made: the statements that write their rows, and their values by name, pickled."""

    statements: str
    values: bytes

    def put_back(self) -> None:
        """Write the rows."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT put_back(%s)", [self.statements])


@dataclass(frozen=True)
class Beginning:
    """The prepared fixtures of a test in their order, their place among all, and what else makes their rows alike."""

    steps: list[tuple[str, Fixture]]
    place: int
    key: Key

    @property
    def whole(self) -> Key:
        """Return what tests that begin alike have in common."""
        return (*self.key, *self.steps)


@dataclass
class Preparation:
    """The prepared fixtures of one test, in their order, and how far they are.

    New rows are those of transaction ``since`` or later that were not there ``before``.
    """

    steps: list[tuple[str, Fixture]]
    key: Key
    values: dict[str, Any] = field(default_factory=dict)
    copies: dict[str, Any] | None = None
    since: int = 0
    before: set[Row] = field(default_factory=set)

    def value(self, make: Fixture, arguments: dict[str, Any]) -> Any:
        """Return the copy of what ``make`` made for an earlier test, or what it makes now."""
        if self.copies is None:
            self.copies = self._put_back()
        name = next(name for name, function in self.steps if function is make)
        self.values[name] = self.copies[name] if name in self.copies else make(**arguments)
        if name == self.steps[-1][0] and self.since:
            self._keep()
        return self.values[name]

    def _put_back(self) -> dict[str, Any]:
        """Put back what is known of the longest beginning of the steps, and return its values."""
        for length in range(len(self.steps), 0, -1):
            snapshot = _snapshots.get((*self.key, *self.steps[:length]))
            if length == len(self.steps) and snapshot is None:
                self._look_around()
            if snapshot is not None:
                if _now.shared is None:
                    snapshot.put_back()
                copies: dict[str, Any] = pickle.loads(snapshot.values)
                return copies
        return {}

    def _look_around(self) -> None:
        """Note what is there already, in order to know the new rows afterwards."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id_if_assigned() IS NULL, pg_current_xact_id()::text::bigint")
            is_untouched, self.since = cursor.fetchone()
        self.before = set() if is_untouched else _rows(self.since)

    def _keep(self) -> None:
        kept = {name: value for name, value in self.values.items() if not isinstance(value, FunctionType)}
        statements = _statements(_rows(self.since) - self.before)
        _snapshots[*self.key, *self.steps] = Snapshot(statements, pickle.dumps(kept))


@dataclass
class _Now:
    preparation: Preparation | None = None
    whole: Key | None = None
    # Whether the next test is of the same module and begins alike.
    is_followed: bool = False
    shared: transaction.Atomic | None = None


_now = _Now()


def prepared[F: Fixture](function: F) -> F:
    """Let the rows of a fixture be put back; stands below ``@pytest.fixture``."""

    @wraps(function)
    def made_or_put_back(**arguments: Any) -> Any:
        preparation = _now.preparation
        if preparation is None or not any(step is function for _, step in preparation.steps):
            return function(**arguments)
        return preparation.value(function, arguments)

    _originals[made_or_put_back] = function
    return made_or_put_back


def begin(item: pytest.Item) -> None:
    """Let the prepared fixtures of a test come before whatever needs one; without an administrator each is made."""
    _now.preparation = None
    if found := _beginning(item):
        names, mine = item.fixturenames, [name for name, _ in found.steps]
        _now.preparation = Preparation(found.steps, found.key)
        names[found.place :] = [*mine, *(name for name in names[found.place :] if name not in mine)]


def look_ahead(item: pytest.Item, following: pytest.Item | None) -> None:
    """Note whether the next test may find the rows of this one where they are."""
    found = _beginning(item)
    whole = found.whole if found else None
    if _now.whole != whole:
        # The one before failed before its transaction began.
        _now.is_followed = False
        end_sharing()
    _now.whole = whole
    mine = shareable(item)
    _now.is_followed = (
        mine is not None and following is not None and (following.path, shareable(following)) == (item.path, mine)
    )


def share() -> None:
    """Open a transaction with the rows that this test and the next begin with, unless it is open."""
    snapshot = _snapshots.get(_now.whole) if _now.whole else None
    if _now.shared is None and _now.is_followed and snapshot is not None:
        _now.shared = transaction.atomic()
        _now.shared.__enter__()
        snapshot.put_back()


def end_sharing() -> None:
    """End the transaction after the last test that finds its rows there, or once it is broken."""
    if _now.shared is not None and not (_now.is_followed and _is_sound()):
        transaction.set_rollback(True)
        shared, _now.shared = _now.shared, None
        shared.__exit__(None, None, None)


def _is_sound() -> bool:
    if connection.connection is None or connection.closed_in_transaction:
        return False
    return bool(connection.connection.info.transaction_status == TransactionStatus.INTRANS)


def shareable(item: pytest.Item) -> Key | None:
    """Return what tests that may share a transaction with this one have in common; None where none may."""
    marker, found = item.get_closest_marker("django_db"), _beginning(item)
    is_plain = marker is None or not (marker.args or marker.kwargs)
    is_left_out = any(map(item.get_closest_marker, ("skip", "skipif")))
    if found is None or not is_plain or is_left_out or not ALONE.isdisjoint(item.fixturenames):
        return None
    return found.whole


def _beginning(item: pytest.Item) -> Beginning | None:
    if _BEGINNING not in item.stash:
        item.stash[_BEGINNING] = _find_beginning(item)
    return item.stash[_BEGINNING]


def _find_beginning(item: pytest.Item) -> Beginning | None:
    if os.environ.get("DATABASE_IS_THROWN_AWAY") != "True" or not isinstance(item, pytest.Function):
        return None
    order = _Order(item)
    if not order.steps or not NOT_BESIDE.isdisjoint(item.fixturenames):
        return None
    place = next(place for place, name in enumerate(item.fixturenames) if order.needs(name))
    key = (*order.constants, *map(order.function, item.fixturenames[:place]))
    return Beginning(order.steps, place, key)


class _Order:
    """The prepared fixtures of a test in the order they are made in, and the constants that they take."""

    def __init__(self, item: pytest.Function) -> None:
        self.steps: list[tuple[str, Fixture]] = []
        self.constants: list[Fixture] = []
        self._definitions = item._fixtureinfo.name2fixturedefs
        self._needs: dict[str, bool] = {}
        self._good: set[str] = set()
        for name in item.fixturenames:
            self.needs(name)

    def needs(self, name: str) -> bool:
        """Tell whether a fixture is a prepared one, takes one, or may ask for any by name."""
        if name not in self._needs:
            self._needs[name] = False
            definition = self._definitions[name][-1] if name in self._definitions else None
            takes = definition.argnames if definition else ()
            needed = [self.needs(taken) for taken in takes]
            self._needs[name] = any(needed) or ("request" in takes and _is_ours(definition))
            if definition and name in CONSTANTS:
                self.constants.append(definition.func)
                self._good.add(name)
            elif definition and definition.func in _originals and self._good.issuperset(takes):
                self.steps.append((name, _originals[definition.func]))
                self._good.add(name)
                self._needs[name] = True
        return self._needs[name]

    def function(self, name: str) -> object:
        """Return what makes a fixture: modules have different ones of the same name."""
        return self._definitions[name][-1].func if name in self._definitions else name


def _is_ours(definition: pytest.FixtureDef[Any] | None) -> bool:
    return definition is not None and definition.func.__module__.startswith("tests.")


@cache
def _columns() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS)
        return {table: ", ".join(f"(r).{column}" for column in columns) for table, columns in cursor.fetchall()}


def _rows(since: int) -> set[Row]:
    """Return the rows that a transaction or later ones have written, as PostgreSQL writes them."""
    with connection.cursor() as cursor:
        parts = [
            f"SELECT '{table}', r::text FROM {table} r WHERE r.xmin::text::bigint >= {since}"
            for table in _written(cursor)
        ]
        if not parts:
            return set()
        cursor.execute(" UNION ALL ".join(parts))
        return set(cursor.fetchall())


def _written(cursor: CursorWrapper) -> list[str]:
    """Return the tables that may hold such rows: to ask for their counts takes a tenth of reading them all."""
    tables = list(_columns())
    # Outside a transaction the counts are those of one statement.
    if connection.in_atomic_block:
        cursor.execute(WRITTEN, [tables])
        tables = [table for (table,) in cursor.fetchall()]
    return tables


def _statements(rows: set[Row]) -> str:
    """Return what writes ``rows``, table by table."""
    statements = []
    for table in sorted({table for table, _ in rows}):
        values = ", ".join(f"('{row.replace("'", "''")}'::{table})" for where, row in sorted(rows) if where == table)
        columns = _columns()[table]
        statements.append(
            f"INSERT INTO {table} ({columns.replace('(r).', '')}) OVERRIDING SYSTEM VALUE "
            f"SELECT {columns} FROM (VALUES {values}) AS v(r)"
        )
    return "; ".join(statements) or "SELECT"
