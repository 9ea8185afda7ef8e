"""Anchors: once a day the heads of the chains, signed, go to a place outside the database, HISTORY_ANCHOR.

What the database then no longer has, or has otherwise, is named: a deleted case, events cut off at the end, a chain
that was computed anew. Each anchor carries the hash of the one before it, so that none can be taken out or replaced.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import batched, groupby
from typing import Any, Final

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db.models import Exists, Max, Model, OuterRef
from django.utils import timezone

from complaints.models import (
    ERASED,
    Addition,
    Answer,
    Case,
    CaseEvent,
    Consultation,
    DeletedCase,
    Estimate,
    Explanation,
    Extension,
    FormerRating,
    Handover,
    Label,
    Note,
    Objection,
    Question,
    Rating,
    Recusal,
    ReferralTask,
    Refusal,
    Revision,
    Ruling,
    TextSalt,
    TopicAnswer,
    event_key,
)
from complaints.workflow import Action
from kit.crypto import named_keys
from kit.streams import stream

# ---- The chain of a case's history: what the code of an event covers, the fingerprints of texts, the check of
# a chain.
#
# Both are HMACs. The chain is keyed by HISTORY_KEYS, which no database holds: whoever changes an event cannot compute
# its code anew. A fingerprint is keyed by a random salt, which is erased together with the texts.


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


# ---- Which stored texts the fingerprints in the history cover, and the check of the texts against them. ----


#: Events with cases whose filed texts are read at once.
HISTORY_WORDS_BATCH: Final = 500
#: What the citizen filed or corrected, or what was written down of a voice, stands in the case, and in a ``Revision``
#: until the next of these.
FILED: Final = (Action.FILE, Action.AMEND, Action.TRANSCRIBE)


@dataclass(frozen=True)
class Written:
    """The fields of a text's row that the fingerprint of one of its events covers; ``last`` where it says something."""

    model: type[Model]
    event: str
    fields: tuple[str, ...]
    last: str = ""


WRITTEN: Final = (
    Written(Addition, "event", ("text",)),
    Written(Answer, "proposed_event", ("found", "done"), last="sent_because"),
    Written(Answer, "event", ("found", "done"), last="sent_because"),
    Written(Consultation, "event", ("text",)),
    Written(Consultation, "finding_event", ("finding", "signed_as")),
    Written(Estimate, "event", ("reason",)),
    Written(Explanation, "event", ("question",)),
    Written(Explanation, "answer_event", ("answer",)),
    Written(Extension, "event", ("reason",)),
    Written(FormerRating, "event", ("text",)),
    Written(Handover, "event", ("reference",)),
    Written(Handover, "return_event", ("answer",)),
    Written(Label, "event", ("name",)),
    Written(Note, "event", ("text",)),
    Written(Objection, "event", ("text",)),
    Written(Objection, "ruling_event", ("reasons",)),
    Written(Question, "event", ("text",)),
    Written(Question, "reply_event", ("reply",)),
    Written(Rating, "event", ("text",)),
    Written(Recusal, "event", ("text",)),
    Written(Recusal, "end_event", ("end_text",)),
    Written(ReferralTask, "event", ("text",)),
    Written(ReferralTask, "answer_event", ("answer",)),
    Written(ReferralTask, "drop_event", ("reason",)),
    Written(Refusal, "event", ("text",)),
    Written(Ruling, "event", ("text",)),
)


def filed_words(filed: Case | Revision, *, employee: str, answers: Iterable[str]) -> list[str]:
    """Return what a citizen wrote when filing or correcting; ``answers`` are the wordings of those to the topic."""
    return [filed.subject, filed.details, filed.area, filed.place, employee, *answers]


def rewritten() -> Iterator[str]:
    """Yield a sentence for each stored text that its event does not prove, and for each that is gone.

    Reads every text once, from cursors of the server.
    """
    for written in WRITTEN:
        yield from _rewritten_rows(written)
    yield from _vanished()
    yield from _rewritten_filings()


def _rewritten_rows(written: Written) -> Iterator[str]:
    event = written.event
    rows = written.model._base_manager.filter(**{f"{event}__isnull": False}).order_by(event)  # noqa: SLF001 - Django's public name
    names = ("case_id", "number", "facts", "case__erased_at", "text_salt__salt")
    fields = (*written.fields, *filter(None, [written.last]))
    for row in stream(rows.values_list(*(f"{event}__{name}" for name in names), *fields)):
        case, number, facts, erased_at, salt, *texts = row
        if written.last and not texts[-1]:
            del texts[-1]
        if not _is_proven(facts.get("words"), salt, texts, is_erased=erased_at is not None):
            yield f"case {case}: the {written.model._meta.model_name} of event {number} was rewritten"  # noqa: SLF001


def _is_proven(expected: str | None, salt: bytes | None, texts: Sequence[str], *, is_erased: bool) -> bool:
    """Tell whether an event proves texts; those of an erased case have lost their salt, and are nothing but marks."""
    if is_erased:
        return salt is None and all(text in {"", ERASED} for text in texts)
    if expected is None or salt is None:
        return not any(texts)
    return hmac.compare_digest(expected, fingerprint(bytes(salt), *texts))


def _vanished() -> Iterator[str]:
    """Yield the events whose texts are gone although their salt was not erased with them."""
    salts = TextSalt.objects.exclude(event__action__in=FILED).order_by("event")
    for written in WRITTEN:
        salts = salts.filter(~Exists(written.model._base_manager.filter(**{written.event: OuterRef("pk")})))  # noqa: SLF001
    for case, number, action in stream(salts.values_list("event__case_id", "event__number", "event__action")):
        yield f"case {case}: the text of event {number} ({action}) is gone"


# ---- what the citizen filed ----


def _rewritten_filings() -> Iterator[str]:
    events = CaseEvent.objects.filter(action__in=FILED).order_by("case_id", "number").select_related("text_salt")
    by_case = groupby(stream(events), key=lambda event: event.case_id)
    for portion in batched(((case, list(filings)) for case, filings in by_case), HISTORY_WORDS_BATCH, strict=False):
        yield from _rewritten_in(dict(portion))


def _rewritten_in(filings: Mapping[int, list[CaseEvent]]) -> Iterator[str]:
    """Yield the filings and corrections of these cases whose words are not those of their event."""
    answers = _answers(filings)
    revisions: dict[int, list[Revision]] = defaultdict(list)
    for revision in Revision.objects.filter(case__in=filings).order_by("event"):
        revisions[revision.case_id].append(revision)
    for case in Case.objects.filter(pk__in=filings).order_by("pk"):
        # Each correction kept the words before it, so the words after the last one are those of the case.
        words = [
            filed_words(old, employee=case.employee, answers=[text for wording in old.answers for text in wording])
            for old in revisions[case.pk]
        ]
        words.append(filed_words(case, employee=case.employee, answers=answers[case.pk]))
        for event, texts in zip(filings[case.pk], words, strict=False):
            is_erased = case.erased_at is not None
            if not _is_proven(event.facts.get("words"), _salt(event), texts, is_erased=is_erased):
                yield f"case {case.pk}: the complaint of event {event.number} was rewritten"
        if len(words) != len(filings[case.pk]):
            yield f"case {case.pk}: a text before a correction is gone"


def _answers(cases: Iterable[int]) -> Mapping[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for answer in TopicAnswer.objects.filter(case__in=cases).order_by("position", "question_id"):
        found[answer.case_id].extend(answer.wording)
    return found


def _salt(event: Any) -> bytes | None:
    return event.text_salt.salt if hasattr(event, "text_salt") else None
