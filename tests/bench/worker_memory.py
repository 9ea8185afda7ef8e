"""The memory of one worker of the web process after it has answered the hottest pages, as production installs it."""

from __future__ import annotations

import http.client
import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Final

from django.conf import settings
from django.test import Client

from config.devstack.processes import free_port

#: Megabytes.
GOAL: Final = 130
_ROUNDS, _SECONDS = 40, 60
_ROOT: Final = Path(__file__).parents[2]
_LOCK: Final = _ROOT / "requirements" / "base.lock"


@dataclass(frozen=True)
class Memory:
    """Megabytes: what is resident of a worker, and how much of that it shares with no other process."""

    resident: float
    own: float


def measure(browsers: Sequence[tuple[Client, str]]) -> Memory:
    """Return the memory of the only worker that answers each path to the session of its browser again and again."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--config", "python:tests.bench.as_installed", "config.wsgi"]
    absent = " ".join(sorted(_not_in_production()))
    environment = os.environ | {"PORT": str(port), "WEB_CONCURRENCY": "1", "NOT_IN_PRODUCTION": absent}
    with subprocess.Popen(command, cwd=_ROOT, env=environment) as master:
        try:
            _wait(port)
            for _ in range(_ROUNDS):
                for browser, path in browsers:
                    _ask(port, browser, path)
            return _memory(_worker_of(master.pid))
        finally:
            master.terminate()


def _not_in_production() -> set[str]:
    """Return the modules that are installed here and not in production."""
    locked = {_plain(name) for name in re.findall(r"^([\w.-]+)==", _LOCK.read_text(encoding="utf-8"), re.MULTILINE)}
    packages = packages_distributions()
    return {name for name, owners in packages.items() if not locked & {_plain(one) for one in owners}}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _wait(port: int) -> None:
    until = time.monotonic() + _SECONDS
    while time.monotonic() < until:
        with suppress(OSError):
            http.client.HTTPConnection("127.0.0.1", port, timeout=1).connect()
            return
        time.sleep(0.2)
    message = "the web process does not listen"
    raise RuntimeError(message)


def _ask(port: int, browser: Client, path: str) -> None:
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in browser.cookies.items())
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_SECONDS)
    connection.request("GET", path, headers={"Host": settings.ALLOWED_HOSTS[0], "Cookie": cookies})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    if answer.status != http.client.OK:
        message = f"{path} answered {answer.status}"
        raise RuntimeError(message)


def _worker_of(master: int) -> int:
    return int(Path(f"/proc/{master}/task/{master}/children").read_text(encoding="ascii").split()[0])


def _memory(process: int) -> Memory:
    found = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines()[1:]
    sizes = {name: int(size.split()[0]) / 1024 for name, _, size in (line.partition(":") for line in found)}
    return Memory(round(sizes["Rss"], 1), round(sizes["Private_Clean"] + sizes["Private_Dirty"], 1))
