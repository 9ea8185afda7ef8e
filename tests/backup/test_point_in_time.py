"""Recovery to a moment of a cluster that is destroyed: settings of docker-compose.yml, commands of the document."""

import re
import shlex
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
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
from notifications.sending.claims import IDENTITY

#: What may be lost, in seconds: the newest log file is archived at the latest after `archive_timeout`.
LOST_AT_MOST = 300


def compose_options() -> dict[str, str]:
    """Return the settings that docker-compose.yml gives to PostgreSQL."""
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    return dict(re.findall(r"-c ([\w.]+)=([^\s\"]+)", compose["services"]["postgres"]["command"]))


def documented() -> tuple[list[str], str]:
    """Return the commands of docs/operations.md that fill a new volume, and the lines of the file that one takes."""
    section = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8").partition("### To a moment")[2]
    lines, shell = (section.partition(f"```{kind}\n")[2].partition("```")[0] for kind in ("ini", "sh"))
    words = [shlex.split(line) for line in shell.splitlines()]
    return [said[said.index("-c") + 1] for said in words if "-c" in said], lines


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
        (self.base / "backups").mkdir()
        self.owner.take(self.base / "backups")
        pgdata = self.base / "backups" / "data"
        self._run(
            "pg_basebackup", f"--dbname={url}/postgres", f"--pgdata={pgdata}", "--checkpoint=fast", "--wal-method=none"
        )
        self._run("pg_verifybackup", "--no-parse-wal", pgdata)

    def fill(self, moment: datetime) -> None:
        """Make a cluster that recovers to a moment, as the document says."""
        recovered, commands, lines = self.base / "recovered", *documented()
        recovered.mkdir()
        self.owner.take(recovered)
        lines = re.sub(r"'\d{4}-.*'", f"'{moment.isoformat()}'", lines).replace("/archive/log", str(self.archive))
        (self.base / "moment.conf").write_text(lines)
        environment = {**self.owner.environment, "PGDATA": str(recovered / "data")}
        for command in commands:
            here = re.sub(r"/archive/base/[\d-]+", str(self.base / "backups" / "data"), command)
            done = replace(self.owner, environment=environment).run(["sh", "-c", f"({here}) <{self.base}/moment.conf"])
            assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        secret = servers.PASSWORD_FILE
        (recovered / secret).write_text((self.base / "lost" / secret).read_text())

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
    recovery.fill(moment)
    with recovery.running("recovered") as url, open_database(url) as connection:
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
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
