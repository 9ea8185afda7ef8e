"""The timeline of a case for its citizen, newest first; an answer in the citizen's words, and the open question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django_stubs_ext import StrPromise

from accounts.models import Mandate
from agencies.models import Agency
from agencies.names import AgencyNames
from complaints.actions.answers import headings
from complaints.case_text.history import EventText, EventTexts, standing
from complaints.case_text.kinds import DECIDED, ENDED, LAST_STAGE, STATUS as KIND_STATUS, spoken_by, words_of_kind
from complaints.models import Attachment, Case, CaseEvent, Channel, RefusalReason, Solved
from complaints.permissions.policy import mandates_by_event
from complaints.workflow import ACTIONS, Action, ActionRule, Actor, Kind, Outcome, State, TimelineText
from kit.unit import unit_name

# ---- The status of a case and of its outcome for the citizen: one word, and the colour of its tag. ----


#: Green is for what was wanted; what was done in part is a warning, everything else has no colour.
_COLOURS: Final[Mapping[str, str]] = {
    Outcome.SOLVED: "ok",
    Outcome.ANSWERED: "ok",
    Outcome.THANKED: "ok",
    Outcome.ADOPTED: "ok",
    Outcome.PARTLY: "warn",
}


@dataclass(frozen=True)
class Status:
    """The status of a case in one word for its citizen, and the colour of its tag."""

    word: str
    kind: str


def outcome_colour(outcome: str) -> str:
    """Return the colour of an outcome: ok, warn or nothing."""
    return _COLOURS.get(outcome, "")


def citizen_status(case: Case) -> Status:
    """Return the status of ``case`` for its citizen."""
    if not case.is_open:
        return closed_status(case)
    word = KIND_STATUS.get((case.kind, case.state), _OPEN[case.state])
    return Status(str(word), "wait" if case.state == State.WAITING else "info")


#: The status of an open case in each state, unless its kind has a word of its own.
_OPEN: Final[Mapping[str, StrPromise]] = {
    State.TRIAGE: pgettext_lazy("status of a case", "Received"),
    State.REFERRED: pgettext_lazy("status of a case", "Being checked"),
    State.IN_PROGRESS: pgettext_lazy("status of a case", "In progress"),
    State.WAITING: pgettext_lazy("status of a case", "Needs your answer"),
    State.OBJECTED: pgettext_lazy("status of a case", "Under review"),
}


def closed_status(case: Case) -> Status:
    """Return the status of a closed case: partly solved is said as such, and is not green."""
    if case.outcome in ENDED:
        return Status(str(ENDED[case.outcome]), outcome_colour(case.outcome))
    if case.outcome == Outcome.WITHDRAWN:
        return Status(pgettext("status of a case", "Withdrawn"), "")
    if case.outcome in {Outcome.INADMISSIBLE, Outcome.NO_REPLY}:
        return Status(pgettext("status of a case", "Closed"), "")
    if case.outcome == Outcome.PARTLY:
        return Status(str(Outcome.PARTLY.label), outcome_colour(case.outcome))
    return Status(pgettext("status of a case", "Answered"), outcome_colour(case.outcome))


#: The labels of the codes that an entry names as its detail; all others are outcomes.
_LABELS: Final[dict[str, type[TextChoices]]] = {"reason": RefusalReason, "solved": Solved}


@dataclass(frozen=True)
class TimelineEntry:
    """One entry: ``text`` is ours, ``on`` the day at its end, ``quote`` a person's words, ``files`` what came along.

    ``by`` names a representative and the citizen, where the one acted for the other.
    """

    title: str
    at: datetime
    colour: str = ""
    text: str = ""
    on: date | None = None
    quote: str = ""
    files: Sequence[Attachment] = ()
    by: str = ""


# ---- the entries ----


@dataclass(frozen=True)
class _Telling:
    """One event with all that its entry is made from."""

    case: Case
    event: CaseEvent
    written: EventText | None
    owner: Agency | None  # whose the case was after the event
    files: Sequence[Attachment]
    agencies: AgencyNames
    mandate: Mandate | None

    def entry(self) -> TimelineEntry | None:
        """Return the entry by the event's row of the table of actions; None where the citizen does not see it."""
        text = self.rule.timeline
        if text is None or (text.only_with and not getattr(self.event, text.only_with)):
            return None
        on = self._day(text.day)
        return TimelineEntry(
            title=self._named(self._decided(text) or text.title) or self._kinds_title(),
            at=self.event.at,
            colour=self._colour(text),
            text=self._text(text) if on or not text.day else "",
            on=on,
            quote=self.written.first if text.has_quote and self.written else "",
            files=self.files,
            by=spoken_by(self.mandate) or self._by_agent(),
        )

    def _decided(self, text: TimelineText) -> StrPromise | None:
        return DECIDED.get(self.event.outcome) if text.detail == "outcome" else None

    def _by_agent(self) -> str:
        return gettext("The contact centre, for you") if self.event.through == Actor.AGENT else ""

    @property
    def rule(self) -> ActionRule:
        return ACTIONS[Action(self.event.action)]

    def _named(self, words: StrPromise | str) -> str:
        """Return ``words`` with the names of the offices filled in; the unit acted where no agency had the case."""
        acted, owner = self.event.agency, self.owner
        names = {
            "agency": self.agencies.at(acted, self.event.at) if acted else unit_name(),
            "owner": self.agencies.at(owner, self.event.at) if owner else unit_name(),
            "unit": unit_name(),
        }
        return str(words) % names if words else ""

    def _kinds_title(self) -> str:
        words = words_of_kind(self.case.kind)
        is_by_phone = self.case.channel == Channel.PHONE and self.case.entered_by_id and not self.mandate
        return str(words.written_down if is_by_phone else words.sent)

    def _text(self, text: TimelineText) -> str:
        in_triage = text.text_in_triage and self.event.to_state == State.TRIAGE
        words, label = self._named(text.text_in_triage if in_triage else text.text), self._detail(text.detail)
        return f"{label}. {words}" if label and words else label or words

    def _colour(self, text: TimelineText) -> str:
        """Return the colour of the entry; an answer is green only if its outcome is."""
        if text.detail == "outcome" and outcome_colour(self.event.outcome) != "ok":
            return ""
        return text.colour

    def _detail(self, name: str) -> str:
        code = getattr(self.event, name) if name else ""
        choices = _LABELS.get(name, Outcome)
        return str(choices(code).label) if code in choices.values else ""

    def _day(self, name: str) -> date | None:
        day: date | None = getattr(self.event, name) if name else None
        return day


