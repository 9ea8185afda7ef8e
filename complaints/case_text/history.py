"""The history of a case for staff: each action with who did it, when, its texts, and what the citizen was sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.db.models import Model, Q, QuerySet, TextChoices
from django.utils.translation import gettext, ngettext, pgettext_lazy

from accounts.models import Mandate, User
from agencies.models import Agency
from agencies.names import AgencyNames
from complaints.case_text.deadline import clock_particulars, days_label, span_label
from complaints.case_text.kinds import spoken_for_citizen
from complaints.case_text.messages import SentMessage
from complaints.engine import notices
from complaints.engine.links import LinkBearer
from complaints.models import (
    Addition,
    Answer,
    Attachment,
    Case,
    CaseEvent,
    CaseLink,
    Classification,
    ClockStep,
    Consultation,
    Estimate,
    Explanation,
    Extension,
    ExtensionState,
    FormerRating,
    Handover,
    Note,
    Objection,
    Question,
    Rating,
    Recusal,
    ReferralTask,
    Refusal,
    Ruling,
)
from complaints.permissions.policy import mandates_by_event
from complaints.permissions.readers import has_part, reads_words
from complaints.workflow import ACTIONS, Action, WithdrawalReason
from kit.compiled_reads import CompiledRead
from kit.dates import day_digits

# ---- The rulings of the unit on a case, which its page needs twice: for its history, and to say whose the case
# is.


def rulings_of(case: Case) -> list[Ruling]:
    """Return the rulings on ``case`` in the order of their events; one statement for each version of the object."""
    kept: tuple[int | None, list[Ruling]] = case.__dict__.get("_rulings", (None, []))
    if kept[0] != case.version:
        kept = case.__dict__["_rulings"] = case.version, _RULINGS.rows(None, {"case": case}, case=case.pk)
    return kept[1]


_RULINGS: Final = CompiledRead(
    lambda _shape, *, case: (
        Ruling.objects.filter(case=case).select_related("by", "agency", "offered__agency").order_by("event")
    ),
    is_prepared=True,
)


# ---- The texts written with the events of a case, by the key of the event, as far as the reader may read them. ----


@dataclass(frozen=True, kw_only=True)
class EventText:
    """The texts first written with one event, its codes in words, the person or office it names, the case it links to.

    ``agency`` is what ``named`` gets its name of that day from; the texts that are returned have none.
    ``challenge`` is the code of the fault for which an answer was challenged, ``reason`` why it was sent all the same.
    """

    first: str = ""
    second: str = ""
    label: str = ""
    named: str = ""
    agency: Agency | None = None
    linked: str = ""
    challenge: str = ""
    reason: str = ""


type EventTexts = dict[int, EventText]
#: Texts with the keys of their events; None where there is no such event.
type _Written = Iterator[tuple[int | None, EventText]]


def texts_for_staff(case: Case, events: Iterable[CaseEvent], user: User, *, at: datetime) -> EventTexts:
    """Return the texts of ``events`` of ``case`` as ``user`` may read them, in one statement for each kind there is.

    Only the agency that wrote them and the unit read notes, explanations and recusals; a link names only a
    case ``user`` may open.
    """
    readable = [event for event in events if reads_words(event, user, at=at)]
    texts = _texts(case, readable)
    if any(event.action in {Action.LINK, Action.UNLINK} for event in readable):
        texts |= {key: text for key, text in _links(case, user, at=at) if key is not None}
    return texts


def texts_for_citizen(case: Case, events: Iterable[CaseEvent]) -> EventTexts:
    """Return the texts that the citizen's timeline quotes, in one statement for each kind there is."""
    return _texts(case, (event for event in events if ACTIONS[Action(event.action)].is_quoted_to_citizen))


def _texts(case: Case, events: Iterable[CaseEvent]) -> EventTexts:
    """Return the texts of ``events``; kinds of texts without an event cost no statement."""
    happening = {event.pk: event for event in events}
    moments = {key: event.at for key, event in happening.items()}
    happened = {Action(event.action) for event in happening.values()}
    readers = [read for read, written_with in _READERS.items() if written_with & happened]
    if not has_part(case, "tasks"):
        readers = [read for read in readers if read is not _missed_partner_tasks]
    texts = {key: text for read in readers for key, text in read(case) if key is not None and key in moments}
    names = AgencyNames(text.agency for text in texts.values())
    return {
        key: replace(text, named=names.at(text.agency, moments[key]), agency=None) if text.agency else text
        for key, text in texts.items()
    }


