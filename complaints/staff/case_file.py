"""The file of a case as staff read it: its history, who held it, what was sent, what is still to sign."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from accounts.contact import CITIZEN_PREFIX
from accounts.models import Mandate, User
from agencies.calendar import WorkingCalendar
from agencies.models import current_calendar
from complaints.case_text import deadline
from complaints.case_text.deadline import HeldSpan, TimeHeld
from complaints.case_text.history import (
    EventText,
    HistoryEntry,
    each_text_once,
    history_entries,
    texts_for_staff,
    with_messages,
)
from complaints.case_text.messages import case_messages, sent_to_citizen
from complaints.engine import notices
from complaints.models import (
    AnswerState,
    Attachment,
    Case,
    CaseEvent,
    Holding,
)
from complaints.models.files import CITIZENS_ACTS
from complaints.permissions.case_parts import has_part
from complaints.permissions.own_desk import reads_words
from complaints.permissions.pending import pending
from complaints.permissions.representatives import mandates_by_event
from complaints.workflow import Action
from kit.compiled_reads import CompiledRead


@dataclass(frozen=True, kw_only=True)
class CaseFile:
    """What staff read of one case beside the case itself; the history is newest first, with each text once."""

    history: Sequence[HistoryEntry]
    spans: Sequence[HeldSpan]
    time_held: Sequence[TimeHeld]
    staff_messages: int
    photos: Sequence[Attachment]
    files: Sequence[Attachment]
    voices: Sequence[Attachment]
    answer_files: Sequence[Attachment]
    proposal_files: Sequence[Attachment]
    answer: EventText | None
    proposal: EventText | None
    mandates: Sequence[Mandate]

    @property
    def has_unwritten_voice(self) -> bool:
        """Tell whether a voice note waits to be written down."""
        return any(not voice.transcript for voice in self.voices)


def read_case_file(case: Case, user: User, *, at: datetime, calendar: WorkingCalendar | None = None) -> CaseFile:
    """Return the file of ``case`` as ``user`` may read it at ``at``, in as many statements whatever its length.

    ``calendar`` spares one where it is known.
    """
    messages = case_messages(case)
    events = _EVENTS.rows(None, {"case": case}, case=case.pk)
    # A directorate's files stand beside its finding.
    attachments = _ATTACHMENTS.rows(None, {"case": case}, case=case.pk) if has_part(case, "attachments") else []
    staffs = {event.pk: event for event in events if event.action not in CITIZENS_ACTS}
    came_with = _came_with(attachments, [*staffs.values()], user, at=at)
    texts = texts_for_staff(case, events, user, at=at)
    entries = _with_files(events, history_entries(case, events, texts), came_with)
    titles = {notices.occasion(event): entry.title for event, entry in zip(events, entries, strict=True)}
    told = with_messages(events, entries, sent_to_citizen(messages, titles, at=at))
    own = [one for one in attachments if one.answer is None and one.event_id not in staffs]
    holdings = _HOLDINGS.rows(None, {"case": case}, case=case.pk)
    spans = deadline.held_spans(holdings, at=at, calendar=calendar or current_calendar())
    answer = _last_text(entries, Action.CLOSE) if case.outcome else None
    proposal = _last_text(entries, Action.PROPOSE_ANSWER) if pending(case).answer_writer else None
    return CaseFile(
        history=list(each_text_once(told[::-1], {"answer": answer, "proposal": proposal})),
        spans=spans,
        time_held=deadline.held_by(spans),
        staff_messages=sum(not message.recipient.startswith(CITIZEN_PREFIX) for message in messages),
        photos=[attachment for attachment in own if attachment.is_picture],
        files=[attachment for attachment in own if not attachment.is_picture and not attachment.is_voice],
        voices=[attachment for attachment in own if attachment.is_voice],
        answer_files=_of_answers(attachments, AnswerState.GIVEN),
        proposal_files=_of_answers(attachments, AnswerState.PROPOSED),
        answer=answer,
        proposal=proposal,
        mandates=list(mandates_by_event(events).values()),
    )


_EVENTS: Final = CompiledRead(
    lambda _shape, *, case: CaseEvent.objects.filter(case=case).select_related("actor", "on_behalf_of"),
    is_prepared=True,
)
_ATTACHMENTS: Final = CompiledRead(
    lambda _shape, *, case: Attachment.objects.filter(case=case, consultation__isnull=True).select_related("answer"),
    is_prepared=True,
)
_HOLDINGS: Final = CompiledRead(
    lambda _shape, *, case: Holding.objects.filter(case=case).select_related("agency", "directorate"), is_prepared=True
)


def _came_with(
    attachments: Sequence[Attachment], events: Sequence[CaseEvent], user: User, *, at: datetime
) -> Mapping[int, Sequence[Attachment]]:
    """Return the files of staff by the key of the event they came with, as far as ``user`` may read its words."""
    found: defaultdict[int, list[Attachment]] = defaultdict(list)
    for file in attachments:
        if file.event_id is not None:
            found[file.event_id].append(file)
    return {event.pk: found[event.pk] for event in events if event.pk in found and reads_words(event, user, at=at)}


def _with_files(
    events: Sequence[CaseEvent], entries: Iterable[HistoryEntry], came_with: Mapping[int, Sequence[Attachment]]
) -> list[HistoryEntry]:
    return [
        replace(entry, files=came_with[event.pk]) if event.pk in came_with else entry
        for event, entry in zip(events, entries, strict=True)
    ]


def _of_answers(attachments: Sequence[Attachment], state: AnswerState) -> list[Attachment]:
    return [one for one in attachments if one.answer is not None and one.answer.state == state]


def _last_text(entries: Sequence[HistoryEntry], action: Action) -> EventText | None:
    return next((entry.text for entry in reversed(entries) if entry.action == action), None)
