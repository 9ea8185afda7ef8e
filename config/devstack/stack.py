"""The whole system on one machine: servers, prepared data, and web and workers until somebody stops it."""

import contextlib
import io
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import NoReturn
from urllib.parse import urlsplit

from config import probe
from config.devstack import servers, state
from config.devstack.processes import free_port, is_taken, start, stop, tail

PROGRAMS = Path(sys.executable).parent
# What a command in another terminal needs to work on this stack.
SHARED_SETTINGS = (
    "ALLOWED_HOSTS",
    "DATABASE_URL",
    "EMBEDDED",
    "IDENTITY_KEYS",
    "LOOKUP_KEY",
    "MEDIA_ROOT",
    "PUBLIC_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "SMS_CARRIERS",
    "STATIC_ROOT",
    "TWILIO_ACCOUNT_SID",
    "TWILIO_API_URL",
    "TWILIO_AUTH_TOKEN",
)
WORKERS = ("codes", "notices", "chores")
PROCESSES = ("web", *WORKERS)
PATIENCE_SECONDS = 120


class Refusal(SystemExit):
    """A reason not to start, said in a sentence instead of a traceback."""


def serve(*, fresh: bool, with_twilio: bool = False) -> None:
    """Start everything, print where it is, and return when it was asked to stop.

    ``with_twilio`` sends SMS through the real Twilio client to a stand-in, whose callbacks come back by HTTP.
    """
    began = time.monotonic()
    port = _port()
    _stop_on_signals()
    with contextlib.ExitStack() as stack:
        folder = state.home()
        if not stack.enter_context(state.held(folder)):
            raise Refusal("This project is already running; `python3 run.py manage …` works on it.")
        environment = stack.enter_context(_servers(folder, port, fresh=fresh))
        environment |= _stand_in() if with_twilio else {}
        state.write_running(folder, {name: environment[name] for name in SHARED_SETTINGS if name in environment})
        os.environ.update(environment)
        _prepare(folder)
        running = {name: stack.enter_context(_process(name, folder)) for name in _processes(with_twilio=with_twilio)}
        with step("Starting web and workers"):
            _wait_until_ready(running, folder, port)
        _announce(port, time.monotonic() - began, with_twilio=with_twilio)
        _watch(running, folder)


def manage(arguments: list[str]) -> int:
    """Run a management command on the running stack, or on servers started for it alone."""
    folder = state.home()
    with contextlib.ExitStack() as stack:
        if stack.enter_context(state.held(folder)):
            environment = stack.enter_context(_servers(folder, _port(), fresh=False))
        else:
            environment = {**os.environ, **state.read_running(folder)}
        return subprocess.call([sys.executable, "manage.py", *arguments], env=environment, cwd=state.ROOT)


def _port() -> int:
    port = int(os.environ.get("PORT", "8000"))
    if sys.argv[1:2] != ["manage"] and is_taken(port):
        raise Refusal(f"Port {port} is in use. Choose another one: PORT={port + 1} python3 run.py")
    return port


def _stop_on_signals() -> None:
    """Unwind everything on Ctrl-C and on a plain kill, and let a second Ctrl-C not interrupt the unwinding."""

    def leave(_signal: int, _frame: FrameType | None) -> NoReturn:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise SystemExit(0)

    signal.signal(signal.SIGINT, leave)
    signal.signal(signal.SIGTERM, leave)


@contextlib.contextmanager
def _servers(folder: Path, port: int, *, fresh: bool) -> Iterator[dict[str, str]]:
    """Start what the environment does not name, and yield the environment of the processes."""
    if fresh:
        _begin_anew(folder)
    environment = {**_defaults(folder, port), **os.environ}
    with contextlib.ExitStack() as stack:
        if "DATABASE_URL" not in environment:
            with step("Starting PostgreSQL"):
                cluster = stack.enter_context(servers.postgres(folder / "postgres"))
                environment["DATABASE_URL"] = servers.make_database(cluster, "app")
        if "REDIS_URL" not in environment:
            with step("Starting Valkey"):
                environment["REDIS_URL"] = stack.enter_context(servers.valkey(folder / "valkey"))
        yield environment


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


def _defaults(folder: Path, port: int) -> dict[str, str]:
    return {
        "EMBEDDED": "true",
        "ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]",
        "PUBLIC_URL": f"http://localhost:{port}",
        "PORT": str(port),
        "MEDIA_ROOT": str(folder / "media"),
        "STATIC_ROOT": str(folder / "static"),
        "LOG_LEVEL": "INFO",
        **state.keys(folder),
    }


