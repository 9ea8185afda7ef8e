"""What the desk reads of one case: its history with names, who held it, what was sent, what is still to sign."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Subquery

from accounts.contact.recipients import CITIZEN_PREFIX
from accounts.models import User
from agencies.models import current_calendar
from complaints.attachments import pictures
from complaints.case_text import conversation, time_held
from complaints.case_text.event_texts import EventText, EventTextReader, event_texts
from complaints.case_text.history import HistoryEntry, history_entries
from complaints.case_text.sent_messages import SentMessage, case_messages, has_left, sent_to_citizen
from complaints.engine import notices
from complaints.models import (
    Answer,
    AnswerState,
    Attachment,
    Case,
    CaseEvent,
    CaseQuerySet,
    Extension,
    ExtensionState,
    Handover,
    Holding,
    ReferralTask,
    TaskState,
)
from complaints.workflow import Action, State

# ---- fetching ----


def with_papers(cases: CaseQuerySet) -> CaseQuerySet:
    """Return ``cases`` as the case page needs them: with what waits for a second person."""
    proposals = Answer.objects.filter(case=OuterRef("pk"), state=AnswerState.PROPOSED)
    extensions = Extension.objects.filter(case=OuterRef("pk"))
    return cases.for_page().annotate(
        answer_proposed_by=Subquery(proposals.values("written_by")[:1]),
        extension_proposed_by=Subquery(extensions.filter(state=ExtensionState.PROPOSED).values("proposed_by")[:1]),
        extension_was_granted=Exists(extensions.filter(state=ExtensionState.GRANTED)),
        has_open_tasks=Exists(ReferralTask.objects.filter(case=OuterRef("pk"), state=TaskState.OPEN)),
        is_handed_over=Exists(Handover.objects.filter(case=OuterRef("pk"), ended_at__isnull=True)),
    )


@dataclass(frozen=True)
class Pending:
    """What of a case waits for somebody: the answer's signature, the proposed date, a centre outside."""

    answer_by: UUID | None
    extension_by: UUID | None
    extension_before: bool
    handover: bool
    tasks: bool


def pending_of(case: Case) -> Pending:
    """Return what waits for a second person; the case comes from ``with_papers``."""
    names = ("answer_proposed_by", "extension_proposed_by", "extension_was_granted", "is_handed_over", "has_open_tasks")
    return Pending(*(getattr(case, name) for name in names))


# ---- the file ----


@dataclass(frozen=True)
class Span:
    """One holder of the case, from when to when, and how long that was or is in working time."""

    holder: str
    since: datetime
    until: datetime | None
    length: str


@dataclass(frozen=True, kw_only=True)
class Casefile:
    """Everything the desk reads of one case beside the case itself; the history is newest first."""

    history: Sequence[HistoryEntry]
    spans: Sequence[Span]
    held: Sequence[time_held.TimeHeld]
    told: Sequence[SentMessage]
    staff_messages: int
    thread: Sequence[conversation.ConversationLine]
    photos: Sequence[Attachment]
    files: Sequence[Attachment]
    answer: EventText | None
    proposal: EventText | None
    refusal: EventText | None
    may_correct: bool


def open_file(case: Case, user: User, *, at: datetime) -> Casefile:
    """Return the file of ``case`` as ``user`` may read it at ``at``, in six statements whatever its length."""
    papers, messages = event_texts(case, user, at=at), case_messages(case)
    events = list(case.events.select_related("actor", "on_behalf_of"))
    deeds = list(history_entries(case, events, EventTextReader(papers, user, at)))
    titles = {notices.occasion(event): deed.title for event, deed in zip(events, deeds, strict=True)}
    told = sent_to_citizen(messages, titles, at=at)
    # A directorate's files stand beside its finding.
    attachments = list(case.attachments.filter(consultation__isnull=True))
    held = list(case.holdings.select_related("agency", "directorate"))
    clock = time_held.working_time(held, at=at, calendar=current_calendar())
    return Casefile(
        history=deeds[::-1],
        spans=[_span(holding, clock, at) for holding in held],
        held=time_held.held_by(held, at=at, clock=clock),
        told=told,
        staff_messages=sum(not message.recipient.startswith(CITIZEN_PREFIX) for message in messages),
        thread=conversation.conversation(events, deeds, told),
        photos=[one for one in attachments if pictures.is_picture(one)],
        files=[one for one in attachments if not pictures.is_picture(one)],
        answer=_last_paper(deeds, events, {Action.CLOSE}) if case.outcome else None,
        proposal=_last_paper(deeds, events, {Action.PROPOSE_ANSWER}) if pending_of(case).answer_by else None,
        refusal=_last_paper(deeds, events, {Action.DECLINE, Action.RETURN}) if case.state == State.TRIAGE else None,
        may_correct=not has_left(events, messages),
    )


def _last_paper(
    deeds: Sequence[HistoryEntry], events: Sequence[CaseEvent], actions: Container[str]
) -> EventText | None:
    pairs = zip(reversed(deeds), reversed(events), strict=True)
    return next((deed.paper for deed, event in pairs if event.action in actions), None)


def _span(holding: Holding, clock: time_held.WorkingTime, at: datetime) -> Span:
    return Span(
        holder=time_held.holder_name(holding),
        since=holding.started_at,
        until=holding.ended_at,
        length=time_held.working_words(clock.between(holding.started_at, holding.ended_at or at)),
    )