NO_FILES: Mapping[int | None, Sequence[Attachment]] = {}


def timeline(
    case: Case,
    events: Sequence[CaseEvent],
    texts: EventTexts,
    files: Mapping[int | None, Sequence[Attachment]] = NO_FILES,
) -> list[TimelineEntry]:
    """Return the timeline, newest first; ``events`` are all of the case's, oldest first.

    ``files`` are those the citizen sees by the key of their event, None for the filing (``files_by_event``).
    """
    # An event has the agency before it; so the agency after an event is that of the next event.
    owners = [*(event.agency for event in events[1:]), case.agency]
    mandates = mandates_by_event(events)
    names = AgencyNames({event.agency for event in events} | {case.agency})
    entries = [
        _Telling(
            case, event, texts.get(event.pk), owner, files.get(_source(event), ()), names, mandates.get(event.mandate)
        ).entry()
        for event, owner in zip(events, owners, strict=True)
    ]
    return [entry for entry in reversed(entries) if entry is not None]


def _source(event: CaseEvent) -> int | None:
    return None if event.action == Action.FILE else event.pk


# ---- what is on the page now ----


@dataclass(frozen=True)
class GivenAnswer:
    """The answer for the citizen: what was found, what was done, and the outcome, with headings for the kind."""

    found: str
    done: str
    outcome: str
    colour: str
    found_title: str
    done_title: str


