"""What a case promises its citizen: who holds it, by when, what happens if that is missed, and its stages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language, gettext, pgettext

from accounts.roles import ESCALATION_LEVEL_NAMES
from complaints.clocks import limits, pauses
from complaints.models import Case, CaseEvent
from complaints.workflow import Action, Outcome, State
from kit.dates import day_digits


@dataclass(frozen=True)
class Status:
    """The status of a case in one word for its citizen, and the colour of its tag."""

    word: str
    kind: str


@dataclass(frozen=True)
class Promise:
    """Who holds the case, what they owe by ``on``, and what happens when that day passes without it.

    ``first_on`` is the earlier promise that ``on`` replaced, if it did.
    """

    holder: str
    owes: str
    on: date | None
    otherwise: str
    is_late: bool
    first_on: date | None = None


@dataclass(frozen=True)
class Stage:
    """One stage of a case: ``state`` is done, now or empty; ``on`` is the day it was or will be reached."""

    word: str
    state: str
    on: date | None = None


def unit_name() -> str:
    """Return the name of the unit that runs the service, in the language of the page."""
    return str(settings.OPERATOR_NAME_EN if get_language() == "en" else settings.OPERATOR_NAME_AR)


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
    return _closed_status(case)


def _closed_status(case: Case) -> Status:
    if case.outcome == Outcome.WITHDRAWN:
        return Status(pgettext("status of a case", "Withdrawn"), "")
    if case.outcome in {Outcome.INADMISSIBLE, Outcome.NO_REPLY}:
        return Status(pgettext("status of a case", "Closed"), "")
    return Status(pgettext("status of a case", "Answered"), "ok")


def promise_card(case: Case, *, at: datetime, first_on: date | None = None) -> Promise | None:
    """Return the promise card of an open case as it stands at ``at``; None once it is closed.

    It is correct after every transfer, because it is computed from the current state and deadline. ``first_on`` is the
    date that was promised first for the running clock.
    """
    if not case.is_open:
        return None
    holder, owes, otherwise = _words(case, at)
    on = timezone.localdate(case.deadline_at) if case.deadline_at else None
    return Promise(
        holder=holder,
        owes=owes,
        on=on,
        otherwise=otherwise,
        is_late=case.state != State.WAITING and case.is_late(at=at),
        first_on=first_on if first_on != on else None,
    )


def _words(case: Case, at: datetime) -> tuple[str, str, str]:
    """Return the holder, what is owed, and what happens if it is missed."""
    agency = case.agency.name if case.agency else unit_name()
    match case.state:
        case State.TRIAGE:
            return (
                unit_name(),
                gettext("Finds the right agency by"),
                gettext("If that day passes, the head of the unit is told."),
            )
        case State.REFERRED:
            return agency, gettext("Checks that it is theirs by"), _up_the_ladder()
        case State.WAITING:
            return (
                gettext("You"),
                gettext("Your answer is needed by"),
                _while_asked(case, at),
            )
        case State.OBJECTED:
            return (
                unit_name(),
                gettext("Decides on your objection by"),
                gettext("If that day passes, the head of the unit is told."),
            )
    return agency, gettext("Replies to you by"), _up_the_ladder()


def _while_asked(case: Case, at: datetime) -> str:
    """Return until when the agency's clock is paused, which has a limit even if the citizen is asked repeatedly."""
    still = pauses.pause_now(case)
    if still is None:
        return gettext("The agency's time stands still until you answer. After that day work goes on without it.")
    if at < still.until:
        words = gettext(
            "You were asked before, so the agency's time stands still until %(day)s at most. After the day above work "
            "goes on without your answer."
        )
        return words % {"day": day_digits(still.until_on)}
    return gettext(
        "The agency's time runs again: it has stood still as long as it may. After the day above work goes on without "
        "your answer."
    )


def _up_the_ladder() -> str:
    """Return the escalation levels of the settings in words, in their order."""
    levels = gettext(", ").join(str(ESCALATION_LEVEL_NAMES[role]) for role in limits.ladder())
    words = gettext("If that day passes, it is reported one after the other to: %(rungs)s. Our unit is told each time.")
    return words % {"rungs": levels}


def stages(case: Case, events: Sequence[CaseEvent]) -> list[Stage]:
    """Return the stages of the case; one that went back to triage is at the second again."""
    accepted_on = _last_accepted(events)
    received = Stage(pgettext("status of a case", "Received"), "done", timezone.localdate(case.filed_at))
    checked, working = pgettext("status of a case", "Competence checked"), pgettext("status of a case", "In progress")
    if case.closed_at:
        way = [Stage(checked, "done", accepted_on), Stage(working, "done")] if accepted_on else []
        return [received, *way, Stage(_closed_status(case).word, "done", timezone.localdate(case.closed_at))]
    is_ours = accepted_on is not None
    return [
        received,
        Stage(checked, "done" if is_ours else "now", accepted_on),
        Stage(working, "now" if is_ours else "", case.promised_on if case.state == State.IN_PROGRESS else None),
        Stage(pgettext("status of a case", "Answer"), ""),
    ]


def _last_accepted(events: Sequence[CaseEvent]) -> date | None:
    """Return the day of the valid acceptance; None after the case went back or to another agency."""
    accepted: date | None = None
    for event in events:
        if event.action in {Action.ACCEPT, Action.CLOSE}:
            accepted = timezone.localdate(event.at)
        elif event.action in {Action.DECLINE, Action.RETURN, Action.REFER}:
            accepted = None
    return accepted
