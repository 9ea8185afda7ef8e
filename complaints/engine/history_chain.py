"""The hash chain of a case's history: what the hash of an event covers, and the check of a whole chain."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from complaints.models import CaseEvent

GENESIS = bytes(32)


def link(previous: bytes, event: CaseEvent) -> bytes:
    """Return the SHA-256 of ``event`` chained to the hash of the event before it (``GENESIS`` for the first)."""
    covered = [
        event.case_id,
        event.number,
        event.action,
        event.from_state,
        event.to_state,
        event.at.timestamp(),
        str(event.actor_id or ""),
        str(event.on_behalf_of_id or ""),
        event.agency_id,
        event.facts,
    ]
    text = json.dumps(covered, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(previous + text.encode()).digest()


def first_forged(events: Iterable[CaseEvent]) -> CaseEvent | None:
    """Return the first event, in order of number, whose hash or number breaks the chain; None if it is intact."""
    previous = GENESIS
    for number, event in enumerate(events, start=1):
        if event.number != number or bytes(event.chain) != link(previous, event):
            return event
        previous = bytes(event.chain)
    return None


def fingerprint(*texts: str) -> str:
    """Return the SHA-256 of texts that are stored elsewhere, for an event, which must not contain them."""
    return hashlib.sha256("\x1f".join(texts).encode()).hexdigest()
