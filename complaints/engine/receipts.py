"""The seal of a receipt: a keyed code that proves who issued it, and what has become of the case since.

The code says which event of which case the receipt shows. It is keyed by HISTORY_KEYS, which no database holds, so that
a guessed one or one of another system is refused, and it holds nothing that says who somebody is.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from django.utils import timezone

from complaints.engine import history_chain
from complaints.engine.history_words import filed_words
from complaints.models import AnswerState, Case, CaseEvent
from complaints.permissions.case_parts import has_part
from complaints.workflow import TRANSITIONS, Action

#: Key of the case, number of the event, day of issue, beginnings of the event's code and of the code of the words.
_CODE: Final = struct.Struct(">QIH8s8s")
_PROOF_BYTES: Final = 16
_EPOCH: Final = date(2020, 1, 1)
#: What changes the case that a receipt shows; reminders, notes and escalations leave it as it is.
_CHANGES: Final = frozenset(TRANSITIONS) | {Action.AMEND, Action.ADD}


class Standing(StrEnum):
    """What has become of a case since a receipt of it was issued."""

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    ERASED = "erased"
    #: The history or the words are not those that were sealed.
    DOUBTFUL = "doubtful"


@dataclass(frozen=True)
class Receipt:
    """A receipt that we issued: of which case, when, and what became of it; ``since`` is the day of that.

    Without ``reference`` where the case itself is deleted.
    """

    issued_on: date
    standing: Standing
    since: date | None = None
    reference: str = ""
    kind: str = ""


def seal(case: Case, *, at: datetime, events: Sequence[CaseEvent] = ()) -> str:
    """Return the code for a receipt of ``case`` as it stands now, issued at ``at``.

    ``events`` are all of the case's, the oldest first, where they are at hand: they spare statements.
    """
    whole = events or list(case.events.order_by("number"))
    event = next(event for event in reversed(whole) if event.action in _CHANGES)
    key = next(iter(history_chain.history_keys().values()))
    day = (timezone.localdate(at) - _EPOCH).days
    was_answered = any(event.action == Action.CLOSE for event in whole)
    words = _words_code(case, key, was_answered=was_answered)
    code = _CODE.pack(case.pk, event.number, day, bytes(event.chain)[:8], words)
    return base64.urlsafe_b64encode(code + _proof(code, key)).decode().rstrip("=")


def read(token: str) -> Receipt | None:
    """Return what a code says of its receipt and of the case now, None when it is not one of ours."""
    opened = _opened(token)
    if opened is None:
        return None
    code, key = opened
    pk, number, day, chain, words = _CODE.unpack(code)
    issued_on = _EPOCH + timedelta(days=day)
    case = Case.objects.filter(pk=pk).first()
    if case is None:
        return Receipt(issued_on, Standing.ERASED)
    standing, since = _standing(case, number, chain=chain, words=words, key=key)
    return Receipt(issued_on, standing, since, case.reference, case.kind)


def _opened(token: str) -> tuple[bytes, bytes] | None:
    """Return the code and the key that proves it; None for anything else."""
    try:
        whole = base64.b64decode(f"{token}{'=' * (-len(token) % 4)}", altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    code, proof = whole[:-_PROOF_BYTES], whole[-_PROOF_BYTES:]
    if len(code) != _CODE.size:
        return None
    keys = history_chain.history_keys().values()
    return next(((code, key) for key in keys if hmac.compare_digest(proof, _proof(code, key))), None)


def _proof(code: bytes, key: bytes) -> bytes:
    return hmac.digest(key, b"receipt\x1f" + code, hashlib.sha256)[:_PROOF_BYTES]


def _standing(case: Case, number: int, *, chain: bytes, words: bytes, key: bytes) -> tuple[Standing, date | None]:
    if case.erased_at is not None:
        return Standing.ERASED, timezone.localdate(case.erased_at)
    events = list(case.events.order_by("number"))
    if not _is_proven(case, events, number, chain):
        return Standing.DOUBTFUL, None
    later = next((event for event in events[number:] if event.action in _CHANGES), None)
    if later is not None:
        return Standing.CHANGED, timezone.localdate(later.at)
    is_same = hmac.compare_digest(words, _words_code(case, key))
    return (Standing.UNCHANGED if is_same else Standing.DOUBTFUL), None


def _is_proven(case: Case, events: list[CaseEvent], number: int, chain: bytes) -> bool:
    """Tell whether the history is intact to its end, and has the sealed event at its place."""
    if len(events) < number or history_chain.first_forged(events) is not None:
        return False
    is_whole = hmac.compare_digest(bytes(case.chain), bytes(events[-1].chain))
    return is_whole and hmac.compare_digest(bytes(events[number - 1].chain)[:8], chain)


def _words_code(case: Case, key: bytes, *, was_answered: bool = True) -> bytes:
    """Return the code of what was filed and of the answers given; keyed, so that nobody can guess short words by it."""
    said = case.topic_answers.order_by("position", "question_id") if has_part(case, "topic_answers") else ()
    words = filed_words(case, employee=case.employee, answers=[text for answer in said for text in answer.wording])
    answers = case.answers.filter(state=AnswerState.GIVEN).order_by("event") if was_answered else None
    given = answers.values_list("outcome", "found", "done") if answers is not None else ()
    text = json.dumps([words, list(given)], ensure_ascii=False)
    return hmac.digest(key, b"words\x1f" + text.encode(), hashlib.sha256)[:8]
