"""The strip of stages of a case: where it stands, and on which day of its history each stage was reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext, pgettext

from complaints.case_text.kind_texts import LAST_STAGE, STATUS
from complaints.case_text.status import closed_status
from complaints.case_text.undone import standing
from complaints.models import Case, CaseEvent
from complaints.workflow import Action, Kind, State

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
    working = str(STATUS.get((case.kind, State.IN_PROGRESS), pgettext("status of a case", "In progress")))
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
