"""What carriers over HTTP share: which failures certainly reached nobody, and answers that come to an end."""

import ssl
from time import monotonic

import requests
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, SSLError

from notifications.carriers import Declined, Meaning, Uncertain
from notifications.runtime.timings import timings


def never_reached(error: requests.RequestException | HTTPError) -> Declined | None:
    """Return what a failure before the first word means; None where something may have been said and heard."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    # A proxy that is not there has its own wrapping.
    reason = getattr(reason, "original_error", reason)
    if isinstance(reason, NewConnectionError | ConnectTimeoutError):
        return Declined(Meaning.BUSY, "connect")
    if isinstance(reason, SSLError) and isinstance(reason.args[0], ssl.SSLCertVerificationError):
        return Declined(Meaning.ACCOUNT, "certificate")
    return None


def read_text(answer: requests.Response, *, longest: int) -> str:
    """Return the beginning of the text of an answer asked for as a stream; it comes in time, however it is dripped."""
    read, until = bytearray(), monotonic() + timings().read.total_seconds()
    while len(read) < longest and (piece := answer.raw.read1(longest, decode_content=True)):
        read += piece
        if monotonic() > until:
            raise Uncertain(code="slow")
    return read.decode(errors="replace")