# ---- the kinds of texts ----


def _of_case[Row: Model](model: type[Row], *related: str) -> CompiledRead[Row]:
    """Return the read of all rows of a case, in their order, with what is ``related``."""

    def build(_shape: None, *, case: int) -> QuerySet[Row]:
        rows = model._default_manager.filter(case=case)  # noqa: SLF001 - Django documents it
        return rows.select_related(*related) if related else rows

    return CompiledRead(build, is_prepared=True)


_QUESTIONS: Final = _of_case(Question)
_ANSWERS: Final = _of_case(Answer)
_ADDITIONS: Final = _of_case(Addition)
_EXTENSIONS: Final = _of_case(Extension)
_OBJECTIONS: Final = _of_case(Objection)
_RATINGS: Final = _of_case(Rating)
_FORMER_RATINGS: Final = _of_case(FormerRating)
_NOTES: Final = _of_case(Note)
_EXPLANATIONS: Final = _of_case(Explanation)
_REFUSALS: Final = _of_case(Refusal, "proposed_agency")
_RECUSALS: Final = _of_case(Recusal, "person")
_HANDOVERS: Final = _of_case(Handover, "centre")
_TASKS: Final = _of_case(ReferralTask, "agency")
_STEPS: Final = CompiledRead(
    lambda _shape, *, case: ClockStep.objects.filter(clock__case=case, clock__task__isnull=False).select_related(
        "clock__task__agency"
    ),
    is_prepared=True,
)
_CONSULTATIONS: Final = _of_case(Consultation, "directorate")
_CLASSIFICATIONS: Final = _of_case(Classification, "topic_before", "topic_after")


def _questions(case: Case) -> _Written:
    for row in _QUESTIONS.rows(None, {"case": case}, case=case.pk):
        yield row.event_id, EventText(first=row.text)
        yield row.reply_event_id, EventText(first=row.reply)


def _answers(case: Case) -> _Written:
    for row in _ANSWERS.rows(None, {"case": case}, case=case.pk):
        text = EventText(
            first=row.found,
            second=row.done,
            label=row.get_outcome_display(),
            challenge=row.challenge,
            reason=row.sent_because,
        )
        yield row.proposed_event_id, text
        yield row.event_id, text


def _additions(case: Case) -> _Written:
    for row in _ADDITIONS.rows(None, {"case": case}, case=case.pk):
        yield row.event_id, EventText(first=row.text)


def _extensions(case: Case) -> _Written:
    for row in _EXTENSIONS.rows(None, {"case": case}, case=case.pk):
        yield row.event_id, EventText(first=row.reason)
        if row.state == ExtensionState.GRANTED:
            yield row.decided_event_id, EventText(first=row.reason)


def _objections(case: Case) -> _Written:
    for row in _OBJECTIONS.rows(None, {"case": case}, case=case.pk):
        yield row.event_id, EventText(first=row.text)
        yield row.ruling_event_id, EventText(first=row.reasons)


def _ratings(case: Case) -> _Written:
    for row in _RATINGS.rows(None, {"case": case}, case=case.pk):
        yield row.event_id, EventText(first=row.text, label=row.get_solved_display())
    for former in _FORMER_RATINGS.rows(None, {"case": case}, case=case.pk):
        yield former.event_id, EventText(first=former.text, label=former.get_solved_display())


def _rulings(case: Case) -> _Written:
    for row in rulings_of(case):
        yield row.event_id, EventText(first=row.text, agency=row.agency)


def _refusals(case: Case) -> _Written:
    for row in _REFUSALS.rows(None, {"case": case}, case=case.pk):
        yield row.event_id, EventText(first=row.text, label=row.get_reason_display(), agency=row.proposed_agency)


def _notes(case: Case) -> _Written:
    for row in _NOTES.rows(None, {"case": case}, case=case.pk):
        # Only calls have a partner; the label of a choice is looked up among all of them.
        yield row.event_id, EventText(first=row.text, label=row.get_spoken_with_display() if row.spoken_with else "")


