"""What a case promises its citizen: who holds it, by when, and what happens if that is missed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext

from accounts.models import roles_held
from accounts.roles import ESCALATION_LEVEL_NAMES, Role
from agencies.models import Agency
from complaints.case_text.kinds import OWED
from complaints.clocks import clockwork
from complaints.models import Case
from complaints.workflow import Holder, State
from kit.dates import day_digits
from kit.unit import unit_name


@dataclass(frozen=True)
class Promise:
    """Who holds the case, what they owe by ``on``, and what happens when that day passes without it.

    ``first_on`` is the earlier promise that ``on`` replaced, if it did. ``helper`` is the outside centre that works on
    the case for its agency, if one does.
    """

    holder: str
    owes: str
    on: date | None
    otherwise: str
    is_late: bool
    first_on: date | None = None
    helper: str = ""


def promise_card(case: Case, *, at: datetime, first_on: date | None = None) -> Promise | None:
    """Return the promise card of an open case as it stands at ``at``; None once it is closed.

    It is correct after every transfer, because it is computed from the current state and deadline. ``first_on`` is the
    date that was promised first for the running clock.
    """
    if not case.is_open:
        return None
    on = owed_on(case)
    return Promise(
        holder=holder_name(case),
        owes=owed_words(case),
        on=on,
        otherwise=_otherwise(case, at),
        is_late=case.state != State.WAITING and case.is_late(at=at),
        first_on=first_on if first_on != on else None,
        helper=_helper(case),
    )


def _helper(case: Case) -> str:
    """Return the outside centre that holds an open case, empty where none does; a statement where one does."""
    if case.holder != Holder.OUTSIDE_CENTRE:
        return ""
    handed = case.handovers.filter(ended_at__isnull=True).select_related("centre").first()
    return handed.centre.name if handed else ""


def owed_words(case: Case) -> str:
    """Return what is owed next on an open case, to be followed by the day."""
    if owed := OWED.get((case.kind, case.state)):
        return str(owed)
    match case.state:
        case State.TRIAGE:
            return gettext("Right agency found by")
        case State.REFERRED:
            return gettext("Confirms it is responsible by")
        case State.WAITING:
            return gettext("Your answer is needed by")
        case State.OBJECTED:
            return gettext("Decision on your objection by")
    return gettext("Replies to you by")


def owed_on(case: Case) -> date | None:
    """Return the day by which what is owed next on an open case is due."""
    return timezone.localdate(case.deadline_at) if case.deadline_at else None


def holder_name(case: Case) -> str:
    """Return who holds an open case, as its citizen reads it."""
    if case.state == State.WAITING:
        return gettext("You")
    if case.agency is None or case.state in {State.TRIAGE, State.OBJECTED}:
        return unit_name()
    return case.agency.name


def _otherwise(case: Case, at: datetime) -> str:
    """Return what happens on an open case if the date is missed."""
    match case.state:
        case State.TRIAGE | State.OBJECTED:
            return gettext("If this date is missed, we tell the head of the unit.")
        case State.WAITING:
            return _while_asked(case, at)
    return _up_the_ladder(case.agency, at)


def _while_asked(case: Case, at: datetime) -> str:
    """Return until when the agency's clock is paused, which has a limit even if the citizen is asked repeatedly."""
    still = clockwork.pause_now(case)
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
    levels = clockwork.ladder()
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
