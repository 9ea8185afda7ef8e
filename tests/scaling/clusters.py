"""Two real PostgreSQL clusters: a primary, begun as a copy of the cluster of the tests, and its streaming standby."""

import os
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, Self
from urllib.parse import SplitResult, urlsplit

import psycopg

from config.devstack import servers
from config.devstack.processes import Owner, free_port, start, tail, wait_for_port

PATIENCE_SECONDS = 60


class Cluster:
    """One running cluster: it can be crashed, frozen, cut off from its primary and promoted."""

    def __init__(self, base: Path, *, of: str, is_standby: bool) -> None:
        """Copy the cluster that answers its administrator at the address ``of``, and start the copy."""
        self.base, self.port, self.log = base, free_port(), base / "postgres.log"
        self.administrator, self._owner = self.here(of), Owner.unprivileged()
        self._programs = servers._postgres_programs(self._owner)
        servers._make_home(base, self._owner)
        self._copy(urlsplit(of), is_standby=is_standby)
        self.begin()

    @classmethod
    def standby_of(cls, primary: Self, base: Path) -> Self:
        """Return a standby that streams from ``primary``."""
        return cls(base, of=primary.administrator, is_standby=True)

    def here(self, address: str, name: str = "postgres") -> str:
        """Return ``address``, of a role of the copied cluster, for a database of this one."""
        login = address.partition("://")[2].rpartition("@")[0]
        return f"postgres://{login}@127.0.0.1:{self.port}/{name}"

    def begin(self) -> None:
        """Start it, and return when it answers."""
        command = servers.server_command(self._programs, self.base, self.port, durable=False)
        self._process = start(command, log=self.log, owner=self._owner, ends_with=signal.SIGQUIT)
        wait_for_port(self._process, self.port, log=self.log, name="PostgreSQL")
        servers._wait_for_answer(self.administrator.removesuffix("/postgres"))

    def crash(self) -> None:
        """End everything of it at once."""
        self.thaw()
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait()

    def is_running(self) -> bool:
        """Tell whether it has not ended."""
        return self._process.poll() is None

    def freeze(self) -> None:
        """Let it take connections and never answer."""
        os.killpg(self._process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it answer again."""
        if self.is_running():
            os.killpg(self._process.pid, signal.SIGCONT)

    def ask(self, statement: str, *values: object) -> Any:
        """Return the first value that ``statement`` returns."""
        with psycopg.connect(self.administrator, autocommit=True, connect_timeout=5) as connection:
            cursor = connection.execute(statement.encode(), values)
            row = cursor.fetchone() if cursor.description else None
            return row and row[0]

    def follow(self, primary: "Cluster") -> None:
        """Return when it has replayed all that ``primary`` has written by now."""
        # Flushed, for what is committed without waiting for the disk is not sent before.
        position = primary.ask("SELECT pg_logical_emit_message(false, 'tests', '', true)")
        self._wait_until("SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn", position)

    def cut_off(self) -> None:
        """Let it hear no more of its primary."""
        self.ask("ALTER SYSTEM SET primary_conninfo = ''")
        self.ask("SELECT pg_reload_conf()")
        self._wait_until("SELECT NOT EXISTS (SELECT FROM pg_stat_wal_receiver)")

    def promote(self) -> None:
        """Make it a primary."""
        assert self.ask("SELECT pg_promote()")

    def _wait_until(self, statement: str, *values: object) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self.ask(statement, *values):
            assert time.monotonic() < deadline, f"{statement}\n{tail(self.log)}"
            time.sleep(0.02)

    def _copy(self, source: SplitResult, *, is_standby: bool) -> None:
        password = {"PGPASSWORD": str(source.password)}
        owner = replace(self._owner, environment={**self._owner.environment, **password})
        command: list[str | Path] = [self._programs / "pg_basebackup", f"--pgdata={self.base / 'data'}"]
        command += [f"--host={source.hostname}", f"--port={source.port}", f"--username={source.username}"]
        command += ["--checkpoint=fast", "--no-sync", "--wal-method=stream", "--no-manifest"]
        command += [*(["--write-recovery-conf"] if is_standby else [])]
        done: subprocess.CompletedProcess[str] = owner.run(command)
        assert done.returncode == 0, done.stderr


class Pair:
    """A primary and its standby."""

    def __init__(self, base: Path, *, of: str) -> None:
        base.mkdir(parents=True)
        base.chmod(0o755)
        self.primary = Cluster(base / "primary", of=of, is_standby=False)
        self.standby = Cluster.standby_of(self.primary, base / "standby")
        self.is_cut = False

    def here(self, address: str, name: str) -> str:
        """Return ``address``, of a role, for a database on whichever of the two takes changes."""
        first = self.primary.here(address, name)
        ports = f":{self.primary.port},127.0.0.1:{self.standby.port}/"
        address = first.replace(f":{self.primary.port}/", ports)
        return f"{address}?target_session_attrs=read-write&connect_timeout=5"

    def catch_up(self) -> None:
        """Return when the standby has all that the primary has."""
        self.standby.follow(self.primary)

    def is_whole(self) -> bool:
        """Tell whether the standby still follows the primary."""
        return self.primary.is_running() and not self.is_cut

    def cut(self) -> None:
        """Let the standby hear no more: what the primary does from now on is lost with it."""
        self.is_cut = True
        self.standby.cut_off()

    def end(self) -> None:
        """Stop both at once: nothing of them is kept."""
        for cluster in (self.standby, self.primary):
            if cluster.is_running():
                cluster.crash()
