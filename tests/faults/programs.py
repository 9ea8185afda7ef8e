"""The programs outside of a run: a centre and an agency, answered for by one process that fails and keeps a ledger."""

import contextlib
import json
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from config.devstack.processes import free_port
from tests.fakes.centre import BUSY_AFTER, BUSY_BEFORE, DROPPED_AFTER, OK, SLOW_AFTER, FakeCentre
from tests.faults.children import fork
from tests.faults.plan import Plan
from tests.faults.provider import Provider, wait_until_it_answers

NAMES = ("centre:1", "agency:1")
#: What goes wrong with one call after the other: with more than half of them, and with most of these after the taking.
FAULTS = (OK, BUSY_BEFORE, OK, BUSY_AFTER, DROPPED_AFTER, OK, SLOW_AFTER)
#: A slow answer comes after the sender has given up: it waits ten seconds at most.
SLOW_SECONDS = 15


class Programs(Provider):
    """The far end of the wire to the process that plays them, asked and told as the provider of messages is."""

    def storm(self, plan: Plan) -> None:
        """Register them, and let their calls go wrong from now on; one that ``forgets ids`` takes every call as new."""
        from django.db import connection
        from django.utils import timezone

        from notifications import programs

        keys = []
        for name in NAMES:
            endpoint, secret = programs.register(name, at=timezone.now())
            programs.set_addresses(endpoint, url=f"{self.url}/cases", answers_url="", is_active=True)
            keys.append(secret)
        # Nothing that the children would inherit.
        connection.close()
        habits = {"forgets_ids": plan.change == "forget ids", "slow_seconds": SLOW_SECONDS * plan.time_factor}
        self._ask("/behave", {"faults": FAULTS, "keys": keys} | habits)

    def calm(self) -> None:
        """Let everything go right from now on."""
        self._ask("/behave", {"faults": [OK]})

    def scheduled(self) -> list[str]:
        """Return nothing: only senders have scheduled faults."""
        return []


class _Outside(FakeCentre):
    """A fake of both programs with a memory of when it took what, and of what went wrong."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: list[dict[str, str]] = []
        self.happened: Counter[str] = Counter()

    def take(self, headers: Any, body: bytes) -> tuple[str, int, dict[str, str]]:
        """Take one call, and count what goes wrong with it."""
        taken = super().take(headers, body)
        if taken[0] != OK:
            self.happened[taken[0]] += 1
        return taken

    def _record(self, call_id: str, body: dict[str, Any]) -> None:
        super()._record(call_id, body)
        said = {"to": body["case"], "body": json.dumps(body, ensure_ascii=False), "sid": call_id}
        self.entries.append(said | {"at": f"{datetime.now(UTC):%H:%M:%S.%f}", "how": ""})

    def told(self, path: str) -> object:
        """Return what the conductor asks for."""
        return {"/entries": self.entries, "/faults": dict(self.happened), "/calls": self.calls}.get(path)


@contextlib.contextmanager
def playing(base: Path) -> Iterator[Programs]:
    """Play the programs in a process of their own."""
    port = free_port()
    child = fork(lambda: _play(port), base / "programs.log")
    try:
        wait_until_it_answers(child, port)
        yield Programs(f"http://127.0.0.1:{port}")
    finally:
        child.kill()


def _play(port: int) -> None:
    with _Outside().running(port):
        threading.Event().wait()
