"""The timeline of a case for its citizen, newest first; an answer in the citizen's words, and the open question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext
from django_stubs_ext import StrPromise

from accounts.models import Mandate
from agencies.models import Agency
from agencies.names import AgencyNames
from complaints.actions.answer_copies import headings
from complaints.case_text.event_texts import EventText, EventTexts
from complaints.case_text.kind_texts import DECIDED
from complaints.case_text.kinds import words_of_kind
from complaints.case_text.speakers import spoken_by
from complaints.case_text.status import outcome_colour
from complaints.models import Attachment, Case, CaseEvent, Channel, RefusalReason, Solved
from complaints.permissions.representatives import mandates_by_event
from complaints.workflow import ACTIONS, Action, ActionRule, Actor, Outcome, State, TimelineText
from kit.unit import unit_name

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
