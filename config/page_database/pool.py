"""The connections of one process to one server, lent to one request at a time.

psycopg's own pool connects in the background: a request waits for its timeout although the server refuses at once, and
after a long outage the next attempt is minutes away.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import BoundedSemaphore, Lock
from time import monotonic
from typing import Any, Final

import psycopg
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus

#: Longer than the `statement_timeout` of the pages' role, so that a living server is the one who ends a statement.
ANSWER_SECONDS: Final = 6.5
#: How long a request waits while all connections are lent.
TURN_SECONDS: Final = 3.0
#: After a failure nobody else tries for so long: a request asks more than once, and all of them would wait in turn.
REST_SECONDS: Final = 1.0


class Connection(psycopg.Connection[Any]):
    """A connection that closes itself when the server does not answer; whoever waited gets an OperationalError."""

    #: Whose connection it is, and who is to know that the server does not answer.
    pool: Pool | None = None

    def wait[RV](self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """Wait for an answer as psycopg does, for ``timeout`` or `ANSWER_SECONDS`."""
        limit = ANSWER_SECONDS if timeout is None else timeout
        began = monotonic()
        try:
            return super().wait(gen, interval, limit)
        except psycopg.Error:
            if timeout is not None or monotonic() - began < limit:
                raise
        # Asking it to stop, or to roll back, would be to wait again.
        self.close()
        if self.pool is not None:
            self.pool.mark_away()
        message = f"the server did not answer within {limit:g} seconds"
        raise psycopg.OperationalError(message)


class Pool:
    """At most ``most`` connections at once, of which up to ``kept`` stay open between two requests."""

    def __init__(self, *, most: int, kept: int) -> None:
        self._kept = kept
        self._turns = BoundedSemaphore(most)
        self._idle: list[Connection] = []
        self._lock = Lock()
        self._failed_at = -REST_SECONDS

    def take(self, connect: Callable[[], Connection]) -> Connection:
        """Return a connection that works, one made by ``connect`` if none is open.

        Raises OperationalError: at once within a second after the server was found to be away, and after
        `TURN_SECONDS` while all are lent.
        """
        self._refuse_while_away()
        if not self._turns.acquire(timeout=TURN_SECONDS):
            message = "all connections of this process are lent"
            raise psycopg.OperationalError(message)
        try:
            return self._working() or self._made(connect)
        except BaseException:
            self._turns.release()
            raise

    def give_back(self, connection: Connection) -> None:
        """Keep a connection for the next request; close one that is broken, in a transaction, or too many."""
        try:
            is_clean = not connection.closed and connection.info.transaction_status == TransactionStatus.IDLE
            with self._lock:
                if is_clean and len(self._idle) < self._kept:
                    self._idle.append(connection)
                    return
            connection.close()
        finally:
            self._turns.release()

    def mark_away(self) -> None:
        """Let nobody try for a moment."""
        with self._lock:
            self._failed_at = monotonic()

    def _refuse_while_away(self) -> None:
        with self._lock:
            is_away = monotonic() - self._failed_at < REST_SECONDS
        if is_away:
            message = "the server was away a moment ago"
            raise psycopg.OperationalError(message)

    def _working(self) -> Connection | None:
        """Return the connection that was given back last and still works; those that do not are closed."""
        while connection := self._popped():
            try:
                connection.execute("SELECT 1")
            except psycopg.Error:
                connection.close()
                self._refuse_while_away()
            else:
                return connection
        return None

    def _popped(self) -> Connection | None:
        with self._lock:
            return self._idle.pop() if self._idle else None

    def _made(self, connect: Callable[[], Connection]) -> Connection:
        try:
            made = connect()
        except psycopg.OperationalError:
            self.mark_away()
            raise
        made.pool = self
        return made
