"""What has happened to a case, in its citizen's words, newest first; and the words said on it, fetched at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import CharField, F, QuerySet, TextField, Value
from django.utils.translation import gettext

from agencies.models import Agency
from complaints.actions.answer_copies import headings
from complaints.case_text.kinds import words_of_kind
from complaints.case_text.promise import unit_name
from complaints.models import Addition, Answer, Case, CaseEvent, Extension, Objection, Question, RefusalReason, Ruling
from complaints.workflow import Act, Outcome, State, Verb


@dataclass(frozen=True)
class TimelineEntry:
    """One thing that happened: ``text`` is what we say of it and ``on`` a day in it, ``said`` a person's words."""

    title: str
    at: datetime
    kind: str = ""
    text: str = ""
    on: date | None = None
    said: str = ""


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


# ---- the telling ----


@dataclass(frozen=True)
class _Telling:
    """One event with what is needed to put it into words."""

    case: Case
    event: CaseEvent
    words: WordsOf
    owner: Agency | None  # whose the case was after the event

    @property
    def agency(self) -> str:
        """The office that acted: the agency that had the case, else the unit that runs the service."""
        return self.event.agency.name if self.event.agency else unit_name()

    def fact(self, name: str) -> Any:
        return self.event.facts.get(name)

    def found(self, what: str) -> Words:
        return self.words.get((what, self.fact(what) or 0), Words())

    def day(self, name: str) -> date | None:
        text = self.fact(name)
        return date.fromisoformat(text) if text else None

    def entry(self, title: str, **parts: Any) -> TimelineEntry:
        return TimelineEntry(title, self.event.at, **parts)


def timeline(case: Case, events: Sequence[CaseEvent], words: WordsOf) -> list[TimelineEntry]:
    """Return what the citizen reads, newest first; ``events`` are all of the case's, oldest first."""
    # An event names the agency the case had before it, which is the one it had after the event before.
    owners = [*(event.agency for event in events[1:]), case.agency]
    tellings = [_Telling(case, event, words, owner) for event, owner in zip(events, owners, strict=True)]
    told = [_TELLERS[telling.event.verb](telling) for telling in tellings if telling.event.verb in _TELLERS]
    return [entry for entry in reversed(told) if entry is not None]


def _filed(telling: _Telling) -> TimelineEntry:
    words = words_of_kind(telling.case.kind)
    title = str(words.written_down if telling.case.entered_by_id else words.sent)
    if telling.event.to_state == State.TRIAGE:
        text = gettext("%(unit)s finds the right agency.") % {"unit": unit_name()}
    else:
        text = gettext("It went to %(agency)s.") % {"agency": telling.agency}
    return telling.entry(title, kind="you", text=text)


def _referred(telling: _Telling) -> TimelineEntry:
    agency = telling.owner.name if telling.owner else unit_name()
    title = gettext("Moved to %(agency)s") % {"agency": agency}
    return telling.entry(title, text=gettext("You do not need to do anything."))


def _accepted(telling: _Telling) -> TimelineEntry:
    title = gettext("Accepted by %(agency)s") % {"agency": telling.agency}
    return telling.entry(title, kind="ok", **_reply_by(telling.day("promised_on")))


def _reply_by(day: date | None) -> dict[str, Any]:
    return {"text": gettext("You get the reply by"), "on": day} if day else {}


def _refused(telling: _Telling) -> TimelineEntry:
    title = gettext("%(agency)s is not competent") % {"agency": telling.agency}
    reason = telling.fact("reason")
    why = f"{RefusalReason(reason).label}. " if reason in RefusalReason.values else ""
    next_step = gettext("%(unit)s finds the right agency. You do not need to do anything.") % {"unit": unit_name()}
    return telling.entry(title, text=f"{why}{next_step}")


def _asked(telling: _Telling) -> TimelineEntry:
    title = gettext("A question from %(agency)s") % {"agency": telling.agency}
    return telling.entry(title, kind="wait", said=telling.found("question").first)


def _replied(telling: _Telling) -> TimelineEntry:
    return telling.entry(gettext("You answered the question"), kind="you", said=telling.found("question").second)


def _lapsed(telling: _Telling) -> TimelineEntry:
    text = gettext("Work goes on without your answer. You can still add information.")
    return telling.entry(gettext("The time for your answer is over"), text=text)


