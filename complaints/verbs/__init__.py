"""The verbs of a case, one callable for every row of the table in ``complaints.workflow``, and the acts beside them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from complaints.verbs.desk import accept, close, correct, decline, extend, propose_extension, return_case, sign
from complaints.verbs.dialogue import ask, lapse, reply
from complaints.verbs.filing import add, amend, file, withdraw
from complaints.verbs.objections import dismiss, object_to, uphold
from complaints.verbs.triage import archive, refer
from complaints.workflow import Verb

__all__ = [
    "CALLABLES",
    "accept",
    "add",
    "amend",
    "archive",
    "ask",
    "close",
    "correct",
    "decline",
    "dismiss",
    "extend",
    "file",
    "lapse",
    "object_to",
    "propose_extension",
    "refer",
    "reply",
    "return_case",
    "sign",
    "uphold",
    "withdraw",
]

CALLABLES: dict[Verb, Callable[..., Any]] = {
    Verb.FILE: file,
    Verb.REFER: refer,
    Verb.ACCEPT: accept,
    Verb.DECLINE: decline,
    Verb.RETURN: return_case,
    Verb.ASK: ask,
    Verb.REPLY: reply,
    Verb.LAPSE: lapse,
    Verb.EXTEND: extend,
    Verb.CLOSE: close,
    Verb.CORRECT: correct,
    Verb.WITHDRAW: withdraw,
    Verb.ARCHIVE: archive,
    Verb.OBJECT: object_to,
    Verb.UPHOLD: uphold,
    Verb.DISMISS: dismiss,
}