def _explanations(case: Case) -> _Written:
    for row in _EXPLANATIONS.rows(None, {"case": case}, case=case.pk):
        yield row.event_id, EventText(first=row.question)
        yield row.answer_event_id, EventText(first=row.answer)


def _recusals(case: Case) -> _Written:
    for row in _RECUSALS.rows(None, {"case": case}, case=case.pk):
        yield row.event_id, EventText(first=row.text, named=row.person.name)
        yield row.end_event_id, EventText(first=row.end_text, named=row.person.name)


def _handovers(case: Case) -> _Written:
    for row in _HANDOVERS.rows(None, {"case": case}, case=case.pk):
        yield row.event_id, EventText(first=row.number, named=row.centre.name)
        yield row.return_event_id, EventText(first=row.answer, named=row.centre.name)


def _partner_tasks(case: Case) -> _Written:
    for row in _TASKS.rows(None, {"case": case}, case=case.pk):
        yield row.event_id, EventText(first=row.text, agency=row.agency)
        yield row.answer_event_id, EventText(first=row.answer, agency=row.agency)
        yield row.drop_event_id, EventText(first=row.reason, agency=row.agency)


def _missed_partner_tasks(case: Case) -> _Written:
    """Yield the partner tasks about which the clock reminded or escalated."""
    for step in _STEPS.rows(case=case.pk):
        if (task := step.clock.task) is not None:
            yield step.event_id, EventText(agency=task.agency)


def _consultations(case: Case) -> _Written:
    for row in _CONSULTATIONS.rows(None, {"case": case}, case=case.pk):
        yield row.event_id, EventText(first=row.text, named=row.directorate.name)
        finding = EventText(first=row.finding, second=row.signed_as, named=row.directorate.name)
        yield row.finding_event_id, finding


def _estimates(case: Case) -> _Written:
    for row in Estimate.objects.filter(consultation__case=case):
        yield row.event_id, EventText(first=row.reason, label=days_label(row.days))


def _classifications(case: Case) -> _Written:
    for row in _CLASSIFICATIONS.rows(None, {"case": case}, case=case.pk):
        yield row.event_id, EventText(label=correction_label(row))


def correction_label(row: Classification) -> str:
    """Return what was corrected, with a mark where the case was closed already."""
    pairs = []
    if row.topic_before_id != row.topic_after_id:
        pairs.append((row.topic_before.name if row.topic_before else "—", row.topic_after.name))
    if row.kind_before != row.kind_after:
        pairs.append((row.get_kind_before_display(), row.get_kind_after_display()))
    parts = [gettext("from “%(before)s” to “%(after)s”") % {"before": old, "after": new} for old, new in pairs]
    if row.after_closing:
        parts.append(gettext("after closing"))
    return gettext(", ").join(parts)


def _links(case: Case, user: User, *, at: datetime) -> _Written:
    """Yield every link ``case`` has or had to a case that ``user`` may open, with the number of that case."""
    seen = Case.objects.visible_to(user, at=at).values("pk")
    ends = CaseLink.objects.filter(Q(case=case, lead__in=seen) | Q(lead=case, case__in=seen))
    references = ("case__reference", "lead__reference")
    for link in ends.select_related("case", "lead").only(*_LINK_FIELDS, *references):
        if link.case_id == case.pk:
            text, events = EventText(linked=link.lead.reference), (link.event_id, link.end_event_id)
        else:
            text, events = EventText(linked=link.case.reference), (link.lead_event_id, link.lead_end_event_id)
        yield from ((event, text) for event in events)


_LINK_FIELDS: Final = ("case", "lead", "event", "end_event", "lead_event", "lead_end_event")

