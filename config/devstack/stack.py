"""The whole system on one machine: servers, prepared data, and web and workers until somebody stops it."""

import contextlib
import io
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from types import FrameType
from typing import NoReturn, TextIO
from urllib.parse import urlsplit

from config import database_roles, probe
from config.devstack import banner, database, servers, state
from config.devstack.processes import free_port, is_taken, start, stop_all, tail

PROGRAMS = Path(sys.executable).parent
# What a command in another terminal needs to work on this stack.
SHARED_SETTINGS = (
    "ADMIN_DATABASE_URL",
    "ALLOWED_HOSTS",
    "DATABASE_URL",
    "EMBEDDED",
    "FIGURES_DATABASE_URL",
    "HISTORY_ANCHOR",
    "HISTORY_KEYS",
    "IDENTITY_KEYS",
    "LOOKUP_KEY",
    "MEDIA_ROOT",
    "OWNER_DATABASE_URL",
    "PUBLIC_URL",
    "PUSH_KEY",
    "REDIS_URL",
    "SECRET_KEY",
    "SMS_CARRIERS",
    "STATIC_ROOT",
    "TASKS_DATABASE_URL",
    "TWILIO_ACCOUNT_SID",
    "TWILIO_API_URL",
    "TWILIO_AUTH_TOKEN",
)
WORKERS = ("codes", "notices", "chores")
PROCESSES = ("web", *WORKERS, "beat")
# What is started again when it ends by itself: beat does when it hangs, and nothing of it is lost.
STARTED_AGAIN = frozenset({"beat"})
RESTART_PAUSE_SECONDS = 1.0
PATIENCE_SECONDS = 120
# How long web and workers may finish what they are at when they are asked to stop.
PROCESS_SECONDS = 2.0

ALREADY_RUNNING = (
    "This project is already running{where}. Ctrl-C in its terminal stops it; `python3 run.py manage …` works on it."
)
ERASE_IT = "`python3 run.py --fresh` erases it and begins with an empty one."
EMPTY_IT = "Empty the database that DATABASE_URL names yourself, or name another one."


class Refusal(SystemExit):
    """A reason not to start, said in a sentence instead of a traceback."""


class Stopped(SystemExit):
    """Somebody asked to stop, by Ctrl-C or a plain kill."""


def serve(*, fresh: bool, with_twilio: bool = False) -> None:
    """Start everything, print where it is, and raise `Stopped` when it was asked to stop and all of it has ended.

    ``with_twilio`` sends SMS through the real Twilio client to a stand-in, whose callbacks come back by HTTP.
    """
    began = time.monotonic()
    names = ("twilio", *PROCESSES) if with_twilio else PROCESSES
    with contextlib.ExitStack() as stack:
        folder = state.home()
        if not stack.enter_context(state.held(folder)):
            address = state.read_running(folder).get("PUBLIC_URL", "")
            raise Refusal(ALREADY_RUNNING.format(where=f" on {address}" if address else ""))
        port = _port()
        _stop_on_signals()
        if fresh:
            _begin_anew(folder)
        environment = stack.enter_context(started_servers(folder, port))
        environment |= _stand_in() if with_twilio else {}
        is_migrated(environment)
        os.environ.update(for_commands(environment))
        _prepare(folder)
        stack.enter_context(shared(folder, environment))
        running = stack.enter_context(_stopped_together())
        # Processes start while the reports are made: there are two cores. The schedule makes reports too, so it waits.
        _start_all([name for name in names if name != "beat"], running, environment, folder)
        _make_reports()
        _start_all(names, running, environment, folder)
        with step("Starting web and workers"):
            _wait_until_ready(running, folder, port)
        banner.announce(port, time.monotonic() - began, stand_in=environment["TWILIO_API_URL"] if with_twilio else "")
        _watch(running, environment, folder)


def _port() -> int:
    port = state.port()
    if is_taken(port):
        raise Refusal(f"Port {port} is in use. Choose another one: PORT={port + 1} python3 run.py")
    return port


def _stop_on_signals() -> None:
    """Unwind everything on Ctrl-C and on a plain kill, and let a second Ctrl-C not interrupt the unwinding."""

    def leave(_signal: int, _frame: FrameType | None) -> NoReturn:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print(flush=True)  # after the ^C of the terminal
        raise Stopped(0)

    signal.signal(signal.SIGINT, leave)
    signal.signal(signal.SIGTERM, leave)


@contextlib.contextmanager
def started_servers(folder: Path, port: int, *, to: TextIO | None = None) -> Iterator[dict[str, str]]:
    """Start the servers the environment does not name, saying so on ``to``, and yield the environment of processes."""
    environment = {**defaults(folder, port), **state.keys(folder), **os.environ}
    with contextlib.ExitStack() as stack:
        if "DATABASE_URL" not in environment:
            cluster = stack.enter_context(_announced("PostgreSQL", servers.postgres(folder / "postgres"), to))
            environment |= servers.make_database(cluster, "app")
        if "REDIS_URL" not in environment:
            environment["REDIS_URL"] = stack.enter_context(_announced("Valkey", servers.valkey(folder / "valkey"), to))
        yield environment


