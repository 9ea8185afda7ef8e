"""A Twilio of our own: messages and callbacks as the real one shapes them, a ledger, and faults on demand.

``python -m tests.fakes.twilio --port 9000`` serves it for people and for other processes; tests use ``serving()``.
Nothing of the system under test is imported here, so that both sides cannot share a mistake.
"""

import argparse
import base64
import contextlib
import hashlib
import heapq
import hmac
import json
import os
import random
import re
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, cast
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

ACCOUNT: Final = "AC" + "0123456789abcdef" * 2
TOKEN: Final = "fedcba9876543210" * 2
VERSION: Final = "2010-04-01"
NUMBER: Final = re.compile(r"\+[1-9]\d{6,14}")
LONGEST_BODY: Final = 1600
PAGE_SIZE: Final = 50
LARGEST_PAGE: Final = 1000
PATIENCE_SECONDS: Final = 10
POSTERS: Final = 4

# What can go wrong, where it is asked for.
AT_CREATE: Final = (
    "error_before_accepting",
    "too_many",
    "refuse",
    "unauthorised",
    "accept_then_time_out",
    "error_after_accepting",
    "hang_up_after_accepting",
    "garbage",
    "no_sid",
    "drip",
    "slow",
)
AT_CALLBACK: Final = ("drop_callbacks", "repeat_callbacks", "reorder_callbacks", "fail")
AT_LIST: Final = ("list_delay", "list_fails", "list_garbage")
FAULTS: Final = (*AT_CREATE, *AT_CALLBACK, *AT_LIST)


@dataclass
class Fault:
    """How often something goes wrong: with a chance, and certainly at the next few occasions."""

    chance: float = 0.0
    next: int = 0
    seconds: float = 60.0
    code: int = 0
    happened: int = 0


@dataclass
class Taken:
    """One message the fake accepted."""

    sid: str
    to: str
    sender: str
    body: str
    callback: str
    created: datetime
    status: str = "queued"
    error_code: int | None = None
    sent: datetime | None = None
    updated: datetime | None = None


@dataclass(frozen=True)
class Posted:
    """One callback that was posted, and how it was answered; 0: not at all."""

    sid: str
    status: str
    answer: int


@dataclass
class Answer:
    """What a request is answered: a status and a text, after waiting; ``None`` hangs up."""

    status: int | None
    text: str = ""
    wait: float = 0.0
    dripped: bool = False
    kind: str = "application/json; charset=utf-8"


