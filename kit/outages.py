"""Which errors of the database say that it is away, busy or full: the same may be asked again soon, by page or task."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.db import DatabaseError, InterfaceError, OperationalError

#: A row or a table that somebody else kept for longer than `lock_timeout`.
LOCKED: Final = "55P03"
#: What PostgreSQL says of a statement or a connection that it did not get to (its manual, appendix A).
_REASONS: Final[Mapping[str, str]] = {
    LOCKED: "locked",
    "40P01": "locked",
    "57014": "slow",
    "53100": "full",
    "53200": "full",
    "53300": "full",
    "25P03": "away",
    # A server that only reads: after a failover the other one is asked by the next connection.
    "25006": "away",
    "57P01": "away",
    "57P02": "away",
    "57P03": "away",
    "57P05": "away",
}
_CONNECTION_EXCEPTION: Final = "08"
#: The errors among which they are: the driver calls the end of an idle transaction an internal one.
MAY_BE_OUTAGES: Final = (DatabaseError, InterfaceError)


class DatabaseOutage(Exception):
    """A task could not do its work because of the database; says in a word why, as ``database_outage`` does."""


def database_outage(error: BaseException | None) -> str:
    """Return in a word why the database did not serve: away, locked, slow or full; empty for every other error."""
    if isinstance(error, InterfaceError):
        return "away"
    if not isinstance(error, DatabaseError):
        return ""
    state = sqlstate(error)
    if state is None:
        # The server was not reached.
        return "away" if isinstance(error, OperationalError) else ""
    return _REASONS.get(state) or ("away" if state.startswith(_CONNECTION_EXCEPTION) else "")


def sqlstate(error: BaseException | None) -> str | None:
    """Return PostgreSQL's code of an error that Django raised; None if the server was not reached."""
    return getattr(error and error.__cause__, "sqlstate", None)
