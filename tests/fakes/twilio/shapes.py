"""Messages, callbacks and answers as the real Twilio shapes them."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Final

NUMBER: Final = re.compile(r"\+[1-9]\d{6,14}")
LONGEST_BODY: Final = 1600


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


def what_is_wrong(form: Mapping[str, str]) -> int:
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


def error_answer(status: int, code: int) -> Answer:
    said = {
        "code": code,
        "message": "What went wrong, in words.",
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": int(status),
    }
    return Answer(status, json.dumps(said))


def is_in(taken: Taken, query: Mapping[str, str]) -> bool:
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


def start_after(shown: list[Taken], page_token: str) -> int:
    """Return the place after the message a page ended with: newer messages must not push it."""
    sid = page_token.removeprefix("PA")
    return next((place + 1 for place, taken in enumerate(shown) if taken.sid == sid), 0)


def rfc2822(moment: datetime | None) -> str | None:
    return format_datetime(moment) if moment else None


def segments(body: str) -> int:
    units, single, part = (len(body), 160, 153) if body.isascii() else (len(body.encode("utf-16-le")) // 2, 70, 67)
    return 1 if units <= single else -(-units // part)
