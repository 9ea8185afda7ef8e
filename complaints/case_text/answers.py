"""All answers to a case, by round, each with its objection and ruling; and what an answer lacks."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final

from django.utils.translation import gettext, gettext_lazy as _
from django_stubs_ext import StrPromise

from agencies.names import AgencyNames
from complaints.answer_quality.judgement import Fault
from complaints.case_text.timeline import GivenAnswer, given_answer
from complaints.models import Answer, Attachment, Case, CaseEvent, Objection
from complaints.workflow import Action, Kind
from kit.languages import current_language


@dataclass(frozen=True)
class RoundObjection:
    """What the citizen objected, and the decision and its reasons, empty while the objection is reviewed."""

    text: str
    made_at: datetime
    ruling: str
    reasons: str
    ended_at: datetime | None


@dataclass(frozen=True)
class AnswerRound:
    """One round: the answer, None where the case ended without one, and the objections that dispute it."""

    number: int
    answer: GivenAnswer | None
    agency: str = ""
    at: datetime | None = None
    #: The key of the answer, for what other parts of the page know of it.
    answer_id: int | None = None
    files: Sequence[Attachment] = ()
    objections: list[RoundObjection] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        """Return the id of its part of the page."""
        return f"answer-{self.number}"


def answer_rounds(
    case: Case, events: Sequence[CaseEvent], files: Mapping[int | None, Sequence[Attachment]], *, at: datetime
) -> list[AnswerRound]:
    """Return the rounds of ``case`` at ``at``, the newest first: every answer sent, in whatever state the case is now.

    An answer that was or can still be undone is none: nobody was told of it. ``events`` are all of the case's,
    ``files`` those the citizen sees by the key of their event. A statement each for answers and for objections, where
    there are any.
    """
    happened = {event.action for event in events}
    given_ = case.answers.sent(at=at).select_related("agency").order_by("event")
    answers = list(given_) if Action.CLOSE in happened else []
    objections = list(case.objections.order_by("number")) if Action.OBJECT in happened else []
    return list(_rounds(case, answers, objections, files))[::-1]


def _rounds(
    case: Case,
    answers: Sequence[Answer],
    objections: Sequence[Objection],
    files: Mapping[int | None, Sequence[Attachment]],
) -> Iterator[AnswerRound]:
    unanswered = [made for made in objections if not answers or made.event_id < (answers[0].event_id or 0)]
    if unanswered:
        yield AnswerRound(0, None, objections=[_objection(made) for made in unanswered])
    names = AgencyNames(answer.agency for answer in answers)
    for number, answer in enumerate(answers, start=1):
        following = answers[number].event_id if number < len(answers) else None
        yield AnswerRound(
            number=number,
            answer=given_answer(case.kind, answer.outcome, found=answer.found, done=answer.done),
            agency=names.at(answer.agency, answer.given_at) if answer.given_at else answer.agency.name,
            at=answer.given_at,
            answer_id=answer.pk,
            files=files.get(answer.event_id, ()),
            objections=[_objection(made) for made in objections if _disputes(made, answer, before=following)],
        )


def _disputes(objection: Objection, answer: Answer, *, before: int | None) -> bool:
    """Tell whether ``objection`` came after ``answer`` and before the next one, whose event is ``before``."""
    given_by = answer.event_id or 0
    return given_by < objection.event_id and (before is None or objection.event_id < before)


def _objection(made: Objection) -> RoundObjection:
    return RoundObjection(
        text=made.text,
        made_at=made.made_at,
        ruling=str(made.get_ruling_display()) if made.ruling else "",
        reasons=made.reasons,
        ended_at=made.ended_at,
    )


# ---- The sentences for an answer that is refused or challenged: what is wrong, or the question it leaves open. ----


_TEXTS: Final[Mapping[str, StrPromise]] = {
    Fault.MISSING: _("Write what it was in words"),
    Fault.GIBBERISH: _("This text cannot be understood. Write what the citizen needs to know"),
    Fault.COPIED: _("This is the citizen's own text. Write what you found or did"),
    Fault.SAME_TWICE: _("This repeats the text above. Write what was done about what you found"),
    Fault.FORMULA: _("This is a standard phrase that says nothing about this case. Write who did what, and when"),
    Fault.LANGUAGE: _("The citizen reads another language. Answer in the one of the case, Arabic or English"),
    Fault.OTHER_SUBJECT: _("This reads like an answer about something else. What is the answer to this case?"),
    Fault.RETOLD: _("This repeats what the citizen wrote. What did you find yourselves?"),
    Fault.PROMISE: _("When? Give the day, or say what has been done already"),
    Fault.REFERRAL: _("With what result? Say who was told, on which day, and what they did"),
    Fault.PROCESS: _("What was found, and what was done at the place? Who did it, and when?"),
    Fault.BLAME: _("What did you check yourselves, and what did you do about it?"),
    Fault.THANKS: _("Thanks alone are not an answer. What came of the citizen’s request?"),
    Fault.PADDING: _("This is true of every case. What was done about this one, and when?"),
    Fault.THIN: _("What was done, when, and where? Name what somebody else could check"),
}
_PRAISE: Final[Mapping[str, StrPromise]] = {
    Fault.THANKS: _("Who was thanked, when, and how?"),
    Fault.THIN: _("Who was thanked, when, and how?"),
    Fault.PROCESS: _("Who was thanked, when, and how?"),
}
_INQUIRY: Final[Mapping[str, StrPromise]] = {
    Fault.THIN: _("What is the answer to the question? Give the days, amounts and documents it asks for"),
    Fault.PROCESS: _("What is the answer to the question? Give the days, amounts and documents it asks for"),
    Fault.REFERRAL: _("What is the answer to the question? Do not send the citizen elsewhere for it"),
}
_BY_KIND: Final[Mapping[str, Mapping[str, StrPromise]]] = {Kind.PRAISE: _PRAISE, Kind.INQUIRY: _INQUIRY}


def fault_text(fault: str, *, kind: str) -> StrPromise | str:
    """Return what is said of a fault beside the field, by the kind of the case; empty for a fault of other versions."""
    return _BY_KIND.get(kind, {}).get(fault, _TEXTS.get(fault, ""))


# ---- The causes for which objections are accepted: a short list in ``complaints/data/objection_causes.csv``. ----
#
# A code that is taken off the list keeps its rows; it is shown as it is.


_LIST: Final = Path(__file__).parents[1] / "data" / "objection_causes.csv"


@cache
def _rows() -> Mapping[str, Mapping[str, str]]:
    with _LIST.open(encoding="utf-8", newline="") as rows:
        return {row["code"]: {"ar": row["name_ar"], "en": row["name_en"]} for row in csv.DictReader(rows)}


def causes() -> dict[str, str]:
    """Return the causes to choose from, by code, in the active language and the order of the list."""
    language = "en" if current_language() == "en" else "ar"
    return {code: names[language] for code, names in _rows().items()}


def cause_name(code: str) -> str:
    """Return a cause in the active language; one that is not stated is from before there were codes."""
    return causes().get(code, code) or gettext("Not stated")
