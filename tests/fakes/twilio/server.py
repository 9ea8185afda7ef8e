"""The stand-in served over HTTP, for programs and for people."""

import contextlib
import json
import threading
from collections.abc import Iterator
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, cast
from urllib.parse import parse_qs, parse_qsl, urlsplit

from tests.fakes.twilio.account import PATIENCE_SECONDS, VERSION, FakeTwilio
from tests.fakes.twilio.shapes import Answer, error_answer

POSTERS: Final = 4


class Handler(BaseHTTPRequestHandler):
    """Speaks HTTP for the fake; connections are kept alive."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # status, headers and body in one packet

    @property
    def fake(self) -> FakeTwilio:
        """Return the account this server serves."""
        return cast("Server", self.server).fake

    def do_GET(self) -> None:
        """Answer the ledger, the page for people, the list or one message."""
        parts = urlsplit(self.path)
        if parts.path == "/":
            self._answer(Answer(HTTPStatus.OK, page_for_people(self.fake), kind="text/html; charset=utf-8"))
        elif parts.path == "/ledger":
            self._answer(Answer(HTTPStatus.OK, json.dumps(self._whole_ledger())))
        elif (name := self._messages_name(parts.path)) is not None:
            query = dict(parse_qsl(parts.query, keep_blank_values=True))
            self._answer(self.fake.fetch(name) if name else self.fake.listing(query))
        else:
            self._refuse()

    def do_POST(self) -> None:
        """Take a message, or new faults."""
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        if self.path == "/behave":
            self._answer(self._behave(sent))
        elif self._messages_name(self.path) == "":
            self._answer(self.fake.create({name: values[-1] for name, values in parse_qs(sent).items()}))
        else:
            self._refuse()

    def _behave(self, sent: str) -> Answer:
        try:
            told = json.loads(sent)
            if told.pop("forget", False):
                self.fake.forget_faults()
            self.fake.behave(**told)
        except (ValueError, TypeError, AttributeError) as error:
            return Answer(HTTPStatus.BAD_REQUEST, json.dumps({"unknown": str(error)}))
        return Answer(HTTPStatus.OK, "{}")

    def _whole_ledger(self) -> list[dict[str, Any]]:
        with self.fake.lock:
            return [self.fake.as_json(taken) for taken in self.fake.ledger]

    def _messages_name(self, path: str) -> str | None:
        """Return the message a path names, "" for all of them; None where the path or the account is another."""
        self.fake.requests += 1
        if not self.fake.knows(self.headers.get("Authorization")):
            return None
        base = f"/{VERSION}/Accounts/{self.fake.account}/Messages"
        if not (path.startswith(base) and path.endswith(".json")):
            return None
        return path.removeprefix(base).removesuffix(".json").lstrip("/")

    def _refuse(self) -> None:
        if self.fake.knows(self.headers.get("Authorization")):
            self._answer(error_answer(HTTPStatus.NOT_FOUND, 20404))
        else:
            self._answer(error_answer(HTTPStatus.UNAUTHORIZED, 20003))

    def _answer(self, answer: Answer) -> None:
        if answer.wait and not answer.dripped:
            self.fake.closing.wait(answer.wait)
        if answer.status is None:
            self.close_connection = True
            return
        body = answer.text.encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(OSError):  # the other side has lost its patience
            self._drip(body, answer.wait) if answer.dripped else self.wfile.write(body)

    def _drip(self, body: bytes, seconds: float) -> None:
        for letter in body:
            self.wfile.write(bytes([letter]))
            self.wfile.flush()
            if self.fake.closing.wait(seconds):
                return

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """The socket of a fake."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, fake: FakeTwilio, port: int) -> None:
        """Listen."""
        super().__init__(("127.0.0.1", port), Handler)
        self.fake = fake
        fake.url = f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, *_: object) -> None:
        """Say nothing of clients that went away: many are killed on purpose."""


@contextlib.contextmanager
def serving(*, port: int = 0, **options: Any) -> Iterator[FakeTwilio]:
    """Serve a Twilio of one's own from threads of this process."""
    fake = FakeTwilio(**options)
    with Server(fake, port) as server:
        workers = [threading.Thread(target=fake.diary.work, daemon=True) for _ in range(POSTERS)]
        listener = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        for thread in (listener, *workers):
            thread.start()
        try:
            yield fake
        finally:
            fake.closing.set()
            fake.diary.close()
            server.shutdown()
            for thread in (listener, *workers):
                thread.join(PATIENCE_SECONDS)


def page_for_people(fake: FakeTwilio) -> str:
    """Return a page with the newest messages first."""
    with fake.lock:
        shown = "".join(
            f"<li><p>{taken.created:%H:%M:%S} UTC · <bdi>{escape(taken.to)}</bdi> · {taken.status}"
            f"{f' {taken.error_code}' if taken.error_code else ''}<p class=text dir=auto>{escape(taken.body)}"
            for taken in reversed(fake.ledger[-200:])
        )
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        "<title>SMS</title><style>body{font:1rem/1.5 sans-serif;max-width:42rem;margin:1rem auto;padding:0 1rem}"
        "ol{list-style:none;padding:0}li{border-top:1px solid #ccc;padding:.5rem 0}p{margin:0;color:#555}"
        ".text{color:#000;overflow-wrap:anywhere}</style>"
        f"<h1>SMS</h1><p>What a stand-in for Twilio took; nobody was written to.<ol>{shown}</ol>"
    )
