"""The backend of Django's PostgreSQL, with an end to every wait: a page says 503 in time instead of hanging.

PostgreSQL's own timeouts end what a living server does. A server that is frozen, or gone without a word, ends nothing:
its kernel goes on confirming what it receives. So there is a limit on this side too.
"""

from __future__ import annotations

from threading import Lock
from typing import Any

from django.db.backends.postgresql import base
from django.db.backends.postgresql.psycopg_any import IsolationLevel

from config.page_database.pool import Connection, Pool

_pools: dict[str, Pool] = {}
_lock = Lock()


class DatabaseWrapper(base.DatabaseWrapper):
    """Borrows its connection from the pool of its alias; OPTIONS name the ``most`` and the ``kept`` of the pool."""

    def get_connection_params(self) -> dict[str, Any]:
        """Return what psycopg is to be told."""
        params = super().get_connection_params()
        if params.get("prepare_threshold"):
            # Tests hold the plan that is kept for any value. Left to itself PostgreSQL plans some statements each time.
            params["options"] = f"{params.get('options', '')} -c plan_cache_mode=force_generic_plan"
        return {name: value for name, value in params.items() if name not in {"most", "kept"}}

    def get_new_connection(self, conn_params: dict[str, Any]) -> Connection:
        """Return a connection that works; raise OperationalError in time if there is none."""
        self.isolation_level = IsolationLevel.READ_COMMITTED
        return self._pool().take(lambda: Connection.connect(**conn_params))

    def _close(self) -> None:
        if self.connection is not None:
            lent, self.connection = self.connection, None
            with self.wrap_database_errors:
                self._pool().give_back(lent)

    def _pool(self) -> Pool:
        options = self.settings_dict["OPTIONS"]
        with _lock:
            if self.alias not in _pools:
                _pools[self.alias] = Pool(most=options.get("most", 1), kept=options.get("kept", 0))
            return _pools[self.alias]
