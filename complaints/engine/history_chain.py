"""The chain of a case's history: what the code of an event covers, the fingerprints of texts, the check of a chain.

Both are HMACs. The chain is keyed by HISTORY_KEYS, which no database holds: whoever changes an event cannot compute its
code anew. A fingerprint is keyed by a random salt, which is erased together with the texts.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Mapping

from django.conf import settings

from complaints.models import CaseEvent
from kit.crypto import named_keys

GENESIS = bytes(32)
SALT_BYTES = 32


def history_keys() -> Mapping[str, bytes]:
    """Return HISTORY_KEYS by id: the first signs, the others only verify."""
    return named_keys(settings.HISTORY_KEYS, name="HISTORY_KEYS")


def chain(previous: bytes, event: CaseEvent) -> bytes:
    """Sign ``event``, whose other fields are set, after the code of the event before it (``GENESIS`` for the first).

    Sets the event's ``key_id`` and ``chain``, and returns the latter.
    """
    event.key_id = next(iter(history_keys()))
    event.chain = signed = link(previous, event)
    return signed


def link(previous: bytes, event: CaseEvent) -> bytes:
    """Return the code of ``event`` by its key; raise ``KeyError`` if HISTORY_KEYS lacks that key."""
    covered = [
        event.key_id,
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
    return hmac.digest(history_keys()[event.key_id], previous + text.encode(), hashlib.sha256)


def first_forged(events: Iterable[CaseEvent]) -> CaseEvent | None:
    """Return the first event, in order of number, whose code or number breaks the chain; None if it is intact.

    An event with no key, or with one that HISTORY_KEYS lacks, breaks it: nothing proves such an event.
    """
    previous = GENESIS
    for number, event in enumerate(events, start=1):
        if event.number != number or not _is_signed(previous, event):
            return event
        previous = bytes(event.chain)
    return None


def _is_signed(previous: bytes, event: CaseEvent) -> bool:
    return event.key_id in history_keys() and hmac.compare_digest(bytes(event.chain), link(previous, event))


def new_salt() -> bytes:
    """Return a salt for the fingerprint of the texts of one event."""
    return secrets.token_bytes(SALT_BYTES)


def fingerprint(salt: bytes, *texts: str) -> str:
    """Return the fingerprint, by ``salt``, of texts stored elsewhere, for an event, which must not hold them."""
    return hmac.digest(salt, "\x1f".join(texts).encode(), hashlib.sha256).hex()
