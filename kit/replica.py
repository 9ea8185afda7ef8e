"""Reads that may be seconds old: on a streaming replica while it is near enough, otherwise on the primary."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connections
from django.utils.translation import gettext, ngettext

from kit.outages import sqlstate

ALIAS: Final = "replica"
#: Seconds during which a replica that failed is not asked again, so that not every page waits for it.
REST_SECONDS: Final = 30
#: A statement that took too long takes as long on the primary, which has other work.
STATEMENT_TIMEOUT: Final = "57014"

# A position in the log tells whether everything is there, which no clock does while nothing is written. The time of the
# last change is compared with the primary's clock, which wrote it.
PRIMARY_POSITION: Final = """
    SELECT pg_current_wal_insert_lsn()::text, statement_timestamp(), system_identifier FROM pg_control_system()
"""
REPLICA_LAG: Final = """
    SELECT CASE
        WHEN NOT pg_is_in_recovery() OR system_identifier <> %(system)s THEN NULL
        WHEN pg_last_wal_replay_lsn() >= %(position)s::pg_lsn THEN interval '0'
        ELSE greatest(%(now)s - pg_last_xact_replay_timestamp(), interval '0')
    END
    FROM pg_control_system()
"""

_log = logging.getLogger(__name__)
_alias: ContextVar[str] = ContextVar("database of reads", default=DEFAULT_DB_ALIAS)
_rest: dict[str, float] = {}


class ReplicaRouter:
    """Sends the reads inside ``read`` to the replica, and everything else to the primary."""

    def db_for_read(self, _model: object, **_hints: object) -> str:
        """Return the replica inside ``read``."""
        return _alias.get()

    def db_for_write(self, _model: object, **_hints: object) -> str:
        """Return the primary."""
        return DEFAULT_DB_ALIAS

    def allow_relation(self, _one: object, _other: object, **_hints: object) -> bool:
        """Allow all relations: both databases have the same rows."""
        return True

    def allow_migrate(self, database: str, _app: str, **_hints: object) -> bool:
        """Migrate the primary only."""
        return database == DEFAULT_DB_ALIAS


@dataclass(frozen=True)
class Reading[T]:
    """What was read; ``lag`` is how far the replica was behind, None if it was read on the primary."""

    value: T
    lag: timedelta | None

    @property
    def note(self) -> str:
        """Return a sentence about the copy that was read; empty if it was the primary."""
        return "" if self.lag is None else lag_text(self.lag)


def read[T](ask: Callable[[], T]) -> Reading[T]:
    """Return what ``ask`` returns, read on the replica if it lags at most ``REPLICA_MAX_LAG`` seconds.

    ``ask`` only reads, and returns no lazy queryset. It is called again on the primary if the replica fails, or lacks
    a row that must exist. Raises what ``ask`` raises on the primary, and statement timeouts of the replica.
    """
    lag = replica_lag()
    if lag is None or lag > timedelta(seconds=settings.REPLICA_MAX_LAG):
        return Reading(ask(), None)
    try:
        with _on_replica():
            return Reading(ask(), lag)
    except ObjectDoesNotExist:
        _log.info("the replica lacks a row, reading on the primary")
    except (OperationalError, InterfaceError) as error:
        if sqlstate(error) == STATEMENT_TIMEOUT:
            raise
        _let_it_rest()
    return Reading(ask(), None)


def database() -> str:
    """Return the alias of the database for statements written in SQL: the replica inside ``read``."""
    return _alias.get()


def lag_text(lag: timedelta) -> str:
    """Return in a sentence how far the copy was behind, in whole seconds, rounded up."""
    seconds = math.ceil(lag.total_seconds())
    if not seconds:
        return gettext("Read from a copy of the database. No change is missing.")
    return ngettext(
        "Read from a copy of the database. Changes of the last second may be missing.",
        "Read from a copy of the database. Changes of the last %(count)s seconds may be missing.",
        seconds,
    ) % {"count": seconds}


@contextmanager
def _on_replica() -> Iterator[None]:
    token = _alias.set(ALIAS)
    try:
        yield
    finally:
        _alias.reset(token)


def replica_lag() -> timedelta | None:
    """Return how far the replica is behind; None without one, or if it is away or no replica of this primary."""
    if ALIAS not in connections.settings or time.monotonic() < _rest.get(ALIAS, 0):
        return None
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(PRIMARY_POSITION)
        position, now, system = cursor.fetchone()
    try:
        with connections[ALIAS].cursor() as cursor:
            cursor.execute(REPLICA_LAG, {"position": position, "now": now, "system": system})
            lag: timedelta | None = cursor.fetchone()[0]
    except (OperationalError, InterfaceError):
        _let_it_rest()
        return None
    return lag


def _let_it_rest() -> None:
    """Remember that the replica failed, and leave its connection, which may be broken."""
    connections[ALIAS].close()
    _rest[ALIAS] = time.monotonic() + REST_SECONDS
    _log.warning("the replica failed, reading on the primary")
