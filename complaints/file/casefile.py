"""What the desk reads of one case: its history with names, who held it, what was sent, what is still to sign."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Case as If, CharField, Exists, F, OuterRef, Q, Subquery, TextField, Value, When
from django.db.models.functions import Cast
from django.utils.translation import get_language, gettext, gettext_lazy as _

from accounts.recipients import CITIZEN
from accounts.roles import CMU, DESK
from agencies.models import current_calendar
from complaints import holdings, notices
from complaints.deadlines.history import particulars_of
from complaints.desk import span_words
from complaints.directorates.times import days_words
from complaints.file import conversation, pictures
from complaints.messages import fates
from complaints.messages.fates import Fate
from complaints.messages.names import name_of
from complaints.models import (
    Answer,
    AnswerState,
    Case,
    CaseEvent,
    CaseLink,
    CaseQuerySet,
    Estimate,
    Extension,
    ExtensionState,
    Handover,
    Holding,
    ReferralTask,
    RefusalReason,
    SpokenWith,
    TaskState,
)
from complaints.workflow import Act, Outcome, State, Verb
from notifications.models import LEFT, Message

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from accounts.models import User
    from complaints.models import Attachment

#: What was done, in the words of the desk.
DEEDS: dict[str, _StrPromise] = {
    Verb.FILE: _("Filed"),
    Verb.REFER: _("Referred to an agency"),
    Verb.ACCEPT: _("Accepted"),
    Verb.DECLINE: _("Declined: outside the agency's competence"),
    Verb.RETURN: _("Returned: it proved outside the agency's competence"),
    Verb.ASK: _("Question to the citizen"),
    Verb.REPLY: _("Reply of the citizen"),
    Verb.LAPSE: _("No reply in time; the work goes on without it"),
    Verb.EXTEND: _("New date granted"),
    Verb.CLOSE: _("Closed with an answer"),
    Verb.CORRECT: _("Closing taken back"),
    Verb.WITHDRAW: _("Withdrawn by the citizen"),
    Verb.ARCHIVE: _("Closed without referral"),
    Verb.OBJECT: _("Objection to the answer"),
    Verb.UPHOLD: _("Objection upheld"),
    Verb.DISMISS: _("Objection dismissed"),
    Act.AMEND: _("Words corrected by the citizen"),
    Act.ADD: _("Information added by the citizen"),
    Act.PROPOSE_EXTENSION: _("New date proposed"),
    Act.REFUSE_EXTENSION: _("Proposed date refused"),
    Act.PROPOSE_ANSWER: _("Answer proposed; it waits for the second signature"),
    Act.SEND_BACK: _("Proposed answer sent back"),
    Act.ASSIGN: _("Given to an officer"),
    Act.NOTE: _("Note"),
    Act.CALL: _("Telephone call noted"),
    Act.LABEL: _("Label changed"),
    Act.LINK: _("Linked to another case"),
    Act.UNLINK: _("Link to another case ended"),
    Act.CONSULT: _("Directorate asked for a time and a finding"),
    Act.ESTIMATE: _("Time given by the directorate"),
    Act.FIND: _("Finding of the directorate"),
    Act.REVOKE: _("Request to the directorate taken back"),
    Act.ADD_TASK: _("Another agency asked for its part"),
    Act.ANSWER_TASK: _("Part of another agency answered"),
    Act.DROP_TASK: _("Part of another agency dropped"),
    Act.HAND_OVER: _("Handed over to an outside centre"),
    Act.TAKE_BACK: _("Answer of the outside centre recorded"),
    Act.REMIND: _("Reminder"),
    Act.ESCALATE: _("Deadline missed; reported further up"),
    Act.RECOUNT: _("Deadline counted anew: the calendar has changed"),
}
_KINDS: dict[str, str] = {
    Verb.FILE: "you",
    Verb.REPLY: "you",
    Verb.WITHDRAW: "you",
    Verb.OBJECT: "you",
    Act.AMEND: "you",
    Act.ADD: "you",
    Verb.ACCEPT: "ok",
    Verb.CLOSE: "ok",
    Verb.DECLINE: "bad",
    Verb.RETURN: "bad",
    Verb.LAPSE: "wait",
    Verb.ASK: "wait",
    Act.ESCALATE: "bad",
    Act.CONSULT: "wait",
    Act.FIND: "ok",
    Act.HAND_OVER: "wait",
}
#: Which row holds the words of an event: the key in its facts.
_PAPERS = (
    *("question", "answer", "addition", "extension", "objection", "ruling", "refusal", "note", "handover", "handback"),
    *("task", "task_answer", "task_drop"),
    *("consultation", "estimate", "finding"),
    "link",
)


#: What is done through a signed link, by nobody who has an account.
_BY_LINK = frozenset({Act.ESTIMATE, Act.FIND})


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


@dataclass(frozen=True)
class Paper:
    """What was written with one event: its texts, its coded part, and the agency or case it names."""

    what: str
    first: str
    second: str
    code: str
    named: str

    @property
    def code_words(self) -> str:
        """Return the coded part in words."""
        match self.what:
            case "answer":
                return str(Outcome(self.code).label)
            case "refusal":
                return str(RefusalReason(self.code).label)
            case "note" if self.code:
                return str(SpokenWith(self.code).label)
            case "estimate":
                return days_words(int(self.code))
        return ""


type Papers = dict[tuple[str, int], Paper]


def papers_of(case: Case, user: User, *, at: datetime) -> Papers:
    """Return everything written on ``case`` by kind and key, in one statement; a link names what ``user`` may see."""
    parts = [
        _papers(case.questions.all(), "question", "text", "reply"),
        _papers(case.answers.all(), "answer", "found", "done", code="outcome"),
        _papers(case.additions.all(), "addition", "text"),
        _papers(case.extensions.all(), "extension", "reason"),
        _papers(case.objections.all(), "objection", "text", "reasons"),
        _papers(case.rulings.all(), "ruling", "text", agency="agency"),
        _papers(case.refusals.all(), "refusal", "text", code="reason", agency="proposed_agency"),
        _papers(case.notes.all(), "note", "text", code="spoken_with"),
        _papers(case.handovers.all(), "handover", "reference", agency="centre"),
        _papers(case.handovers.all(), "handback", "answer", agency="centre"),
        _papers(case.tasks.all(), "task", "text", agency="agency"),
        _papers(case.tasks.all(), "task_answer", "answer", agency="agency"),
        _papers(case.tasks.all(), "task_drop", "reason", agency="agency"),
        _papers(case.consultations.all(), "consultation", "text", agency="directorate"),
        _papers(case.consultations.all(), "finding", "finding", "signed_as", agency="directorate"),
        _papers(Estimate.objects.filter(consultation__case=case), "estimate", "reason", code="days"),
        _links(case, user, at=at),
    ]
    rows = parts[0].union(*parts[1:], all=True).order_by()
    return {
        (what, key): Paper(what, first, second, code, named or "") for what, key, first, second, code, named in rows
    }


def _links(case: Case, user: User, *, at: datetime) -> Any:
    """Return every link ``case`` has or had, under the number of its other end."""
    seen = Case.objects.visible_to(user, at=at).values("pk")
    ends = Q(case=case, lead__in=seen) | Q(lead=case, case__in=seen)
    other = If(When(case=case, then=F("lead__reference")), default=F("case__reference"))
    nothing = Value("", output_field=TextField())
    return (
        CaseLink.objects.filter(ends)
        .order_by()
        .annotate(
            paper=Value("link", output_field=CharField()),
            first_text=nothing,
            second_text=nothing,
            coded=nothing,
            named=Cast(other, TextField()),
        )
        .values_list("paper", "pk", "first_text", "second_text", "coded", "named")
    )


def _papers(rows: Any, what: str, first: str, second: str = "", *, code: str = "", agency: str = "") -> Any:
    name = "name_en" if get_language() == "en" else "name_ar"
    return (
        rows.order_by()
        .annotate(
            paper=Value(what, output_field=CharField()),
            first_text=F(first),
            second_text=_column(second),
            coded=_column(code),
            named=_column(f"{agency}__{name}" if agency else ""),
        )
        .values_list("paper", "pk", "first_text", "second_text", "coded", "named")
    )


def _column(name: str) -> Cast | Value:
    return Cast(F(name), TextField()) if name else Value("", output_field=TextField())


def _messages_of(case: Case) -> list[Message]:
    """Return the messages about ``case`` without their words, the oldest first, with the calls in their place."""
    about = Message.objects.filter(reference=case.reference).select_related("call_task")
    sealed = [name for name in fates.SEALED if name != "address"]
    return list(about.defer(*sealed).order_by("created_at", "pk"))


# ---- the file ----


@dataclass(frozen=True)
class Told:
    """One message to the citizen: about which deed, by which channel, to which masked address, and its fate."""

    id: UUID
    about: str
    channel: str
    address: str
    at: datetime
    fate: Fate


@dataclass(frozen=True)
class Deed:
    """One thing done to the case: ``after`` is how long the case had stood where it was before."""

    title: str
    at: datetime
    by: str
    kind: str
    after: str
    paper: Paper | None


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

    history: Sequence[Deed]
    spans: Sequence[Span]
    held: Sequence[holdings.Held]
    told: Sequence[Told]
    staff_messages: int
    thread: Sequence[conversation.Line]
    photos: Sequence[Attachment]
    files: Sequence[Attachment]
    answer: Paper | None
    proposal: Paper | None
    refusal: Paper | None
    may_correct: bool


def open_file(case: Case, user: User, *, at: datetime) -> Casefile:
    """Return the file of ``case`` as ``user`` may read it at ``at``, in six statements whatever its length."""
    papers, messages = papers_of(case, user, at=at), _messages_of(case)
    events = list(case.events.select_related("actor", "on_behalf_of"))
    deeds = list(_deeds(case, events, Reader(papers, user, at)))
    titles = {notices.occasion(event): deed.title for event, deed in zip(events, deeds, strict=True)}
    told = _told_to_citizen(messages, titles, at=at)
    # A directorate's files stand beside its finding.
    attachments = list(case.attachments.filter(consultation__isnull=True))
    held = list(case.holdings.select_related("agency", "directorate"))
    clock = holdings.clock_of(held, at=at, calendar=current_calendar())
    return Casefile(
        history=deeds[::-1],
        spans=[_span(holding, clock, at) for holding in held],
        held=holdings.held_by(held, at=at, clock=clock),
        told=told,
        staff_messages=sum(not message.recipient.startswith(CITIZEN) for message in messages),
        thread=conversation.thread_of(events, deeds, told),
        photos=[one for one in attachments if pictures.is_picture(one)],
        files=[one for one in attachments if not pictures.is_picture(one)],
        answer=_last_paper(deeds, events, {Verb.CLOSE}) if case.outcome else None,
        proposal=_last_paper(deeds, events, {Act.PROPOSE_ANSWER}) if pending_of(case).answer_by else None,
        refusal=_last_paper(deeds, events, {Verb.DECLINE, Verb.RETURN}) if case.state == State.TRIAGE else None,
        may_correct=not _has_left(events, messages),
    )


class Reader:
    """Who reads the papers of a case: notes only of the own desk, unless it is the CMU."""

    def __init__(self, papers: Papers, user: User, at: datetime) -> None:
        authority = user.authority(at)
        self._papers, self._is_cmu, self._desks = papers, authority.has(CMU), authority.agencies(DESK)

    def paper_of(self, event: CaseEvent) -> Paper | None:
        """Return what was written with ``event``, None where that is nothing or not for this reader."""
        key = next(((what, event.facts[what]) for what in _PAPERS if what in event.facts), None)
        if key is None or (key[0] == "note" and not self._is_cmu and event.facts.get("desk") not in self._desks):
            return None
        paper = self._papers.get(key)
        # What came back later stands where it came.
        return replace(paper, second="") if paper and event.verb in {Verb.ASK, Verb.OBJECT} else paper


def _deeds(case: Case, events: Sequence[CaseEvent], reader: Reader) -> Iterator[Deed]:
    entered = events[0].at
    for event in events:
        moves = event.from_state != event.to_state
        yield Deed(
            title=": ".join(filter(None, [str(DEEDS[event.verb]), particulars_of(event)])),
            at=event.at,
            by=actor_of(event, case),
            kind=_KINDS.get(event.verb, ""),
            after=span_words(event.at - entered) if moves and event.from_state else "",
            paper=reader.paper_of(event),
        )
        if moves:
            entered = event.at


def actor_of(event: CaseEvent, case: Case) -> str:
    """Return who did it: staff by name, the citizen never by name, nobody where the clock did."""
    if event.actor is None:
        return gettext("the directorate") if event.verb in _BY_LINK else gettext("by the clock")
    if event.actor_id == case.citizen.user_id:
        return gettext("the citizen")
    if event.on_behalf_of is not None:
        return gettext("%(deputy)s for %(absent)s") % {"deputy": event.actor.name, "absent": event.on_behalf_of.name}
    return event.actor.name


def _last_paper(deeds: Sequence[Deed], events: Sequence[CaseEvent], verbs: Container[str]) -> Paper | None:
    pairs = zip(reversed(deeds), reversed(events), strict=True)
    return next((deed.paper for deed, event in pairs if event.verb in verbs), None)


def _span(holding: Holding, clock: holdings.WorkingTime, at: datetime) -> Span:
    return Span(
        holder=holdings.name_of(holding),
        since=holding.started_at,
        until=holding.ended_at,
        length=holdings.working_words(clock.between(holding.started_at, holding.ended_at or at)),
    )


def _told_to_citizen(messages: Sequence[Message], titles: Mapping[str, str], *, at: datetime) -> list[Told]:
    """Return what the citizen was told, the newest deed first; ``titles`` are those of the occasions in their order."""
    order = {occasion: place for place, occasion in enumerate(titles)}
    mine = [message for message in messages if message.recipient.startswith(CITIZEN)]
    mine.sort(key=lambda message: order.get(notices.first_occasion(message), -1))
    repeated = fates.repetitions_in(mine)
    return [_told(message, titles, repeated.get(message.pk), at=at) for message in reversed(mine)]


def _told(message: Message, titles: Mapping[str, str], repeated: Message | None, *, at: datetime) -> Told:
    return Told(
        id=message.pk,
        about=titles.get(notices.first_occasion(message), name_of(message)),
        channel=message.get_channel_display(),
        address=fates.masked_address(message),
        at=message.created_at,
        fate=fates.for_staff(message, at=at, repeated=repeated),
    )


def _has_left(events: Sequence[CaseEvent], messages: Iterable[Message]) -> bool:
    last = notices.occasion(events[-1])
    return any(message.occasion == last and message.state in LEFT for message in messages)
