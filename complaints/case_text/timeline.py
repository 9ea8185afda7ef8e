"""What has happened to a case, in its citizen's words, newest first; and the words said on it, fetched at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import CharField, F, QuerySet, TextChoices, TextField, Value
from django_stubs_ext import StrPromise

from agencies.models import Agency
from complaints.actions.answer_copies import headings
from complaints.case_text.kinds import words_of_kind
from complaints.case_text.promise import unit_name
from complaints.models import Addition, Answer, Case, CaseEvent, Extension, Objection, Question, RefusalReason, Ruling
from complaints.workflow import ACTIONS, Action, ActionRule, Outcome, State, TimelineText


@dataclass(frozen=True)
class TimelineEntry:
    """One thing that happened: ``text`` is what we say of it and ``on`` a day in it, ``quote`` a person's words."""

    title: str
    at: datetime
    colour: str = ""
    text: str = ""
    on: date | None = None
    quote: str = ""


# ---- the words ----


@dataclass(frozen=True)
class Words:
    """What was written in one row: its one or two texts and its code, where it has them."""

    first: str = ""
    second: str = ""
    code: str = ""


type WordsOf = dict[tuple[str, int], Words]


def words_of(case: Case) -> WordsOf:
    """Return everything written on ``case`` by kind and key, in one statement."""
    questions = _rows(Question.objects.filter(case=case), "question", first="text", second="reply")
    others = (
        _rows(Answer.objects.filter(case=case), "answer", first="found", second="done", code="outcome"),
        _rows(Addition.objects.filter(case=case), "addition", first="text"),
        _rows(Extension.objects.filter(case=case), "extension", first="reason"),
        _rows(Objection.objects.filter(case=case), "objection", first="text", second="reasons"),
        _rows(Ruling.objects.filter(case=case), "ruling", first="text"),
    )
    return {
        (what, key): Words(*texts) for what, key, *texts in questions.union(*others, all=True).order_by("said_what")
    }


def _rows(rows: QuerySet[Any], what: str, *, first: str, second: str = "", code: str = "") -> QuerySet[Any, Any]:
    columns = {"said_first": first, "said_second": second, "said_code": code}
    texts = {alias: F(name) if name else Value("", output_field=TextField()) for alias, name in columns.items()}
    kind = Value(what, output_field=CharField())
    told: QuerySet[Any, Any] = rows.order_by().annotate(said_what=kind, **texts).values_list("said_what", "pk", *texts)
    return told


# ---- the entries ----


@dataclass(frozen=True)
class _Telling:
    """One event with what is needed to put it into words."""

    case: Case
    event: CaseEvent
    words: WordsOf
    owner: Agency | None  # whose the case was after the event

    def entry(self) -> TimelineEntry | None:
        """Return how the citizen reads the event, as its row of the table says; None where they read nothing of it."""
        text = self.rule.timeline
        if text is None or (text.only_with and not self.event.facts.get(text.only_with)):
            return None
        on = self._day(text.day)
        return TimelineEntry(
            title=self._named(text.title) or self._kinds_title(),
            at=self.event.at,
            colour=text.colour,
            text=self._text(text) if on or not text.day else "",
            on=on,
            quote=self._quote() if text.has_quote else "",
        )

    @property
    def rule(self) -> ActionRule:
        return ACTIONS[Action(self.event.action)]

    def _named(self, words: StrPromise | str) -> str:
        """Return ``words`` with the names of the offices: the unit acts where no agency had the case."""
        acted, owner = self.event.agency, self.owner
        names = {
            "agency": acted.name if acted else unit_name(),
            "owner": owner.name if owner else unit_name(),
            "unit": unit_name(),
        }
        return str(words) % names if words else ""

    def _kinds_title(self) -> str:
        words = words_of_kind(self.case.kind)
        return str(words.written_down if self.case.entered_by_id else words.sent)

    def _text(self, text: TimelineText) -> str:
        in_triage = text.text_in_triage and self.event.to_state == State.TRIAGE
        words, label = self._named(text.text_in_triage if in_triage else text.text), self._detail(text.detail)
        return f"{label}. {words}" if label and words else label or words

    def _detail(self, name: str) -> str:
        code = self.event.facts.get(name) if name else None
        choices: type[TextChoices] = RefusalReason if name == "reason" else Outcome
        return str(choices(code).label) if code in choices.values else ""

    def _day(self, name: str) -> date | None:
        text = self.event.facts.get(name) if name else None
        return date.fromisoformat(text) if text else None

    def _quote(self) -> str:
        quote = self.rule.quote
        written = next((self.words[key] for key in _keys(self.event) if key in self.words), None)
        return getattr(written, quote.texts[0]) if quote and written else ""


def _keys(event: CaseEvent) -> Iterator[tuple[str, int]]:
    """Yield under which kind and key the words of ``event`` may stand."""
    for what in ("question", "extension", "ruling", "objection", "addition"):
        if what in event.facts:
            yield what, event.facts[what]


def timeline(case: Case, events: Sequence[CaseEvent], words: WordsOf) -> list[TimelineEntry]:
    """Return what the citizen reads, newest first; ``events`` are all of the case's, oldest first."""
    # An event names the agency the case had before it, which is the one it had after the event before.
    owners = [*(event.agency for event in events[1:]), case.agency]
    entries = [_Telling(case, event, words, owner).entry() for event, owner in zip(events, owners, strict=True)]
    return [entry for entry in reversed(entries) if entry is not None]


# ---- what is on the page now ----


@dataclass(frozen=True)
class GivenAnswer:
    """The answer the citizen reads: what was found, what was done, how it ended; the headings fit the kind."""

    found: str
    done: str
    outcome: str
    found_title: str
    done_title: str


def given(kind: str, outcome: str, *, found: str, done: str) -> GivenAnswer:
    """Return an answer as the citizen reads it."""
    return GivenAnswer(found, done, str(Outcome(outcome).label), *headings(kind, outcome))


def current_answer(case: Case, events: Sequence[CaseEvent], words: WordsOf) -> GivenAnswer | None:
    """Return the answer of a closed case, None when it closed without one."""
    if case.is_open:
        return None
    key = next((event.facts.get("answer") for event in reversed(events) if event.action == Action.CLOSE), None)
    said = words.get(("answer", key)) if key else None
    if said is None or case.outcome == Outcome.WITHDRAWN:
        return None
    return given(case.kind, said.code, found=said.first, done=said.second)


def open_question(case: Case, events: Sequence[CaseEvent], words: WordsOf) -> str:
    """Return the question the case waits with, empty when it waits for nothing."""
    if case.state != State.WAITING:
        return ""
    asked = next((event for event in reversed(events) if event.action == Action.ASK), None)
    return words.get(("question", asked.facts.get("question", 0)), Words()).first if asked else ""
