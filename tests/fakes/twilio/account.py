"""The account of the stand-in: its ledger, its faults, and the callbacks it posts."""

import base64
import hashlib
import hmac
import json
import random
import threading
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import Any, Final, cast
from urllib.parse import urlencode

from tests.fakes.twilio.diary import Diary
from tests.fakes.twilio.faults import AT_CREATE, FAULTS, Fault
from tests.fakes.twilio.shapes import (
    Answer,
    Posted,
    Taken,
    error_answer,
    is_in,
    rfc2822,
    segments,
    start_after,
    what_is_wrong,
)

ACCOUNT: Final = "AC" + "0123456789abcdef" * 2
TOKEN: Final = "fedcba9876543210" * 2
VERSION: Final = "2010-04-01"
PAGE_SIZE: Final = 50
LARGEST_PAGE: Final = 1000
PATIENCE_SECONDS: Final = 10


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
            if wrong := what_is_wrong(form):
                return error_answer(HTTPStatus.BAD_REQUEST, wrong)
            taken = self._take(form)
            return self._answered(fault, taken)

    def listing(self, query: Mapping[str, str]) -> Answer:
        """Answer one page of the list, newest first; each page names the next by the last message it showed."""
        with self.lock:
            if self._happens("list_fails"):
                return error_answer(HTTPStatus.INTERNAL_SERVER_ERROR, 20500)
            if self._happens("list_garbage"):
                return Answer(HTTPStatus.OK, "<html>")
            shown = self._shown(query)
            return Answer(HTTPStatus.OK, json.dumps(self._page(shown, query)))

    def fetch(self, sid: str) -> Answer:
        """Answer one message."""
        with self.lock:
            if self._happens("list_fails"):
                return error_answer(HTTPStatus.INTERNAL_SERVER_ERROR, 20500)
            taken = self.by_sid.get(sid)
            if taken is None:
                return error_answer(HTTPStatus.NOT_FOUND, 20404)
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
            "date_created": rfc2822(taken.created),
            "date_sent": rfc2822(taken.sent),
            "date_updated": rfc2822(taken.updated or taken.created),
            "direction": "outbound-api",
            "error_code": taken.error_code,
            "error_message": None,
            "from": taken.sender,
            "messaging_service_sid": None,
            "num_media": "0",
            "num_segments": str(segments(taken.body)),
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
        return error_answer(status, code or usual)

    def _answered(self, fault: str, taken: Taken) -> Answer:
        text = json.dumps(self.as_json(taken))
        seconds = self.faults[fault].seconds if fault else 0.0
        return {
            "": Answer(HTTPStatus.CREATED, text),
            "accept_then_time_out": Answer(None, wait=seconds),
            "hang_up_after_accepting": Answer(None),
            "error_after_accepting": error_answer(HTTPStatus.INTERNAL_SERVER_ERROR, 20500),
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
        return [taken for taken in reversed(chosen) if taken.created <= hidden_after and is_in(taken, query)]

    def _list_delay(self) -> float:
        fault = self.faults["list_delay"]
        return fault.seconds if fault.chance or fault.next else 0.0

    def _page(self, shown: list[Taken], query: Mapping[str, str]) -> dict[str, Any]:
        size = min(int(query.get("PageSize", PAGE_SIZE)), LARGEST_PAGE)
        number = int(query.get("Page", 0))
        start = start_after(shown, query.get("PageToken", ""))
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