def _extended(telling: _Telling) -> TimelineEntry:
    said = telling.found("extension").first
    return telling.entry(gettext("New reply date"), said=said, **_reply_by(telling.day("new_on")))


def _closed(telling: _Telling) -> TimelineEntry:
    title = gettext("Answered by %(agency)s") % {"agency": telling.agency}
    outcome = telling.fact("outcome")
    return telling.entry(title, kind="ok", text=str(Outcome(outcome).label) if outcome in Outcome.values else "")


def _corrected(telling: _Telling) -> TimelineEntry:
    text = gettext("The answer is being corrected. The date you were promised stays.")
    return telling.entry(gettext("The answer was taken back"), text=text)


def _withdrawn(telling: _Telling) -> TimelineEntry:
    return telling.entry(gettext("You withdrew it"), kind="you")


def _archived(telling: _Telling) -> TimelineEntry:
    title = gettext("Closed by %(unit)s") % {"unit": unit_name()}
    return telling.entry(title, said=telling.found("ruling").first)


def _objected(telling: _Telling) -> TimelineEntry:
    title = gettext("You objected to the answer")
    return telling.entry(title, kind="you", said=telling.found("objection").first)


def _upheld(telling: _Telling) -> TimelineEntry:
    title = gettext("Your objection was accepted")
    return telling.entry(title, kind="ok", said=telling.found("objection").second)


def _dismissed(telling: _Telling) -> TimelineEntry:
    return telling.entry(gettext("The answer stands"), said=telling.found("objection").second)


def _amended(telling: _Telling) -> TimelineEntry:
    return telling.entry(gettext("You corrected what you wrote"), kind="you")


def _added(telling: _Telling) -> TimelineEntry:
    return telling.entry(gettext("You added information"), kind="you", said=telling.found("addition").first)


def _missed(telling: _Telling) -> TimelineEntry | None:
    """Tell the first miss alone: who is told after it is the offices' own affair."""
    if not telling.fact("first"):
        return None
    text = gettext("We apologise. The delay was reported to those above the desk of %(agency)s.")
    title = gettext("The time limit has passed")
    return telling.entry(title, kind="bad", text=text % {"agency": telling.agency})


def _recounted(telling: _Telling) -> TimelineEntry | None:
    """Tell that the promised day moved, and nothing of the other dates that are counted anew."""
    day = telling.day("new_on")
    if day is None:
        return None
    text = gettext("Offices are closed on the day you were promised. You get the reply by")
    return telling.entry(gettext("New reply date"), text=text, on=day)


#: Proposals inside an agency are not told: they are nobody's news until they are granted or signed.
_TELLERS: dict[str, Callable[[_Telling], TimelineEntry | None]] = {
    Verb.FILE: _filed,
    Verb.REFER: _referred,
    Verb.ACCEPT: _accepted,
    Verb.DECLINE: _refused,
    Verb.RETURN: _refused,
    Verb.ASK: _asked,
    Verb.REPLY: _replied,
    Verb.LAPSE: _lapsed,
    Verb.EXTEND: _extended,
    Verb.CLOSE: _closed,
    Verb.CORRECT: _corrected,
    Verb.WITHDRAW: _withdrawn,
    Verb.ARCHIVE: _archived,
    Verb.OBJECT: _objected,
    Verb.UPHOLD: _upheld,
    Verb.DISMISS: _dismissed,
    Act.AMEND: _amended,
    Act.ADD: _added,
    Act.ESCALATE: _missed,
    Act.RECOUNT: _recounted,
}


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
    key = next((event.facts.get("answer") for event in reversed(events) if event.verb == Verb.CLOSE), None)
    said = words.get(("answer", key)) if key else None
    if said is None or case.outcome == Outcome.WITHDRAWN:
        return None
    return given(case.kind, said.code, found=said.first, done=said.second)


def open_question(case: Case, events: Sequence[CaseEvent], words: WordsOf) -> str:
    """Return the question the case waits with, empty when it waits for nothing."""
    if case.state != State.WAITING:
        return ""
    asked = next((event for event in reversed(events) if event.verb == Verb.ASK), None)
    return words.get(("question", asked.facts.get("question", 0)), Words()).first if asked else ""
