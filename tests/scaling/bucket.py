"""SeaweedFS as a store, and a store that refuses, is slow, or lies."""

import contextlib
import json
import signal
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, override

from config.devstack.check import PROGRAMS
from config.devstack.processes import free_port, start, stop, wait_for_port

ACCESS = {"access_key": "access", "secret_key": "not-very-secret", "region": "us-east-1", "bucket": "files"}
PATIENCE_SECONDS = 30


@contextlib.contextmanager
def seaweed(base: Path) -> Iterator[str]:
    """Serve an empty bucket below ``base``, and yield the address of its store."""
    credentials = [{"accessKey": ACCESS["access_key"], "secretKey": ACCESS["secret_key"]}]
    identity = {"name": "app", "credentials": credentials, "actions": ["Admin", "Read", "Write", "List"]}
    (base / "s3.json").write_text(json.dumps({"identities": [identity]}))
    (base / "data").mkdir()
    ports = {
        f"-{part}.port{kind}": free_port() for part in ("master", "volume", "filer", "s3") for kind in ("", ".grpc")
    }
    command: list[str | Path] = [PROGRAMS / "weed", "server", "-s3", f"-s3.config={base / 's3.json'}"]
    command += [f"-dir={base / 'data'}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-master.volumeSizeLimitMB=16"]
    log, port = base / "weed.log", ports["-s3.port"]
    process = start([*command, *(f"{name}={value}" for name, value in ports.items())], log=log, cwd=base)
    try:
        wait_for_port(process, port, log=log, name="SeaweedFS")
        yield f"http://127.0.0.1:{port}"
    finally:
        stop(process, by=signal.SIGKILL, patience=5)


def make_bucket(client: Any) -> None:
    """Make the bucket, as soon as the store can."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        with contextlib.suppress(Exception):
            client.create_bucket(Bucket=ACCESS["bucket"])
            client.put_object(Bucket=ACCESS["bucket"], Key="first", Body=b"x")
            return
        assert time.monotonic() < deadline
        time.sleep(0.1)


class BadStore(ThreadingHTTPServer):
    """A store that answers every request as a test says, and counts them."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.behave()

    def behave(self) -> None:
        """Answer everything with nothing, and forget what was asked."""
        self.status, self.headers, self.body = 200, dict[str, str](), b""
        self.silence = 0.0
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @override
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that had enough of waiting."""


class _Handler(BaseHTTPRequestHandler):
    server: BadStore

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    do_HEAD = do_DELETE = do_GET  # noqa: N815 - the names that http.server asks for

    def _answer(self) -> None:
        server = self.server
        server.asked.append(self.command)
        # Names are looked for before they are given.
        status = 404 if self.command == "HEAD" else server.status
        time.sleep(server.silence)
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(server.body))} | server.headers).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(server.body)

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextlib.contextmanager
def bad_store() -> Iterator[BadStore]:
    """Serve a store that obeys a test."""
    server = BadStore()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