@contextlib.contextmanager
def _announced(name: str, server: contextlib.AbstractContextManager[str], to: TextIO | None) -> Iterator[str]:
    """Say that a server is started, and that it is stopped."""
    with contextlib.ExitStack() as stack:
        with step(f"Starting {name}", to=to):
            url = stack.enter_context(server)
        try:
            yield url
        finally:
            with step(f"Stopping {name}", to=to):
                stack.close()


@contextlib.contextmanager
def shared(folder: Path, environment: Mapping[str, str]) -> Iterator[None]:
    """Let commands in other terminals work on what this one started."""
    state.write_running(folder, {name: environment[name] for name in SHARED_SETTINGS if name in environment})
    try:
        yield
    finally:
        state.forget_running(folder)


def _stand_in() -> dict[str, str]:
    """Return the settings of SMS that go to a stand-in for Twilio."""
    if not (state.ROOT / "tests" / "fakes").is_dir():
        raise Refusal("There is no stand-in for Twilio: tests/fakes does not exist.")
    return {
        "SMS_CARRIERS": "notifications.carriers.twilio.TwilioCarrier",
        "TWILIO_ACCOUNT_SID": f"AC{secrets.token_hex(16)}",
        "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
        "TWILIO_API_URL": f"http://127.0.0.1:{free_port()}",
    }


def _begin_anew(folder: Path) -> None:
    if "DATABASE_URL" in os.environ:
        raise Refusal("--fresh does not erase a database named by DATABASE_URL: empty it yourself, or unset it.")
    state.forget(folder)


def defaults(folder: Path, port: int) -> dict[str, str]:
    """Return the settings of the demonstration that neither a server nor a key must be made for."""
    return {
        "EMBEDDED": "true",
        "ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]",
        "PUBLIC_URL": f"http://localhost:{port}",
        "PORT": str(port),
        "HISTORY_ANCHOR": str(folder / "anchors"),
        "MEDIA_ROOT": str(folder / "media"),
        "STATIC_ROOT": str(folder / "static"),
        "PROMETHEUS_MULTIPROC_DIR": str(folder / "metrics"),
        "LOG_LEVEL": "INFO",
    }


@contextlib.contextmanager
def step(name: str, *, to: TextIO | None = None) -> Iterator[None]:
    """Say what is being done and how long it took, on the standard output unless ``to`` is given."""
    print(f"{name} …", end=" ", flush=True, file=to)
    began = time.monotonic()
    yield
    print(f"{time.monotonic() - began:.1f} s", flush=True, file=to)


def is_migrated(environment: Mapping[str, str]) -> bool:
    """Tell whether the database was ever migrated; refuse one that another version of the code made.

    The owner is asked where there is one: the other roles may read nothing after a first start that was stopped.
    """
    applied = database.applied(environment.get("OWNER_DATABASE_URL") or environment["DATABASE_URL"])
    if applied is None:
        return False
    if unknown := database.unknown(applied, state.ROOT):
        is_ours = "DATABASE_URL" not in os.environ
        raise Refusal(
            f"The database was made by another version of this code: it has the migration {unknown[0]}"
            f"{f' and {len(unknown) - 1} more' if len(unknown) > 1 else ''}, which this version does not have."
            f" Nothing was changed. {ERASE_IT if is_ours else EMPTY_IT}"
        )
    return True


def _prepare(folder: Path) -> None:
    """Bring database, reference data, people, catalogue and static files up to this version of the code."""
    import django  # noqa: PLC0415 - the settings need the environment, which is complete only now
    from django.core.management import call_command  # noqa: PLC0415

    from config import catalogue  # noqa: PLC0415

    catalogue.compile_if_stale(state.ROOT)
    with step("Loading the code"):
        django.setup()
    # What the commands say in detail is for whoever runs them by hand.
    unsaid = io.StringIO()
    # Compressing leaves the interpreter to others, and the database has no part in it.
    with ThreadPoolExecutor(max_workers=1) as beside:
        collected = beside.submit(_collect_static, folder)
        with step("Migrating the database"):
            call_command("migrate", verbosity=0, interactive=False)
        with step("Loading reference data"):
            call_command("load_reference", stdout=unsaid)
        if not collected.done():
            with step("Collecting static files"):
                wait([collected])
        collected.result()
    if os.environ["EMBEDDED"] == "true":
        with step("Loading demonstration people and cases"):
            call_command("seed_demo", stdout=unsaid)


def _make_reports() -> None:
    """Make the reports of a demonstration, which says of each of its parts how long it took."""
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connections  # noqa: PLC0415

    if os.environ["EMBEDDED"] == "true":
        call_command("seed_reports")
    connections.close_all()


