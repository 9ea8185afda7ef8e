"""All answers to a case, by round: each with the objection that disputes it and the decision on that objection."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from agencies.names import AgencyNames
from complaints.case_text.timeline import GivenAnswer, given_answer
from complaints.models import Answer, Attachment, Case, CaseEvent, Objection
from complaints.workflow import Action


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
