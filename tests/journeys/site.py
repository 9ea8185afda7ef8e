"""The running system as a person meets it: its address, and the messages its carriers handed over."""

from __future__ import annotations

import contextlib
import json
import secrets
import signal
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests import stacks
from tests.journeys import shell
from tests.journeys.look import AXE
from tests.journeys.shell import Shell
from tests.stacks import Stack

#: Several times as long as beat waits before it sends anew what is due each minute.
MESSAGE_SECONDS = 180
AXE_FILE = "axe.js"

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


_SESSION = """
from django.conf import settings
from django.test import Client
from accounts.models import Citizen, User
from tests.cast import sign_in

login = said["login"]
person = User.objects.get(login=login) if "@" in login else Citizen.objects.signing_in_with(login).get()
print(settings.SESSION_COOKIE_NAME, sign_in(Client(), person).cookies[settings.SESSION_COOKIE_NAME].value)
"""


_ACCEPT = """
from django.utils import timezone
from accounts.models import User
from complaints.actions import accept
from complaints.models import Case

case, officer = Case.objects.get(reference=said["reference"]), User.objects.get(login=said["by"])
accept(case, by=officer, at=timezone.now(), days=said["days"])
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
    stack: Stack
    #: What ``Stack.seen`` said before the first journey.
    seen: dict[str, Any]

    @property
    def axe(self) -> str:
        """The address of the script that looks at pages."""
        return f"{self.url}/static/{AXE_FILE}"

    def run(self, code: str, **said: object) -> str:
        """Run ``code``, which reads ``said``, inside the running system, and return what it printed."""
        return self.shell.run(f"said = {said!r}\n{code}")

    def until(self, code: str, **said: object) -> None:
        """Run ``code`` until it prints True: what it does, a worker may be at, and then there is nothing left to do."""
        deadline = time.monotonic() + MESSAGE_SECONDS
        while self.run(code, **said).strip() != "True":
            assert time.monotonic() < deadline, code
            time.sleep(0.2)

    def file(self, matter: Matter, *, language: str, by: str | Stranger) -> str:
        """File a complaint for a citizen, named by number, or for a stranger, and return its tracking number.

        For journeys that begin where a case has arrived: how a person files is the subject of others.
        """
        stranger = by if isinstance(by, Stranger) else Stranger(number=by)
        return self.run(_FILE, language=language, **asdict(stranger), **asdict(matter)).strip()

    def accept(self, reference: str, *, by: str, days: int = 1) -> None:
        """Accept a case for an officer; for journeys that begin where a case is in work."""
        self.run(_ACCEPT, reference=reference, by=by, days=days)

    def session(self, login: str) -> tuple[str, str]:
        """Return name and value of the cookie of a new session: of staff by their address, of a citizen by number."""
        name, value = self.run(_SESSION, login=login).split()
        return name, value

    def app_code(self, email: str) -> str:
        """Return the code that the authenticator app of a member of staff shows now; it has not been used."""
        return self.run(_CODE, email=email).strip()

    def messages(self, *, to: str) -> list[dict[str, str]]:
        """Return what the carriers handed over to addresses with ``to`` in them, the newest first."""
        asked = urlencode({"format": "json", "to": to})
        with urllib.request.urlopen(f"{self.url}/dev/outbox/?{asked}") as answer:
            return list(json.load(answer))

    def sent(self, *, to: str, template: str = "", channel: str = "", about: str = "") -> list[dict[str, str]]:
        """Return what was handed over to ``to``, the newest first; ``about`` is the number of the case it names."""
        return [
            message
            for message in self.messages(to=to)
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
            # Asking takes the processors that send from their work.
            time.sleep(0.2)
        message = f"no {template} to {to} within {MESSAGE_SECONDS} s"
        raise AssertionError(message)


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Site]:
    """Start the system in ``folder``, on what its first start has left, and kill it: nothing may be left behind."""
    first = stacks.demonstrated()
    # What the first start has collected is served: it would be collected anew for another place.
    static = first.folder / "static"
    (static / AXE_FILE).write_text(AXE.axe_script)
    with stacks.started(first.copy(folder / "state"), STATIC_ROOT=str(static)) as system:
        with shell.opened(system.environment, folder) as opened:
            yield Site(f"http://localhost:{system.port}", opened, system, system.seen())
        assert system.end(signal.SIGKILL) == (-signal.SIGKILL, [])
