"""The running system as a person meets it: its address, and the messages its carriers handed over."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.devstack import processes
from config.devstack.pytest_plugin import SETTINGS
from config.devstack.state import ROOT

START_SECONDS = 120
MESSAGE_SECONDS = 20
#: Simulated cases of the past: a journey files its own, and starts sooner with few.
CASES = 60
# What the suite's own servers told its process; the journey's system starts its own.
OWN = {"DATABASE_URL", "REDIS_URL", "MEDIA_ROOT", "STATIC_ROOT", "DJANGO_SETTINGS_MODULE", *SETTINGS}

_OVERNIGHT = """
from django.utils import timezone
from agencies.models import Agency, Topic
from complaints.actions import file
from complaints.actions.filing import Filing
from tests.cast import make_citizen
citizen = make_citizen("سعاد", "الزعبي", said["number"], "+962780007731")
agency, topic = Agency.objects.get(code="miyahuna"), Topic.objects.get(code=said["topic"])
for subject in said["subjects"]:
    filing = Filing(
        citizen=citizen, kind="complaint", agency=agency, topic=topic, subject=subject, details=said["details"]
    )
    file(filing, by=citizen.user, at=timezone.now())
"""


@dataclass(frozen=True)
class Site:
    """A system started by ``run.py``'s own code on a port of its own."""

    url: str
    folder: Path

    def shell(self, code: str) -> None:
        """Run ``code`` inside the running system, as an operator could: the one way to move its clocks."""
        command = [sys.executable, "-m", "config.devstack", "manage", "shell", "--no-imports", "-c", code]
        port = int(self.url.rpartition(":")[2])
        subprocess.run(command, cwd=ROOT, env=dict(_environment(self.folder, port)), check=True, capture_output=True)

    def file_overnight(self, *, topic: str, details: str, subjects: Sequence[str]) -> None:
        """File complaints at the water company for a stranger: whoever signs in files twenty cases a day at most."""
        said = {"number": f"99{secrets.randbelow(10**8):08}", "topic": topic, "details": details, "subjects": subjects}
        self.shell(f"said = {said!r}\n{_OVERNIGHT}")

    def messages(self) -> list[dict[str, str]]:
        """Return what the carriers handed over, the newest first."""
        with urllib.request.urlopen(f"{self.url}/dev/outbox/?format=json") as answer:
            return list(json.load(answer))

    def sent(self, *, to: str, template: str = "", channel: str = "", about: str = "") -> list[dict[str, str]]:
        """Return what was handed over to ``to``, the newest first; ``about`` is the number of the case it names."""
        return [
            message
            for message in self.messages()
            if message["to"] == to
            and template in {"", message["template"]}
            and channel in {"", message["channel"]}
            and about in message["body"]
        ]

    def wait_for(self, *, to: str, template: str, channel: str = "", about: str = "", seen: int = 0) -> dict[str, str]:
        """Return the newest of these messages once there are more than ``seen`` of them."""
        deadline = time.monotonic() + MESSAGE_SECONDS
        while time.monotonic() < deadline:
            found = self.sent(to=to, template=template, channel=channel, about=about)
            if len(found) > seen:
                return found[0]
            time.sleep(0.1)
        message = f"no {template} to {to} within {MESSAGE_SECONDS} s"
        raise AssertionError(message)


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Site]:
    """Start the system with its state in ``folder``, wait until it is ready, and stop it as Ctrl-C does."""
    port = processes.free_port()
    log = folder / "run.log"
    with log.open("wb") as output:
        system = subprocess.Popen(
            [sys.executable, "-m", "config.devstack"],
            cwd=ROOT,
            env=_environment(folder, port),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        site = Site(f"http://localhost:{port}", folder)
        _wait_until_ready(system, site, log)
        yield site
    finally:
        processes.stop(system, by=signal.SIGINT, patience=40)


def _environment(folder: Path, port: int) -> Mapping[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name not in OWN}
    return inherited | {"STATE_DIR": str(folder), "PORT": str(port), "DEMO_CASES": str(CASES)}


def _wait_until_ready(system: subprocess.Popen[bytes], site: Site, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and system.poll() is None:
        if b"Ready after" in log.read_bytes():
            return
        time.sleep(0.1)
    message = f"the system did not start:\n{log.read_text(errors='replace')[-3000:]}"
    raise RuntimeError(message)