#: Which actions each kind of text is written with.
_READERS: Final[dict[Callable[[Case], _Written], frozenset[Action]]] = {
    _questions: frozenset({Action.ASK, Action.REPLY}),
    _answers: frozenset({Action.PROPOSE_ANSWER, Action.CLOSE}),
    _additions: frozenset({Action.ADD}),
    _extensions: frozenset({Action.PROPOSE_EXTENSION, Action.EXTEND}),
    _objections: frozenset({Action.OBJECT, Action.UPHOLD, Action.DISMISS}),
    _ratings: frozenset({Action.RATE}),
    _rulings: frozenset({Action.REFER, Action.ARCHIVE}),
    _refusals: frozenset({Action.DECLINE, Action.RETURN}),
    _notes: frozenset({Action.NOTE, Action.CALL, Action.REFUSE_EXTENSION, Action.SEND_BACK}),
    _explanations: frozenset({Action.ASK_EXPLANATION, Action.EXPLAIN}),
    _recusals: frozenset({Action.RECUSE, Action.END_RECUSAL}),
    _handovers: frozenset({Action.HAND_OVER, Action.TAKE_BACK}),
    _partner_tasks: frozenset({Action.ADD_TASK, Action.ANSWER_TASK, Action.DROP_TASK}),
    _missed_partner_tasks: frozenset({Action.REMIND, Action.ESCALATE}),
    _consultations: frozenset({Action.CONSULT, Action.FIND}),
    _estimates: frozenset({Action.ESTIMATE}),
    _classifications: frozenset({Action.CLASSIFY}),
}


class Side(TextChoices):
    """Whose doing an entry of the history is."""

    CITIZEN = "citizen", pgettext_lazy("entries of the history", "Citizen")
    OURS = "ours", pgettext_lazy("entries of the history", "Ours")
    SYSTEM = "system", pgettext_lazy("entries of the history", "System")


@dataclass(frozen=True, kw_only=True)
class HistoryEntry:
    """One action on the case, or messages that the citizen was sent without one; then ``action`` is empty.

    ``after`` is the time since the previous change of its state; ``stands_in`` is the id of the section where the text
    stands that is not repeated here.
    """

    action: str = ""
    side: Side = Side.SYSTEM
    title: str
    at: datetime
    by: str = ""
    kind: str = ""
    after: str = ""
    text: EventText | None = None
    files: Sequence[Attachment] = ()
    messages: Sequence[SentMessage] = ()
    stands_in: str = ""


#: The pairs of actions of which the later one says again what the earlier one proposed.
_SAID_TWICE: Final = frozenset({Action.PROPOSE_ANSWER, Action.CLOSE, Action.PROPOSE_EXTENSION, Action.EXTEND})

#: The actions of people that set, move or propose the day of the answer.
_DATED: Final = frozenset({Action.ACCEPT, Action.PROPOSE_EXTENSION, Action.EXTEND, Action.CLASSIFY})


def history_entries(case: Case, events: Sequence[CaseEvent], texts: EventTexts) -> Iterator[HistoryEntry]:
    """Yield an entry for each of the ``events`` of ``case``, the oldest first."""
    entered, asker = events[0].at, ""
    mandates = mandates_by_event(events)
    for event in events:
        asker = event.actor.name if event.action == Action.CONSULT and event.actor else asker
        moves = event.from_state != event.to_state
        yield HistoryEntry(
            action=event.action,
            side=_side(event),
            title=": ".join(filter(None, [action_label(event), *_particulars(event)])),
            at=event.at,
            by=actor_label(event, case, asker=asker, mandates=mandates),
            kind=ACTIONS[Action(event.action)].colour,
            after=span_label(event.at - entered) if moves and event.from_state else "",
            text=texts.get(event.pk),
        )
        if moves:
            entered = event.at


def _side(event: CaseEvent) -> Side:
    rule = ACTIONS[Action(event.action)]
    if rule.is_citizens:
        return Side.CITIZEN
    is_ours = event.actor_id is not None or rule.by_link or event.action == Action.TAKE_BACK
    return Side.OURS if is_ours else Side.SYSTEM


def with_messages(
    events: Sequence[CaseEvent], entries: Sequence[HistoryEntry], sent: Iterable[SentMessage]
) -> list[HistoryEntry]:
    """Return ``entries``, the oldest first, with the messages to the citizen about each; others stand for themselves.

    ``events`` and ``entries`` belong together; ``sent`` is the newest first.
    """
    about: dict[str, list[SentMessage]] = defaultdict(list)
    for message in sent:
        about[message.occasion].insert(0, message)
    told = [
        replace(entry, messages=messages) if (messages := about.pop(notices.occasion(event), ())) else entry
        for event, entry in zip(events, entries, strict=True)
    ]
    alone = [
        HistoryEntry(title=messages[0].about, at=messages[0].at, by=gettext("automatically"), messages=messages)
        for messages in about.values()
    ]
    return sorted([*told, *alone], key=lambda entry: entry.at)


