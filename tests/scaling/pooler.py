"""Debian's PgBouncer before a cluster, in transaction mode, with fewer connections than there are clients."""

import contextlib
import signal
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings

from config.devstack import debian
from config.devstack.processes import Owner, free_port, start, stop, wait_for_port
from tests.scaling.clusters import Cluster

POOL_SIZE = 2


class Pooler:
    """A running PgBouncer."""

    def __init__(self, port: int) -> None:
        self.port = port

    def url(self, name: str) -> str:
        """Return the address of a database behind it, for the application."""
        login = settings.DATABASE_URL.partition("://")[2].rpartition("@")[0]
        return f"postgres://{login}@127.0.0.1:{self.port}/{name}"

    def server_connections(self, name: str) -> int:
        """Return how many connections to a database it has."""
        with psycopg.connect(self.url("pgbouncer"), autocommit=True, prepare_threshold=None) as console:
            cursor = console.execute("SHOW SERVERS")
            names = [column.name for column in cursor.description or ()]
            return sum(dict(zip(names, row, strict=True))["database"] == name for row in cursor)


@contextlib.contextmanager
def pooling(cluster: Cluster, base: Path) -> Iterator[Pooler]:
    """Run a PgBouncer before ``cluster``; skip where there is none, which is a failure in CI."""
    program = debian.server("pgbouncer")
    if program is None:
        pytest.skip("PgBouncer is missing (as root: apt-get install pgbouncer)")
    base.mkdir()
    port, owner = free_port(), Owner.unprivileged()
    role = urlsplit(settings.DATABASE_URL)
    (base / "users").write_text(f'"{role.username}" "{role.password}"\n')
    (base / "settings").write_text(_settings(cluster, base, port))
    for path in (base, *base.iterdir()):
        owner.take(path)
    log = base / "pgbouncer.log"
    process = start([program, base / "settings"], log=log, owner=owner)
    try:
        wait_for_port(process, port, log=log, name="PgBouncer")
        yield Pooler(port)
    finally:
        stop(process, by=signal.SIGQUIT)  # it would wait for its clients otherwise


def _settings(cluster: Cluster, base: Path, port: int) -> str:
    options = {
        "listen_addr": "127.0.0.1",
        "listen_port": port,
        "unix_socket_dir": "",
        "auth_type": "scram-sha-256",
        "auth_file": base / "users",
        "admin_users": urlsplit(settings.DATABASE_URL).username,
        "pool_mode": "transaction",
        "default_pool_size": POOL_SIZE,
        # Nothing is put back when a connection is given to somebody else: what a session kept would be seen.
        "server_reset_query": "",
    }
    lines = "\n".join(f"{name} = {value}" for name, value in options.items())
    return f"[databases]\n* = host=127.0.0.1 port={cluster.port}\n[pgbouncer]\n{lines}\n"
