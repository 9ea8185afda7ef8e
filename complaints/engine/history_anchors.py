"""Anchors: once a day the heads of the chains, signed, go to a place outside the database, HISTORY_ANCHOR.

What the database then no longer has, or has otherwise, is named: a deleted case, events cut off at the end, a chain
that was computed anew. Each anchor carries the hash of the one before it, so that none can be taken out or replaced.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import batched
from typing import Any, Final

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db.models import Max
from django.utils import timezone

from complaints.engine.history_chain import history_keys
from complaints.models import Case, CaseEvent, DeletedCase, event_key
from kit.streams import stream

TASK: Final = "complaints.anchor_history"
STORAGE: Final = "anchors"
ENDING: Final = ".json"
#: A change may carry a moment a little before its commit: heads are anchored twice rather than never.
OVERLAP: Final = timedelta(hours=1)
#: An anchor is made every day; one may fail.
LONGEST_GAP: Final = timedelta(days=2)
#: Heads that are looked up at once.
BATCH: Final = 1000

type Anchor = dict[str, Any]


def is_configured() -> bool:
    """Tell whether HISTORY_ANCHOR names a place for anchors."""
    return STORAGE in storages.backends


def write(*, at: datetime) -> bool:
    """Write the anchor of the day of ``at``; tell whether it was written, which it is once a day.

    One line of JSON: how many events there are, the newest key, the heads of the chains that changed since the anchor
    before, the hash of that anchor, and the signature by the first of HISTORY_KEYS. Raises OSError if the place cannot
    be written to; repeating is harmless.
    """
    name = f"{timezone.localdate(at).isoformat()}{ENDING}"
    if not is_configured() or storages[STORAGE].exists(name):
        return False
    names = _names()
    previous = _read(names[-1]) if names else b""
    anchor = _anchor(previous, at=at)
    anchor["signature"] = _signature(anchor)
    storages[STORAGE].save(name, ContentFile(json.dumps(anchor, separators=(",", ":")).encode() + b"\n"))
    return True


def _anchor(previous: bytes, *, at: datetime) -> Anchor:
    changed = Case.objects.order_by("pk")
    if previous:
        since = datetime.fromisoformat(json.loads(previous)["at"])
        changed = changed.filter(changed_at__gte=since - OVERLAP)
    heads = changed.values_list("pk", "version", "chain")
    return {
        "at": at.isoformat(),
        "events": CaseEvent.objects.count(),
        "newest": CaseEvent.objects.aggregate(newest=Max("pk"))["newest"],
        "heads": [[case, number, bytes(code).hex()] for case, number, code in stream(heads)],
        "previous": _digest(previous),
        "key": next(iter(history_keys())),
    }


def faults(*, at: datetime) -> Iterator[str]:
    """Yield a sentence for each anchor that was changed or is missing, and for each case that differs from one."""
    if not is_configured():
        return
    differing: dict[int, str] = {}
    previous, last = b"", None
    for name in _names():
        day, content = name.removesuffix(ENDING), _read(name)
        anchor = _verified(content)
        if anchor is None:
            yield f"anchor of {day}: it was changed, or signed by an unknown key"
        else:
            if anchor["previous"] != _digest(previous):
                yield f"anchor of {day}: the one before it was changed or is missing"
            differing |= _differing(anchor, day) | differing
            last = datetime.fromisoformat(anchor["at"])
        previous = content
    yield from differing.values()
    if last is None and Case.objects.filter(filed_at__lt=at - LONGEST_GAP).exists():
        yield "anchors: there is none"
    if last is not None and at - last > LONGEST_GAP:
        yield f"anchors: the newest one is of {timezone.localdate(last)}; later ones were removed, or none was written"


def _differing(anchor: Anchor, day: str) -> dict[int, str]:
    """Return a sentence by key for each case that is not as ``anchor`` says."""
    found: dict[int, str] = {}
    for heads in batched(anchor["heads"], BATCH, strict=False):
        keys = [event_key(case, number) for case, number, _code in heads]
        codes = dict(CaseEvent.objects.filter(pk__in=keys).values_list("pk", "chain"))
        anchored = [case for case, *_ in heads]
        cases = set(Case.objects.filter(pk__in=anchored).values_list("pk", flat=True))
        ended = set(DeletedCase.objects.filter(pk__in=anchored).values_list("pk", flat=True))
        for case, number, code in heads:
            stored = codes.get(event_key(case, number))
            if case in ended:
                continue
            if case not in cases:
                found[case] = f"case {case}: it is missing, but was anchored on {day}"
            elif stored is None:
                found[case] = f"case {case}: event {number} is missing, but was anchored on {day}"
            elif bytes(stored).hex() != code:
                found[case] = f"case {case}: the chain up to event {number} was rewritten since {day}"
    return found


def _verified(content: bytes) -> Anchor | None:
    """Return the anchor that ``content`` is; None if its signature does not prove it."""
    try:
        anchor: Anchor = json.loads(content)
        signature = str(anchor.pop("signature"))
        is_true = anchor["key"] in history_keys() and hmac.compare_digest(signature, _signature(anchor))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return anchor if is_true else None


def _signature(anchor: Mapping[str, Any]) -> str:
    text = json.dumps(anchor, sort_keys=True, separators=(",", ":"))
    return hmac.digest(history_keys()[anchor["key"]], b"anchor\0" + text.encode(), hashlib.sha256).hex()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest() if content else ""


def _names() -> list[str]:
    """Return the names of the anchors, the oldest first."""
    try:
        _folders, files = storages[STORAGE].listdir("")
    except FileNotFoundError:
        return []
    return sorted(name for name in files if _is_day(name))


def _is_day(name: str) -> bool:
    try:
        return name == f"{date.fromisoformat(name.removesuffix(ENDING)).isoformat()}{ENDING}"
    except ValueError:
        return False


def _read(name: str) -> bytes:
    with storages[STORAGE].open(name) as file:
        return bytes(file.read())
