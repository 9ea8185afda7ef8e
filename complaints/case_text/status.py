"""The status of a case and of its outcome for the citizen: one word, and the colour of its tag."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.translation import pgettext

from complaints.models import Case
from complaints.workflow import Outcome, State

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
    match case.state:
        case State.TRIAGE:
            return Status(pgettext("status of a case", "Received"), "info")
        case State.REFERRED:
            return Status(pgettext("status of a case", "Being checked"), "info")
        case State.IN_PROGRESS:
            return Status(pgettext("status of a case", "In progress"), "info")
        case State.WAITING:
            return Status(pgettext("status of a case", "Needs your answer"), "wait")
        case State.OBJECTED:
            return Status(pgettext("status of a case", "Under review"), "info")
    return closed_status(case)


def closed_status(case: Case) -> Status:
    """Return the status of a closed case: partly solved is said as such, and is not green."""
    if case.outcome == Outcome.WITHDRAWN:
        return Status(pgettext("status of a case", "Withdrawn"), "")
    if case.outcome in {Outcome.INADMISSIBLE, Outcome.NO_REPLY}:
        return Status(pgettext("status of a case", "Closed"), "")
    if case.outcome == Outcome.PARTLY:
        return Status(str(Outcome.PARTLY.label), outcome_colour(case.outcome))
    return Status(pgettext("status of a case", "Answered"), outcome_colour(case.outcome))
