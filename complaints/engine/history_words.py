"""Which stored texts the fingerprints in the history cover, and the check of the texts against them."""

from __future__ import annotations

import hmac
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import batched, groupby
from typing import Any, Final

from django.db.models import Exists, Model, OuterRef

from complaints.engine.history_chain import fingerprint
from complaints.models import (
    ERASED,
    Addition,
    Answer,
    Case,
    CaseEvent,
    Consultation,
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
)
from complaints.workflow import Action
from kit.streams import stream

#: Events with cases whose filed texts are read at once.
BATCH: Final = 500
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
    for portion in batched(((case, list(filings)) for case, filings in by_case), BATCH, strict=False):
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
