"""What a case promises its citizen: who holds it, by when, what happens if that is missed, and its stages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext, pgettext

from accounts.models import roles_held
from accounts.roles import ESCALATION_LEVEL_NAMES, Role
from agencies.models import Agency
from complaints.clocks import limits, pauses
from complaints.models import Case, CaseEvent
from complaints.workflow import Action, Outcome, State
from kit.dates import day_digits
from kit.unit import unit_name


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
                gettext("If this date is missed, we tell the head of the unit."),
            )
        case State.REFERRED:
            return agency, gettext("Confirms it is responsible by"), _up_the_ladder(case.agency, at)
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
                gettext("If this date is missed, we tell the head of the unit."),
            )
    return agency, gettext("Replies to you by"), _up_the_ladder(case.agency, at)


def _while_asked(case: Case, at: datetime) -> str:
    """Return until when the agency's clock is paused, which has a limit even if the citizen is asked repeatedly."""
    still = pauses.pause_now(case)
    if still is None:
        return gettext(
            "The reply deadline is paused until you answer. If you do not answer in time, work continues "
            "without your answer."
        )
    if at < still.until:
        words = gettext(
            "You were asked before, so the reply deadline is paused until %(day)s at the latest. If you do not answer "
            "in time, work continues without your answer."
        )
        return words % {"day": day_digits(still.until_on)}
    return gettext(
        "The reply deadline is running again. If you do not answer in time, work continues without your answer."
    )


def _up_the_ladder(agency: Agency | None, at: datetime) -> str:
    """Return to whom a delay is reported: those levels of the settings that somebody holds in ``agency``, in order.

    It costs one statement.
    """
    levels = limits.ladder()
    held = roles_held(levels, timezone.localdate(at), agency=agency) if agency else frozenset[Role]()
    names = [str(ESCALATION_LEVEL_NAMES[role]) for role in levels if role in held]
    if not names:
        words = gettext(
            "If this date is missed, we report the delay to the managers of the agency and to the %(unit)s."
        )
    elif len(names) == 1:
        words = gettext("If this date is missed, we report the delay to %(levels)s and to the %(unit)s.")
    else:
        words = gettext(
            "If this date is missed, we report the delay to the following, in turn: %(levels)s. The %(unit)s is told "
            "each time."
        )
    return words % {"levels": gettext(", ").join(names), "unit": unit_name()}


def stages(case: Case, events: Sequence[CaseEvent]) -> list[Stage]:
    """Return the stages of the case; one that went back to triage is at the second again."""
    accepted_on = _last_accepted(events)
    received = Stage(pgettext("status of a case", "Received"), "done", timezone.localdate(case.filed_at))
    checked, working = pgettext("status of a case", "Agency check"), pgettext("status of a case", "In progress")
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
