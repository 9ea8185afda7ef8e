"""The demonstration as a person starts it, with a state of its own; its first start is made once a run."""

import contextlib
import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import psycopg

from config.devstack import state
from config.devstack.processes import free_port
from config.devstack.pytest_plugin import OF_THE_RUN, SETTINGS
from config.devstack.state import ROOT

PATIENCE_SECONDS = 300
STOP_SECONDS = 60  # a stack that does not end; what is promised is five, on a machine that does nothing else
#: Simulated cases of the past: a test files its own, and starts sooner with few.
CASES = 60
# What the suite's own servers told its process; a stack starts its own.
OWN = {"DATABASE_URL", "REDIS_URL", "MEDIA_ROOT", "STATIC_ROOT", "DJANGO_SETTINGS_MODULE", *SETTINGS}
#: What a stack says from a first Ctrl-C or plain kill on.
STOPPING = ["", "Stopping web and workers …", "Stopping Valkey …", "Stopping PostgreSQL …"]
PAGES = ("/health/ready", "/ar/", "/en/", "/dev/outbox/")


def environment(folder: Path, **extra: str) -> dict[str, str]:
    """Return the environment of a person whose state is in ``folder``, without what this run was told."""
    inherited = {name: value for name, value in os.environ.items() if name not in OWN}
    return inherited | {"STATE_DIR": str(folder), "DEMO_CASES": str(CASES), "SEND_WINDOW": "0"} | extra


def run_py(folder: Path, *arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
    """Run a command of run.py to its end."""
    return subprocess.run(
        [sys.executable, "-m", "config.devstack", *arguments],
        cwd=ROOT,
        env=environment(folder, **extra),
        capture_output=True,
        text=True,
        check=False,
    )


class Stack:
    """A demonstration that is starting, running or stopping."""

    def __init__(self, folder: Path, *arguments: str, **extra: str) -> None:
        """Start it on the state in ``folder``; ``extra`` are settings of its own."""
        self.folder, self.port = folder, free_port()
        self.environment = environment(folder, PORT=str(self.port), **extra)
        self.output = folder.parent / "output"
        self.output.parent.mkdir(parents=True, exist_ok=True)
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "config.devstack", *arguments],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def wait_until_ready(self) -> None:
        self.wait(lambda: "Ready after" in self.output.read_text(), alive=True)

    def wait_until_nothing_is_left(self) -> None:
        self.wait(lambda: _processes_of(self.folder) == [], alive=False)

    def wait(self, is_so: Callable[[], bool], *, alive: bool) -> None:
        """Return once it is so; fail with what was said when it takes too long, or the stack is not ``alive``."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not is_so():
            assert time.monotonic() < deadline, self.output.read_text()
            assert not alive or self.process.poll() is None, self.output.read_text()
            time.sleep(0.1)

    def end(self, how: signal.Signals) -> tuple[int, list[str]]:
        """End it by a signal, and return its status and the lines that it said from then on, without the seconds."""
        before = len(self.output.read_text())
        self.process.send_signal(how)
        self.process.send_signal(how)  # a second one, of somebody who cannot wait, breaks nothing
        status = self.process.wait(STOP_SECONDS)
        lines = self.output.read_text()[before:].splitlines()
        return status, [re.sub(r" [0-9.]+ s$", "", line) for line in lines]

    def statuses(self) -> dict[str, int]:
        """Return how each of ``PAGES`` answers."""
        return {path: self._status_of(path) for path in PAGES}

    def _status_of(self, path: str) -> int:
        with contextlib.closing(HTTPConnection("127.0.0.1", self.port, timeout=20)) as connection:
            connection.request("GET", path)
            return connection.getresponse().status

    def seen(self) -> dict[str, Any]:
        """Return how each page and the stand-in for Twilio answer, and how many cases there are."""
        cases = self.count("complaints_case")
        return {"statuses": self.statuses(), "stand-in": self.status_of_stand_in(), "cases": cases}

    def status_of_stand_in(self) -> int | None:
        """Return how the stand-in for Twilio answers, or None where SMS go nowhere."""
        url = state.read_running(self.folder).get("TWILIO_API_URL")
        if url is None:
            return None
        with urllib.request.urlopen(f"{url}/ledger", timeout=20) as answer:
            return int(answer.status)

    def count(self, table: str) -> int:
        with self.connected() as connection:
            return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # type: ignore[index]

    def connected(self) -> psycopg.Connection:
        """Return a connection to its database."""
        return psycopg.connect(state.read_running(self.folder)["DATABASE_URL"])


@contextlib.contextmanager
def started(folder: Path, *arguments: str, **extra: str) -> Iterator[Stack]:
    """Start the demonstration, and see that nothing is left of it when the block ends."""
    running = Stack(folder, *arguments, **extra)
    try:
        running.wait_until_ready()
        yield running
    finally:
        if running.process.poll() is None:
            running.process.kill()
        running.process.wait()
        running.wait_until_nothing_is_left()


def _processes_of(folder: Path) -> list[str]:
    """Return the command lines of all processes that were started with this state."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            told = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
            if entry.name.isdigit() and str(folder).encode() in told and int(entry.name) != os.getpid():
                found.append(told.split(b"\0\0")[0].decode(errors="replace"))
    return found


# ---- made once ----


@dataclass(frozen=True)
class Demonstrated:
    """The state that a first start of the demonstration has left, and what was seen of that start."""

    folder: Path
    seen: Mapping[str, Any]

    def copy(self, to: Path) -> Path:
        """Copy the state, its owners with it, and return the copy."""
        to.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "--archive", self.folder, to], check=True)
        return to


def demonstrated() -> Demonstrated:
    """Return the state after a start on an empty folder, with the stand-in for Twilio, ended by Ctrl-C.

    Such a start takes half a minute: the first worker of the run that asks makes it, and the others wait for it.
    """
    base = Path(os.environ[OF_THE_RUN]) / "demonstrated"
    told = base / "seen.json"
    with base.with_suffix(".lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if not told.exists():
            shutil.rmtree(base, ignore_errors=True)  # of a worker that failed half-way
            base.mkdir()
            told.write_text(json.dumps(_demonstrate(base / "state")))
    return Demonstrated(base / "state", json.loads(told.read_text()))


def _demonstrate(folder: Path) -> dict[str, Any]:
    with started(folder, "--with-twilio") as running:
        seen = running.seen()
        status, said = running.end(signal.SIGINT)
    return seen | {"status": status, "said": said}
