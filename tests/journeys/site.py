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
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from config.devstack import processes
from config.devstack.pytest_plugin import SETTINGS
from config.devstack.state import ROOT
from tests.journeys import shell
from tests.journeys.shell import Shell

START_SECONDS = 120
MESSAGE_SECONDS = 20
#: Simulated cases of the past: a journey files its own, and starts sooner with few.
CASES = 60
# What the suite's own servers told its process; the journey's system starts its own.
OWN = {"DATABASE_URL", "REDIS_URL", "MEDIA_ROOT", "STATIC_ROOT", "DJANGO_SETTINGS_MODULE", *SETTINGS}

_FILE = """
from django.db.models import Q
from django.utils import timezone
from accounts.models import Citizen
from agencies.models import Agency, Governorate, Topic
from complaints.actions import file
from complaints.actions.filing import Filing
from tests.cast import make_citizen


def named(model, name):
    return model.objects.get(Q(code=name) | Q(name_ar=name) | Q(name_en=name)) if name else None


citizen = Citizen.objects.signing_in_with(said["number"]).first()
if citizen is None:
    citizen = make_citizen(*said["names"], said["number"], said["phone"])
filing = Filing(
    citizen=citizen, kind="complaint", agency=named(Agency, said["agency"]), topic=named(Topic, said["topic"]),
    subject=said["subject"], details=said["details"], governorate=named(Governorate, said["governorate"]),
    area=said["area"], place=said["place"], language=said["language"],
)
print(file(filing, by=citizen.user, at=timezone.now()).reference)
"""


_CODE = """
from django.utils import timezone
from accounts.demo import current_codes
from accounts.models import Factor

# A journey signs the same person in again within half a minute, which a code does not allow twice.
Factor.objects.filter(user__login=said["email"]).update(counter=0)
print(current_codes(timezone.now())[0])
"""


@dataclass(frozen=True)
class Matter:
    """What is filed: at an agency, which is looked for by what is ``typed``, or at none."""

    topic: str
    subject: str
    details: str
    agency: str = ""
    typed: str = ""
    governorate: str = ""
    area: str = ""
    place: str = ""


@dataclass(frozen=True)
class Stranger:
    """Somebody who has an account that no journey signs in to."""

    names: tuple[str, str] = ("سعاد", "الزعبي")
    phone: str = "+962780007731"
    number: str = field(default_factory=lambda: f"99{secrets.randbelow(10**8):08}")


@dataclass(frozen=True)
class Site:
    """A system started by ``run.py``'s own code on a port of its own."""

    url: str
    shell: Shell

    def run(self, code: str, **said: object) -> str:
        """Run ``code``, which reads ``said``, inside the running system, and return what it printed."""
        return self.shell.run(f"said = {said!r}\n{code}")

    def file(self, matter: Matter, *, language: str, by: str | Stranger) -> str:
        """File a complaint for a citizen, named by number, or for a stranger, and return its tracking number.

        For journeys that begin where a case has arrived: how a person files is the subject of others.
        """
        stranger = by if isinstance(by, Stranger) else Stranger(number=by)
        return self.run(_FILE, language=language, **asdict(stranger), **asdict(matter)).strip()

    def app_code(self, email: str) -> str:
        """Return the code that the authenticator app of a member of staff shows now; it has not been used."""
        return self.run(_CODE, email=email).strip()

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
    log, environment = folder / "run.log", _environment(folder, port)
    with log.open("wb") as output:
        system = subprocess.Popen(
            [sys.executable, "-m", "config.devstack"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        _wait_until_ready(system, log)
        with shell.opened(environment, folder) as opened:
            yield Site(f"http://localhost:{port}", opened)
    finally:
        processes.stop(system, by=signal.SIGINT, patience=40)


def _environment(folder: Path, port: int) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name not in OWN}
    return inherited | {"STATE_DIR": str(folder), "PORT": str(port), "DEMO_CASES": str(CASES)}


def _wait_until_ready(system: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and system.poll() is None:
        if b"Ready after" in log.read_bytes():
            return
        time.sleep(0.1)
    message = f"the system did not start:\n{log.read_text(errors='replace')[-3000:]}"
    raise RuntimeError(message)
