"""The texts written with the events of a case, by the key of the event, as far as the reader may read them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext

from accounts.models import User
from agencies.models import Agency
from agencies.names import AgencyNames
from complaints.case_text.estimates import days_label
from complaints.case_text.rulings import rulings_of
from complaints.models import (
    Addition,
    Answer,
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
)
from complaints.permissions.case_parts import has_part
from complaints.permissions.own_desk import reads_words
from complaints.workflow import ACTIONS, Action
from kit.compiled_reads import CompiledRead


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
