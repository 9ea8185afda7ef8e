"""A program outside as a server: it takes cases as the interface asks, fails as a test tells it, and keeps a ledger."""

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from typing import Any

from kit import webhook_signatures

#: What may go wrong with one call: nothing, before or after the case was taken.
OK, BUSY_BEFORE, BUSY_AFTER = "ok", "busy before", "busy after"
DROPPED_AFTER, SLOW_AFTER = "dropped after", "slow after"


class FakeCentre:
    """Takes each case once under its id, whatever it answers; ``forgets_ids`` makes it take every call as a new case.

    ``ledger`` counts what was taken by the case that a body names, ``calls`` what came, ``feed`` is what it answers
    when its answers are fetched.
    """

    def __init__(self, faults: Sequence[str] = (OK,), *, forgets_ids: bool = False, slow_seconds: float = 0.3) -> None:
        self.keys: tuple[str, ...] = ()
        self.url = ""
        self.status = 0  # answers every call with it, if set
        self.ledger: Counter[str] = Counter()
        self.bodies: list[dict[str, Any]] = []
        self.calls = 0
        self.feed: dict[str, Any] = {"answers": [], "cursor": ""}
        self.asked: list[str] = []
        self.slow_seconds = slow_seconds
        self._faults, self._forgets = cycle(faults), forgets_ids
        self._known: dict[str, str] = {}
        self._lock = threading.Lock()

    def behave(
        self,
        *,
        faults: Sequence[str],
        keys: Sequence[str] = (),
        forgets_ids: bool | None = None,
        slow_seconds: float | None = None,
    ) -> None:
        """Go on with other faults, and with other secrets and habits where they are given."""
        with self._lock:
            self._faults, self.keys = cycle(faults), tuple(keys) or self.keys
            self._forgets = self._forgets if forgets_ids is None else forgets_ids
            self.slow_seconds = self.slow_seconds if slow_seconds is None else slow_seconds

    def told(self, path: str) -> Any:
        """Return what a GET is answered."""
        return self.feed

    def take(self, headers: Any, body: bytes) -> tuple[str, int, dict[str, str]]:
        """Take one call; return the fault to show, the status and the answer."""
        given = {name.lower(): value for name, value in headers.items()}
        call_id = webhook_signatures.signed_id(given, body, keys=self.keys, at=datetime.now(UTC))
        with self._lock:
            self.calls += 1
            fault = next(self._faults)
            if self.status:
                return OK, self.status, {}
            if not call_id:
                return OK, 401, {}
            if fault == BUSY_BEFORE:
                return fault, 503, {}
            if self._forgets or call_id not in self._known:
                self._record(call_id, json.loads(body))
            return fault, 503 if fault == BUSY_AFTER else 201, {"reference": self._known[call_id]}

    def _record(self, call_id: str, body: dict[str, Any]) -> None:
        self._known[call_id] = f"W-{len(self._known) + 1}"
        self.bodies.append(body)
        self.ledger[str(body.get("case", body))] += 1

    @contextmanager
    def running(self, port: int = 0) -> Iterator["FakeCentre"]:
        """Serve on this port of the machine, or on a free one, until the block ends."""
        server = _Server(("127.0.0.1", port), type("Handler", (_Handler,), {"centre": self}))
        self.url = f"http://127.0.0.1:{server.server_port}/cases"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a caller that has gone."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    centre: FakeCentre

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/behave":
            self.centre.behave(**json.loads(body))
            self._answer(HTTPStatus.OK, {})
            return
        fault, status, answer = self.centre.take(self.headers, body)
        if fault == DROPPED_AFTER:
            self.close_connection = True
            self.connection.close()
            return
        if fault == SLOW_AFTER:
            time.sleep(self.centre.slow_seconds)
        self._answer(status, answer)

    def do_GET(self) -> None:
        self.centre.asked.append(self.path)
        self._answer(self.centre.status or HTTPStatus.OK, self.centre.told(self.path))

    def _answer(self, status: int, answer: Any) -> None:
        text = json.dumps(answer).encode()
        self.send_response(status)
        if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
            self.send_header("Location", f"{self.centre.url}/elsewhere")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
