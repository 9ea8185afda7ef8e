"""The status of a case and of its outcome for the citizen: one word, and the colour of its tag."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.translation import pgettext, pgettext_lazy
from django_stubs_ext import StrPromise

from complaints.case_text.kind_texts import ENDED, STATUS as KIND_STATUS
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
