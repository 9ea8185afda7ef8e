"""Recovery to a point in time, with the settings of docker-compose.yml, on a cluster that is destroyed."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest
import yaml
from psycopg import Connection

from config.devstack import servers, throwaway
from config.devstack.processes import Owner
from config.devstack.state import ROOT
from notifications.sending.hold import IDENTITY

#: What may be lost, in seconds: the newest log file is archived at the latest after `archive_timeout`.
LOST_AT_MOST = 300


def compose_options() -> dict[str, str]:
    """Return the settings that docker-compose.yml gives to PostgreSQL."""
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    return dict(re.findall(r"-c ([\w.]+)=([^\s\"]+)", compose["services"]["postgres"]["command"]))


def test_five_minutes_are_lost_at_most() -> None:
    # Time to write the file away is part of the five minutes.
    assert int(compose_options()["archive_timeout"].removesuffix("s")) <= LOST_AT_MOST - 60


class Recovery:
    """A cluster whose log is archived, its base backup, and the cluster that is made of both."""

    def __init__(self, base: Path) -> None:
        self.base, self.archive, self.owner = base, base / "archive", Owner.unprivileged()
        self.programs = servers._postgres_programs(self.owner)
        self.archive.mkdir()
        self.owner.take(self.archive)

    @contextmanager
    def running(self, name: str, **options: str) -> Iterator[str]:
        with servers.postgres(self.base / name, durable=False, options=options) as url:
            yield url

    def archiving(self) -> dict[str, str]:
        return compose_options() | {"basic_archive.archive_directory": str(self.archive)}

    def base_backup(self, url: str) -> None:
        target = self.base / "recovered"
        target.mkdir()
        self.owner.take(target)
        self._run(
            "pg_basebackup",
            f"--dbname={url}/postgres",
            f"--pgdata={target / 'data'}",
            "--checkpoint=fast",
            "--wal-method=none",
        )
        self._run("pg_verifybackup", "--no-parse-wal", target / "data")
        (target / "data" / "recovery.signal").touch()
        self.owner.take(target / "data" / "recovery.signal")
        secret = servers.PASSWORD_FILE
        (target / secret).write_text((self.base / "lost" / secret).read_text())

    def _run(self, program: str, *arguments: str | Path) -> None:
        done = self.owner.run([self.programs / program, *arguments])
        assert done.returncode == 0, done.stderr


@pytest.fixture
def recovery() -> Iterator[Recovery]:
    with throwaway.folder() as base:
        yield Recovery(base)


def test_the_database_comes_back_as_it_was_at_a_moment(recovery: Recovery) -> None:
    with recovery.running("lost", **recovery.archiving()) as url, open_database(url) as connection:
        connection.execute("CREATE TABLE word (said text)")
        recovery.base_backup(url)
        connection.execute("INSERT INTO word VALUES ('good')")
        moment: datetime = value(connection, "SELECT clock_timestamp()")
        connection.execute("INSERT INTO word VALUES ('deleted by mistake')")
        before = value(connection, IDENTITY)
        wait_until_archived(connection)
    # The cluster is lost with its log: what is left is the base backup and the archive.
    target = {
        "restore_command": f"cp {recovery.archive}/%f %p",
        "recovery_target_time": moment.isoformat(),
        "recovery_target_action": "promote",
    }
    with recovery.running("recovered", **target) as url, open_database(url) as connection:
        wait_for(lambda: not value(connection, "SELECT pg_is_in_recovery()"))
        assert connection.execute("SELECT said FROM word").fetchall() == [("good",)]
        # Another timeline is another database: sending is on hold.
        assert value(connection, IDENTITY) != before


def open_database(url: str) -> Connection:
    return psycopg.connect(f"{url}/postgres", autocommit=True)


def value(connection: Connection, question: LiteralString, *parameters: str) -> Any:
    row = connection.execute(question, parameters).fetchone()
    return row and row[0]


def wait_until_archived(connection: Connection) -> None:
    file = value(connection, "SELECT pg_walfile_name(pg_switch_wal())")
    wait_for(lambda: value(connection, "SELECT last_archived_wal >= %s FROM pg_stat_archiver", file))


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