@contextlib.contextmanager
def step(name: str) -> Iterator[None]:
    """Say what is being done and how long it took."""
    print(f"{name} …", end=" ", flush=True)
    began = time.monotonic()
    yield
    print(f"{time.monotonic() - began:.1f} s", flush=True)


def _prepare(folder: Path) -> None:
    """Bring database, reference data, people, catalogue and static files up to this version of the code."""
    import django  # noqa: PLC0415 - the settings need the environment, which is complete only now
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connections  # noqa: PLC0415

    from config import catalogue  # noqa: PLC0415

    catalogue.compile_if_stale(state.ROOT)
    with step("Loading the code"):
        django.setup()
    # What the commands say in detail is for whoever runs them by hand.
    unsaid = io.StringIO()
    with step("Migrating the database"):
        call_command("migrate", verbosity=0, interactive=False)
    with step("Loading reference data"):
        call_command("load_reference", stdout=unsaid)
    if os.environ["EMBEDDED"] == "true":
        with step("Loading demonstration people and cases"):
            call_command("seed_demo", stdout=unsaid)
    _collect_static(folder)
    connections.close_all()


def _collect_static(folder: Path) -> None:
    """Collect and compress the static files, unless none of them has changed."""
    from django.core.management import call_command  # noqa: PLC0415

    stamp = folder / "static-files"
    wanted = _static_fingerprint()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    with step("Collecting static files"):
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
def _process(name: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    process = start(command(name, folder), log=_log(folder, name), environment=os.environ, cwd=state.ROOT)
    try:
        yield process
    finally:
        stop(process)


def command(name: str, folder: Path) -> list[str | Path]:
    """Return the command line of one of the stack's processes; what it writes goes into ``folder``."""
    celery: tuple[str | Path, ...] = (PROGRAMS / "celery", "--app", "config", "--quiet")
    # Gossip and mingling are for workers that look for each other, and cost a second of every start.
    workers = ["--loglevel=INFO", "--concurrency=2", "--without-gossip", "--without-mingle"]
    commands: dict[str, list[str | Path]] = {
        "web": [PROGRAMS / "gunicorn", "--config", "python:config.web", "config.wsgi"],
        # Codes have a worker to themselves: five hundred notices in front of one would be a minute's wait.
        "codes": [*celery, "worker", "--hostname=codes@%h", "--queues=codes", *workers],
        "notices": [*celery, "worker", "--hostname=notices@%h", "--queues=notices", *workers],
        # On one machine the worker of the chores is the beat too; where there may be two of it, beat stands alone.
        "chores": [
            *(*celery, "worker", "--hostname=chores@%h", "--queues=chores", *workers),
            *("--beat", f"--schedule={folder / 'beat-schedule'}"),
        ],
        # Account and token go through the environment: on a command line they would be everybody's.
        "twilio": [sys.executable, "-m", "tests.fakes.twilio", f"--port={_port_of_stand_in()}"],
    }
    return commands[name]


def _processes(*, with_twilio: bool) -> tuple[str, ...]:
    return ("twilio", *PROCESSES) if with_twilio else PROCESSES


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


def _watch(running: Mapping[str, subprocess.Popen[bytes]], folder: Path) -> None:
    while True:
        time.sleep(0.5)
        _refuse_if_ended(running, folder)


def _announce(port: int, seconds: float, *, with_twilio: bool) -> None:
    here = f"http://localhost:{port}"
    print(f"\nReady after {seconds:.0f} s. Ctrl-C stops everything.\n")
    print(f"  Citizens   {here}/ar/   ({here}/en/)")
    print(f"  Staff      {here}/ar/staff/")
    if os.environ["EMBEDDED"] == "true":
        print(f"  Messages   {here}/dev/outbox/")
        if with_twilio:
            print(f"  SMS        {os.environ['TWILIO_API_URL']}/   (a stand-in for Twilio)")
        print()
        _print_sign_ins()
    print(flush=True)


def _print_sign_ins() -> None:
    from accounts.demo import DEMO_SIGN_INS  # noqa: PLC0415 - the apps are loaded only now

    print(f"  {'Who':<42}{'Door':<20}{'Number or e-mail':<26}Password")
    for sign_in in DEMO_SIGN_INS:
        print(f"  {sign_in.who:<42}{sign_in.page:<20}{sign_in.login:<26}{sign_in.password}")