def given_answer(kind: str, outcome: str, *, found: str, done: str) -> GivenAnswer:
    """Return an answer for the citizen."""
    return GivenAnswer(found, done, str(Outcome(outcome).label), outcome_colour(outcome), *headings(kind, outcome))


def open_question(case: Case) -> str:
    """Return the open question to the citizen, empty when there is none."""
    question = case.questions.filter(ended_at__isnull=True).first() if case.state == State.WAITING else None
    return question.text if question else ""


# ---- The strip of stages of a case: where it stands, and on which day of its history each stage was reached. ----


#: After these, whose task the case is must be found or confirmed once more.
_UNSETTLED = frozenset({Action.DECLINE, Action.RETURN, Action.REFER})


@dataclass(frozen=True)
class Stage:
    """One stage of a case: ``state`` is done, now or empty; ``on`` is the day it was or will be reached.

    ``event`` is the number of the event that reached it; 0 for a stage that is still to come.
    """

    word: str
    state: str
    on: date | None = None
    event: int = 0


@dataclass
class _Milestones:
    """The events that the stages rest on; None where there is none, or where it no longer counts."""

    filed: CaseEvent | None = None
    accepted: CaseEvent | None = None
    answered: CaseEvent | None = None
    ended: CaseEvent | None = None

    def take(self, event: CaseEvent) -> None:
        """Follow the case through ``event``, which comes after all those taken before."""
        self.filed = self.filed or event
        if event.action == Action.ACCEPT:
            self.accepted = event
        elif event.action in _UNSETTLED or event.to_state == State.TRIAGE:
            self.accepted = None
        if event.action == Action.CLOSE:
            self.answered = event
        if event.from_state != event.to_state:
            self.ended = event if event.to_state == State.CLOSED else None


def stages(case: Case, events: Sequence[CaseEvent]) -> list[Stage]:
    """Return the stages of ``case``, whose ``events`` are all of its history, the oldest first."""
    found = _Milestones()
    for event in standing(events):
        found.take(event)
    received = _reached(pgettext("status of a case", "Received"), found.filed)
    checked = pgettext("status of a case", "Agency check")
    way = [received, *([_reached(checked, found.accepted)] if found.accepted else [])]
    if case.state == State.CLOSED:
        return [*way, *_end(case, found)]
    if case.state == State.OBJECTED:
        due = timezone.localdate(case.deadline_at) if case.deadline_at else None
        return [*way, *_answered(found), Stage(gettext("Objection under review"), "now", due)]
    return [received, *_still_open(case, checked, found)]


def _still_open(case: Case, checked: str, found: _Milestones) -> list[Stage]:
    working = str(KIND_STATUS.get((case.kind, State.IN_PROGRESS), pgettext("status of a case", "In progress")))
    answer = Stage(str(LAST_STAGE.get(case.kind, pgettext("status of a case", "Answer"))), "")
    if case.kind == Kind.PRAISE:
        return [Stage(working, "now" if case.agency_id else ""), answer]
    if State.IN_PROGRESS not in {case.state, case.resumes_to}:
        return [Stage(checked, "now"), Stage(working, ""), answer]
    until = case.promised_on if case.state == State.IN_PROGRESS else None
    # An agency that answered at once, and whose answer was objected to, never accepted the case in so many words.
    return [_reached(checked, found.accepted or found.answered), Stage(working, "now", until), answer]


def _end(case: Case, found: _Milestones) -> list[Stage]:
    """Return how the case ended; an objection that was rejected stands after the answer that it left in force."""
    if found.ended is not None and found.ended.action == Action.DISMISS:
        return [*_answered(found), _reached(gettext("Objection reviewed"), found.ended)]
    return [_reached(closed_status(case).word, found.ended)]


def _answered(found: _Milestones) -> list[Stage]:
    return [_reached(pgettext("status of a case", "Answered"), found.answered)] if found.answered else []


def _reached(word: str, event: CaseEvent | None) -> Stage:
    if event is None:
        return Stage(word, "done")
    return Stage(word, "done", timezone.localdate(event.at), event.number)