def each_text_once(entries: Sequence[HistoryEntry], sections: Mapping[str, EventText | None]) -> Iterator[HistoryEntry]:
    """Yield ``entries``, the newest first, without the texts of proposals that were taken over as they are.

    ``sections`` are the ids of the sections of the page with their texts: an entry with one of these leads there.
    """
    said: list[EventText] = []
    where = [(section, text) for section, text in sections.items() if text]
    for entry in entries:
        if entry.action not in _SAID_TWICE or entry.text is None:
            yield entry
            continue
        section = next((section for section, text in where if text == entry.text), "")
        is_said = bool(section) or entry.text in said
        said.append(entry.text)
        yield without_words(entry, section) if is_said else entry


def without_words(entry: HistoryEntry, section: str) -> HistoryEntry:
    """Return ``entry`` with what stands beside its words alone; they stand in ``section``."""
    return replace(entry, text=entry.text and replace(entry.text, first="", second=""), stands_in=section)


def action_label(event: CaseEvent) -> str:
    """Return the label of the action for staff."""
    return str(ACTIONS[Action(event.action)].label)


def _particulars(event: CaseEvent) -> Sequence[str]:
    return clock_particulars(event), _promise(event), _because(event), _files(event)


def _promise(event: CaseEvent) -> str:
    """Return the day by which the answer is promised, or proposed to be, since ``event``."""
    day = (event.promised_on or event.new_on) if event.action in _DATED else None
    return gettext("answer by %(day)s") % {"day": day_digits(day)} if day else ""


def _because(event: CaseEvent) -> str:
    code = event.withdrawn_because
    return str(WithdrawalReason(code).label) if code in WithdrawalReason.values else ""


def _files(event: CaseEvent) -> str:
    """Return how many of a directorate's files the citizen sees since ``event``, and how many no longer."""
    shown, hidden = event.shows_files, event.hides_files
    words = [
        ngettext("%(count)s file shown", "%(count)s files shown", shown) % {"count": shown} if shown else "",
        ngettext("%(count)s file hidden again", "%(count)s files hidden again", hidden) % {"count": hidden}
        if hidden
        else "",
    ]
    return gettext(", ").join(filter(None, words))


def actor_label(event: CaseEvent, case: Case, *, asker: str = "", mandates: Mapping[str, Mandate] | None = None) -> str:
    """Return who did it: staff by name, the citizen never by name, empty for the clock.

    ``asker`` is who last asked the directorate and ``mandates`` are those of the case, where the caller knows them
    without a statement.
    """
    if event.mandate:
        return spoken_for_citizen((mandates_by_event([event]) if mandates is None else mandates).get(event.mandate))
    is_by_link = event.action == Action.RATE and event.actor is None
    if is_by_link or (event.actor is not None and event.actor_id == case.citizen.user_id):
        return gettext("the citizen")
    if event.actor is None:
        return _by_no_account(event, asker)
    if event.through:
        return gettext("%(name)s for the citizen") % {"name": event.actor.name}
    if event.on_behalf_of is not None:
        return gettext("%(deputy)s for %(absent)s") % {"deputy": event.actor.name, "absent": event.on_behalf_of.name}
    return event.actor.name


def _by_no_account(event: CaseEvent, asker: str) -> str:
    if event.action == Action.TAKE_BACK:
        return gettext("the outside centre")
    return _by_link(event, asker) if ACTIONS[Action(event.action)].by_link else gettext("automatically")


def _by_link(event: CaseEvent, asker: str) -> str:
    if event.link_bearer != LinkBearer.OFFICER:
        return gettext("the directorate")
    if not asker:
        asked = CaseEvent.objects.filter(case=event.case_id, action=Action.CONSULT, number__lt=event.number)
        asker = str(asked.select_related("actor").latest("number").actor)
    return gettext("through the link that %(officer)s gave to the directorate") % {"officer": asker}


# ---- Which events of a case still stand: what was undone, and its undoing, changed nothing. ----


def standing(events: Sequence[CaseEvent]) -> list[CaseEvent]:
    """Return ``events``, all of a case and the oldest first, without steps that were undone and their undoing.

    What was recorded between the two and changed no state stays.
    """
    undone = {
        number for event in events if event.first_undone for number in range(event.first_undone, event.number + 1)
    }
    return [one for one in events if one.number not in undone or not ACTIONS[Action(one.action)].changes_state]
