"""Signatures of calls between programs: those of Standard Webhooks, with HMAC-SHA256 over id, moment and body.

Three headers go with a call: ``webhook-id``, the same at every repetition; ``webhook-timestamp``, in seconds since
1970; ``webhook-signature``, one signature ``v1,base64`` for each valid secret, separated by spaces. Libraries for
receivers exist in most languages: https://www.standardwebhooks.com.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

#: The moment of a call may differ so much from ours: a clock may be wrong, and a repetition is told by its id.
TOLERANCE: Final = timedelta(minutes=5)
SECRET_BYTES: Final = 32
PREFIX: Final = "whsec_"
VERSION: Final = "v1,"
#: A call with more signatures is no honest one.
MOST_SIGNATURES: Final = 5
LONGEST_ID: Final = 120


def new_secret() -> str:
    """Return a new random secret, as both sides write it down."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def headers(call_id: str, body: bytes, *, keys: Iterable[str], at: datetime) -> dict[str, str]:
    """Return the headers of a call that is made at ``at``, with one signature for each of the secrets ``keys``."""
    moment = str(int(at.timestamp()))
    signatures = " ".join(VERSION + _signature(key, call_id, moment, body) for key in keys)
    return {"webhook-id": call_id, "webhook-timestamp": moment, "webhook-signature": signatures}


def signed_id(given: Mapping[str, str], body: bytes, *, keys: Sequence[str], at: datetime) -> str:
    """Return the id of a call that one of the secrets ``keys`` signed lately; "" for any other call.

    ``given`` are the headers of the request, found by names in small letters.
    """
    call_id, moment = given.get("webhook-id", ""), given.get("webhook-timestamp", "")
    if not (is_id(call_id) and _is_recent(moment, at)):
        return ""
    claimed = given.get("webhook-signature", "").split(" ")[:MOST_SIGNATURES]
    expected = [VERSION + _signature(key, call_id, moment, body) for key in keys]
    pairs = [(one, other) for one in expected for other in claimed]
    # Each pair is compared, so that the time says nothing about which one fits.
    fits = [hmac.compare_digest(one.encode(), other.encode()) for one, other in pairs]
    return call_id if any(fits) else ""


def is_id(text: str) -> bool:
    """Tell whether ``text`` can be the id of a call: up to 120 visible ASCII letters."""
    return 0 < len(text) <= LONGEST_ID and text.isascii() and text.isprintable()


def _is_recent(moment: str, at: datetime) -> bool:
    if not (moment.isascii() and moment.isdecimal() and len(moment) <= len("9999999999")):
        return False
    return abs(datetime.fromtimestamp(int(moment), UTC) - at) <= TOLERANCE


def _signature(key: str, call_id: str, moment: str, body: bytes) -> str:
    signed = f"{call_id}.{moment}.".encode() + body
    return base64.b64encode(hmac.digest(_key_bytes(key), signed, hashlib.sha256)).decode()


def _key_bytes(key: str) -> bytes:
    try:
        return base64.b64decode(key.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        return key.encode()
