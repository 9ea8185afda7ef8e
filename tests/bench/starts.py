"""Seconds from ``python3 run.py`` until it says that everything is ready: in a new copy, and once more."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from config.devstack import throwaway
from config.devstack.processes import free_port
from tests.bench import progress

GOALS = {"cold": 60, "warm": 8}
PATIENCE_SECONDS = 300
#: Pages answer before that, while the last reports of the demonstration are made.
READY = b"Ready after"
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", ".venv.lock", ".local", ".*_cache", "__pycache__", ".hypothesis", "media", "staticfiles"
)
#: What the benchmark's own servers put into the environment, and whatever else would spare the start some of its work.
OURS = (
    "ALLOWED_HOSTS",
    "DATABASE_URL",
    "DJANGO_SETTINGS_MODULE",
    "EMBEDDED",
    "HISTORY_ANCHOR",
    "HISTORY_KEYS",
    "IDENTITY_KEYS",
    "LOG_LEVEL",
    "LOOKUP_KEY",
    "MEDIA_ROOT",
    "PUBLIC_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "STATIC_MANIFEST",
    "STATIC_ROOT",
    "VIRTUAL_ENV",
)


def time_starts(root: Path) -> dict[str, float]:
    """Return the seconds of a cold start (packages cached, nothing else) and of a warm one, and their goals."""
    with _copy(root) as copy:
        progress.say("Start 1 of 2: environment, servers and data are made …")
        cold = _seconds(copy)
        progress.say("Start 2 of 2: everything is there …")
        warm = _seconds(copy)
    return {"cold": cold, "cold goal": GOALS["cold"], "warm": warm, "warm goal": GOALS["warm"]}


@contextmanager
def _copy(root: Path) -> Iterator[Path]:
    with throwaway.folder() as base:
        yield shutil.copytree(root, base / "project", ignore=LEFT_OUT)


def _seconds(copy: Path) -> float:
    port = free_port()
    kept = {name: value for name, value in os.environ.items() if name not in OURS}
    environment = {**kept, "PORT": str(port), "STATE_DIR": str(copy.parent / "state")}
    began = time.monotonic()
    with (copy.parent / "log").open("wb") as log:
        process = subprocess.Popen(["python3", "run.py"], cwd=copy, env=environment, stdout=log, stderr=log)
        try:
            _wait(process, port, copy.parent / "log")
            return round(time.monotonic() - began, 1)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (READY in log.read_bytes() and _answers(port)):
        if process.poll() is not None or time.monotonic() > deadline:
            message = f"the start failed:\n{log.read_text(encoding='utf-8', errors='replace')[-2000:]}"
            raise RuntimeError(message)
        time.sleep(0.05)


def _answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/ar/")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