def _collect_static(folder: Path) -> None:
    """Collect and compress the static files, unless none of them has changed."""
    from django.core.management import call_command  # noqa: PLC0415

    stamp = folder / "static-files"
    wanted = _static_fingerprint()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.write_text(wanted)


def _static_fingerprint() -> str:
    from django.contrib.staticfiles.finders import get_finders  # noqa: PLC0415

    files = sorted(
        (name, storage.size(name), storage.get_modified_time(name).timestamp())
        for finder in get_finders()
        for name, storage in finder.list([])
    )
    return state.fingerprint(repr(files), os.environ["STATIC_ROOT"])


@contextlib.contextmanager
def _stopped_together() -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """Yield where processes are noted, and stop them all at once: one after another took as long as all together."""
    running: dict[str, subprocess.Popen[bytes]] = {}
    try:
        yield running
    finally:
        with step("Stopping web and workers"):
            stop_all(list(running.values()), patience=PROCESS_SECONDS)


def _start_all(
    names: Sequence[str], running: dict[str, subprocess.Popen[bytes]], environment: Mapping[str, str], folder: Path
) -> None:
    """Start the processes that do not run yet, and note them in ``running``."""
    for name in names:
        if name not in running:
            running[name] = _start(name, folder, environment)


def for_commands(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a command or a worker, which may take longer than a page."""
    return dict(environment) | {"DATABASE_URL": environment.get("TASKS_DATABASE_URL") or environment["DATABASE_URL"]}


def _environment(name: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a process: its own address of the database, and that of no other role."""
    own = for_commands(environment) if name in WORKERS else environment
    others = {*database_roles.ADDRESSES.values(), "ADMIN_DATABASE_URL"} - {"DATABASE_URL"}
    return {name: value for name, value in own.items() if name not in others}


def _start(name: str, folder: Path, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    return start(command(name), log=_log(folder, name), environment=_environment(name, environment), cwd=state.ROOT)


def command(name: str) -> list[str | Path]:
    """Return the command line of one of the stack's processes."""
    celery: tuple[str | Path, ...] = (PROGRAMS / "celery", "--app", "config", "--quiet")
    # Gossip and mingling are for workers that look for each other, and cost a second of every start.
    workers = ["--loglevel=INFO", "--concurrency=2", "--without-gossip", "--without-mingle"]
    # Two processes may be at a backlog of deadlines; the others stay free for what is due every few seconds.
    chores = [*workers, "--concurrency=4"]
    commands: dict[str, list[str | Path]] = {
        "web": [PROGRAMS / "gunicorn", "--config", "python:config.web", "config.wsgi"],
        # Codes have a worker to themselves: five hundred notices in front of one would be a minute's wait.
        "codes": [*celery, "worker", "--hostname=codes@%h", "--queues=codes", *workers],
        "notices": [*celery, "worker", "--hostname=notices@%h", "--queues=notices", *workers],
        "chores": [*celery, "worker", "--hostname=chores@%h", "--queues=chores", *chores],
        "beat": [sys.executable, "-m", "config.beat"],
        # Account and token go through the environment: on a command line they would be everybody's.
        "twilio": [sys.executable, "-m", "tests.fakes.twilio", f"--port={_port_of_stand_in()}"],
    }
    return commands[name]


def _port_of_stand_in() -> int:
    return urlsplit(os.environ.get("TWILIO_API_URL", "")).port or 0


def _log(folder: Path, name: str) -> Path:
    return folder / f"{name}.log"


def _wait_until_ready(running: Mapping[str, subprocess.Popen[bytes]], folder: Path, port: int) -> None:
    host = os.environ["ALLOWED_HOSTS"].split(",")[0]
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (probe.is_ready(port, host=host) and _workers_are_ready()):
        _refuse_if_ended(running, folder)
        if time.monotonic() > deadline:
            raise Refusal(f"The system did not answer within {PATIENCE_SECONDS} seconds; its logs are in {folder}.")
        time.sleep(0.1)


def _workers_are_ready() -> bool:
    from config.celery import app  # noqa: PLC0415

    return len(app.control.ping(timeout=0.5, limit=len(WORKERS)) or ()) == len(WORKERS)


def _refuse_if_ended(running: Mapping[str, subprocess.Popen[bytes]], folder: Path) -> None:
    for name, process in running.items():
        if process.poll() is not None:
            raise Refusal(f"The {name} process ended by itself. The end of its log:\n{tail(_log(folder, name))}")


def _watch(running: dict[str, subprocess.Popen[bytes]], environment: Mapping[str, str], folder: Path) -> None:
    while True:
        time.sleep(0.5)
        for name in STARTED_AGAIN & running.keys():
            if running[name].poll() is not None:
                print(
                    f"The {name} process ended by itself and is started again; its log is {_log(folder, name)}.",
                    flush=True,
                )
                time.sleep(RESTART_PAUSE_SECONDS)
                running[name] = _start(name, folder, environment)
        _refuse_if_ended(running, folder)
