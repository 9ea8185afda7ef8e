"""What carriers over HTTP share: telling failures before anything was sent, and reading answers within limits."""

import ssl
from time import monotonic

import requests
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, SSLError

from notifications.carriers import Declined, Meaning, Uncertain
from notifications.runtime.timings import timings


def never_reached(error: requests.RequestException | HTTPError) -> Declined | None:
    """Return what a failure means that certainly came before the request was sent; None for any other failure."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    # A proxy that is not there has its own wrapping.
    reason = getattr(reason, "original_error", reason)
    if isinstance(reason, NewConnectionError | ConnectTimeoutError):
        return Declined(Meaning.BUSY, "connect")
    if isinstance(reason, SSLError) and isinstance(reason.args[0], ssl.SSLCertVerificationError):
        return Declined(Meaning.ACCOUNT, "certificate")
    return None


def read_text(answer: requests.Response, *, longest: int) -> str:
    """Return the beginning of the text of a streamed answer; raise Uncertain where it takes too long."""
    read, until = bytearray(), monotonic() + timings().read.total_seconds()
    while len(read) < longest and (piece := answer.raw.read1(longest, decode_content=True)):
        read += piece
        if monotonic() > until:
            raise Uncertain(code="slow")
    return read.decode(errors="replace")