@dataclass
class FakeTwilio:
    """The account, its ledger and its faults; safe to use from any thread while it serves."""

    account: str = ACCOUNT
    token: str = TOKEN
    seed: int = 0
    step_seconds: float = 0.01
    url: str = ""
    faults: dict[str, Fault] = field(default_factory=lambda: {name: Fault() for name in FAULTS})
    ledger: list[Taken] = field(default_factory=list)
    posted: list[Posted] = field(default_factory=list)
    requests: int = 0
    closing: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        """Start with an empty memory."""
        self.lock = threading.RLock()
        self.chance = random.Random(self.seed)
        self.by_sid: dict[str, Taken] = {}
        self.by_number: dict[str, list[Taken]] = {}
        self.diary = Diary(self.closing)

    # What a test or a person asks of it ----------------------------------------------------------------------------

    def behave(self, **faults: Mapping[str, float] | Fault) -> None:
        """Set faults by name, e.g. ``behave(too_many={"next": 3}, slow={"chance": 0.1, "seconds": 2})``."""
        with self.lock:
            for name, given in faults.items():
                if name not in FAULTS:
                    raise ValueError(name)
                self.faults[name] = given if isinstance(given, Fault) else Fault(**cast("dict[str, Any]", given))

    def forget_faults(self) -> None:
        """Behave well from now on."""
        with self.lock:
            self.faults = {name: Fault() for name in FAULTS}

    def settle(self, seconds: float = PATIENCE_SECONDS) -> None:
        """Return when every step and callback that is due soon has been made."""
        if not self.diary.wait_until_empty(seconds):
            raise TimeoutError

    def bodies_to(self, number: str) -> list[str]:
        """Return the bodies that were accepted for a number, oldest first."""
        with self.lock:
            return [taken.body for taken in self.by_number.get(number, [])]

    def reply(self, url: str, *, sender: str, body: str) -> int:
        """Post an incoming message to an address of ours, signed; return the status of the answer."""
        sid = self._new_sid()
        told = {
            "ToCountry": "JO",
            "SmsMessageSid": sid,
            "NumMedia": "0",
            "SmsSid": sid,
            "SmsStatus": "received",
            "Body": body,
            "To": "+15005550006",
            "NumSegments": "1",
            "MessageSid": sid,
            "AccountSid": self.account,
            "From": sender,
            "ApiVersion": VERSION,
        }
        return self._post(url, told)

    # What Twilio does ----------------------------------------------------------------------------------------------

    def create(self, form: Mapping[str, str]) -> Answer:
        """Take a message, or do what the faults say."""
        with self.lock:
            fault = next((name for name in AT_CREATE if self._happens(name)), "")
            if fault in {"error_before_accepting", "too_many", "refuse", "unauthorised"}:
                return self._declined(fault)
            if wrong := _what_is_wrong(form):
                return _error(HTTPStatus.BAD_REQUEST, wrong)
            taken = self._take(form)
            return self._answered(fault, taken)

    def listing(self, query: Mapping[str, str]) -> Answer:
        """Answer one page of the list, newest first; each page names the next by the last message it showed."""
        with self.lock:
            if self._happens("list_fails"):
                return _error(HTTPStatus.INTERNAL_SERVER_ERROR, 20500)
            if self._happens("list_garbage"):
                return Answer(HTTPStatus.OK, "<html>")
            shown = self._shown(query)
            return Answer(HTTPStatus.OK, json.dumps(self._page(shown, query)))

    def fetch(self, sid: str) -> Answer:
        """Answer one message."""
        with self.lock:
            if self._happens("list_fails"):
                return _error(HTTPStatus.INTERNAL_SERVER_ERROR, 20500)
            taken = self.by_sid.get(sid)
            if taken is None:
                return _error(HTTPStatus.NOT_FOUND, 20404)
            return Answer(HTTPStatus.OK, json.dumps(self.as_json(taken)))

    def knows(self, authorization: str | None) -> bool:
        """Say whether the name and the password of a request are the account's."""
        expected = base64.b64encode(f"{self.account}:{self.token}".encode()).decode()
        return hmac.compare_digest((authorization or "").encode(), f"Basic {expected}".encode())

    def as_json(self, taken: Taken) -> dict[str, Any]:
        """Return a message as the real one shows it."""
        uri = f"/{VERSION}/Accounts/{self.account}/Messages/{taken.sid}"
        return {
            "account_sid": self.account,
            "api_version": VERSION,
            "body": taken.body,
            "date_created": _rfc2822(taken.created),
            "date_sent": _rfc2822(taken.sent),
            "date_updated": _rfc2822(taken.updated or taken.created),
            "direction": "outbound-api",
            "error_code": taken.error_code,
            "error_message": None,
            "from": taken.sender,
            "messaging_service_sid": None,
            "num_media": "0",
            "num_segments": str(_segments(taken.body)),
            "price": None,
            "price_unit": "USD",
            "sid": taken.sid,
            "status": taken.status,
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "to": taken.to,
            "uri": f"{uri}.json",
        }

    def signature(self, url: str, parameters: Mapping[str, str]) -> str:
        """Sign a callback: the address, then each name and value in the order of the names, under the token."""
        text = url + "".join(f"{name}{parameters[name]}" for name in sorted(parameters))
        digest = hmac.new(self.token.encode(), text.encode(), hashlib.sha1).digest()
        return base64.b64encode(digest).decode()

    # The inside ----------------------------------------------------------------------------------------------------

    def _happens(self, name: str) -> bool:
        fault = self.faults[name]
        if fault.next > 0:
            fault.next -= 1
        elif not fault.chance or self.chance.random() >= fault.chance:
            return False
        fault.happened += 1
        return True

    def _declined(self, fault: str) -> Answer:
        code = self.faults[fault].code
        status, usual = {
            "error_before_accepting": (HTTPStatus.INTERNAL_SERVER_ERROR, 20500),
            "too_many": (HTTPStatus.TOO_MANY_REQUESTS, 20429),
            "refuse": (HTTPStatus.BAD_REQUEST, 21614),
            "unauthorised": (HTTPStatus.UNAUTHORIZED, 20003),
        }[fault]
        return _error(status, code or usual)

    def _answered(self, fault: str, taken: Taken) -> Answer:
        text = json.dumps(self.as_json(taken))
        seconds = self.faults[fault].seconds if fault else 0.0
        return {
            "": Answer(HTTPStatus.CREATED, text),
            "accept_then_time_out": Answer(None, wait=seconds),
            "hang_up_after_accepting": Answer(None),
            "error_after_accepting": _error(HTTPStatus.INTERNAL_SERVER_ERROR, 20500),
            "garbage": Answer(HTTPStatus.CREATED, "<html>"),
            "no_sid": Answer(HTTPStatus.CREATED, json.dumps(self.as_json(taken) | {"sid": None})),
            "slow": Answer(HTTPStatus.CREATED, text, wait=seconds),
            "drip": Answer(HTTPStatus.CREATED, text, wait=seconds, dripped=True),
        }[fault]

    def _take(self, form: Mapping[str, str]) -> Taken:
        taken = Taken(
            sid=self._new_sid(),
            to=form["To"],
            sender=form["From"],
            body=form["Body"],
            callback=form.get("StatusCallback", ""),
            created=datetime.now(UTC),
        )
        self.ledger.append(taken)
        self.by_sid[taken.sid] = taken
        self.by_number.setdefault(taken.to, []).append(taken)
        self._plan(taken)
        return taken

    def _plan(self, taken: Taken) -> None:
        """Write into the diary how the message goes on, and which callbacks tell of it, in which order."""
        code = self.faults["fail"].code or 30003
        final, error = ("undelivered", code) if self._happens("fail") else ("delivered", None)
        steps: list[tuple[str, int | None]] = [("sent", None), (final, error)]
        moments = [self.step_seconds * (number + 1) for number in range(len(steps))]
        for moment, (status, reason) in zip(moments, steps, strict=True):
            self.diary.note(moment, partial(self._move, taken, status, reason))
        if not taken.callback:
            return
        if self._happens("reorder_callbacks"):
            moments.reverse()
        for moment, (status, reason) in zip(moments, steps, strict=True):
            if self._happens("drop_callbacks"):
                continue
            for repetition in range(2 if self._happens("repeat_callbacks") else 1):
                later = moment + repetition * self.step_seconds
                self.diary.note(later, partial(self._tell, taken, status, reason))

    def _move(self, taken: Taken, status: str, error_code: int | None) -> None:
        with self.lock:
            taken.status, taken.error_code, taken.updated = status, error_code, datetime.now(UTC)
            taken.sent = taken.sent or taken.updated

    def _tell(self, taken: Taken, status: str, error_code: int | None) -> None:
        told = {
            "SmsSid": taken.sid,
            "SmsStatus": status,
            "MessageStatus": status,
            "To": taken.to,
            "MessageSid": taken.sid,
            "AccountSid": self.account,
            "From": taken.sender,
            "ApiVersion": VERSION,
        }
        if error_code is not None:
            told["ErrorCode"] = str(error_code)
        answer = self._post(taken.callback, told)
        with self.lock:
            self.posted.append(Posted(taken.sid, status, answer))

    def _post(self, url: str, told: Mapping[str, str]) -> int:
        request = urllib.request.Request(
            url,
            data=urlencode(told).encode(),
            headers={
                "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
                "X-Twilio-Signature": self.signature(url, told),
                "User-Agent": "TwilioProxy/1.1",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code
        except OSError:
            return 0

    def _shown(self, query: Mapping[str, str]) -> list[Taken]:
        hidden_after = datetime.now(UTC) - timedelta(seconds=self._list_delay())
        chosen = self.by_number.get(query["To"], []) if "To" in query else self.ledger
        return [taken for taken in reversed(chosen) if taken.created <= hidden_after and _is_in(taken, query)]

    def _list_delay(self) -> float:
        fault = self.faults["list_delay"]
        return fault.seconds if fault.chance or fault.next else 0.0

    def _page(self, shown: list[Taken], query: Mapping[str, str]) -> dict[str, Any]:
        size = min(int(query.get("PageSize", PAGE_SIZE)), LARGEST_PAGE)
        number = int(query.get("Page", 0))
        start = _after(shown, query.get("PageToken", ""))
        page = shown[start : start + size]
        base = f"/{VERSION}/Accounts/{self.account}/Messages.json"
        kept = {name: value for name, value in query.items() if name not in {"Page", "PageToken"}} | {"PageSize": size}
        following = kept | {"Page": number + 1, "PageToken": f"PA{page[-1].sid}"} if page else {}
        return {
            "end": start + len(page) - 1,
            "first_page_uri": f"{base}?{urlencode(kept | {'Page': 0})}",
            "messages": [self.as_json(taken) for taken in page],
            "next_page_uri": f"{base}?{urlencode(following)}" if start + size < len(shown) else None,
            "page": number,
            "page_size": size,
            "previous_page_uri": None,
            "start": start,
            "uri": f"{base}?{urlencode(query)}",
        }

    def _new_sid(self) -> str:
        with self.lock:
            return f"SM{self.chance.getrandbits(128):032x}"


class Diary:
    """What is to be done later, done by a few threads; it ends with the server."""

    def __init__(self, closing: threading.Event) -> None:
        """Begin with nothing to do."""
        self.closing = closing
        self.changed = threading.Condition()
        self.entries: list[tuple[float, int, Callable[[], None]]] = []
        self.count = 0
        self.working = 0

    def note(self, seconds: float, act: Callable[[], None]) -> None:
        """Do something after so many seconds."""
        with self.changed:
            self.count += 1
            heapq.heappush(self.entries, (time.monotonic() + seconds, self.count, act))
            self.changed.notify()

    def work(self) -> None:
        """Do what is due, until the server closes."""
        while (act := self._next()) is not None:
            try:
                act()
            finally:
                with self.changed:
                    self.working -= 1
                    self.changed.notify_all()

    def _next(self) -> Callable[[], None] | None:
        with self.changed:
            while not self.closing.is_set():
                left = self.entries[0][0] - time.monotonic() if self.entries else None
                if left is not None and left <= 0:
                    self.working += 1
                    return heapq.heappop(self.entries)[2]
                self.changed.wait(left)
            return None

    def close(self) -> None:
        """Wake the threads, so that they end."""
        with self.changed:
            self.changed.notify_all()

    def wait_until_empty(self, seconds: float) -> bool:
        """Return whether all was done within so many seconds."""
        with self.changed:
            return self.changed.wait_for(lambda: not self.entries and not self.working, seconds)


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
            self._answer(_error(HTTPStatus.NOT_FOUND, 20404))
        else:
            self._answer(_error(HTTPStatus.UNAUTHORIZED, 20003))

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


def _what_is_wrong(form: Mapping[str, str]) -> int:
    """Return Twilio's code for a form that cannot be sent, or 0."""
    if not form.get("To"):
        return 21604
    if not form.get("From"):
        return 21603
    if not form.get("Body"):
        return 21619
    if not NUMBER.fullmatch(form["To"]):
        return 21211
    if len(form["Body"]) > LONGEST_BODY:
        return 21617
    return 0 if form.get("StatusCallback", "http:").startswith(("http:", "https:")) else 21609


def _error(status: int, code: int) -> Answer:
    said = {
        "code": code,
        "message": "What went wrong, in words.",
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": int(status),
    }
    return Answer(status, json.dumps(said))


def _is_in(taken: Taken, query: Mapping[str, str]) -> bool:
    """Judge a message by the filters of a query; whatever was not sent yet is in no span of ``DateSent``."""
    if query.get("From", taken.sender) != taken.sender:
        return False
    sent = taken.sent
    spans = {name: _moment(query[name]) for name in ("DateSent", "DateSent<", "DateSent>") if query.get(name)}
    if spans and sent is None:
        return False
    return all(
        {"DateSent": sent.date() == at.date(), "DateSent<": sent <= at, "DateSent>": sent >= at}[name]
        for name, at in spans.items()
        if sent is not None
    )


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _after(shown: list[Taken], page_token: str) -> int:
    """Return the place after the message a page ended with: newer messages must not push it."""
    sid = page_token.removeprefix("PA")
    return next((place + 1 for place, taken in enumerate(shown) if taken.sid == sid), 0)


def _rfc2822(moment: datetime | None) -> str | None:
    return format_datetime(moment) if moment else None


def _segments(body: str) -> int:
    units, single, part = (len(body), 160, 153) if body.isascii() else (len(body.encode("utf-16-le")) // 2, 70, 67)
    return 1 if units <= single else -(-units // part)


def main() -> None:
    """Serve until somebody stops it; account and token may come from the environment, where nobody reads them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=9000)
    parser.add_argument("--account", default=os.environ.get("TWILIO_ACCOUNT_SID", ACCOUNT))
    parser.add_argument("--token", default=os.environ.get("TWILIO_AUTH_TOKEN", TOKEN))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--step-seconds", type=float, default=1.0)
    given = parser.parse_args()
    with serving(
        port=given.port,
        account=given.account,
        token=given.token,
        seed=given.seed,
        step_seconds=given.step_seconds,
    ) as fake:
        print(f"Ready at {fake.url}", flush=True)  # noqa: T201 - for whoever started it
        with contextlib.suppress(KeyboardInterrupt):
            fake.closing.wait()


if __name__ == "__main__":
    main()
