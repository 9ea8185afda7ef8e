"""Which agency owns a case: bounces before a ruling, when a ruling binds, and agencies that were abolished."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext, ngettext

from agencies.models import Agency
from complaints.clocks import clockwork
from complaints.models import Case
from complaints.permissions import partner_tasks
from complaints.permissions.partner_tasks import DatedPartnerTask
from complaints.workflow import UNDOABLE, Action, Kind, State
from complaints.workflow.refusals import ActionRefused


class AgencyEnded(ActionRefused):
    """The agency has been merged or abolished: nothing new can go to it."""


def bounces_before_ruling() -> int:
    """Return after how many bounces the unit decides which agency owns a case."""
    return clockwork.bounces_before_ruling()


def needs_ruling(case: Case) -> bool:
    """Tell whether the next referral of ``case`` is a ruling, which needs a reason."""
    return case.bounces >= bounces_before_ruling()


def is_bound(case: Case) -> bool:
    """Tell whether a ruling gave ``case`` to its agency, which then can neither decline nor return it.

    Every bounce leads to triage, and only a referral by the unit leads out of it: the one after the last allowed
    bounce is the ruling.
    """
    return case.agency_id is not None and needs_ruling(case)


def has_ended(agency: Agency, *, on: date) -> bool:
    """Tell whether ``agency`` was merged or abolished before a day."""
    return agency.ends_on is not None and agency.ends_on < on


def require_existing(agency: Agency, *, on: date) -> None:
    """Raise ``AgencyEnded`` if the database has ``agency`` as merged or abolished before ``on``."""
    if Agency.objects.filter(pk=agency.pk, ends_on__lt=on).exists():
        raise AgencyEnded


# ---- texts for the page of a case ----


def blockers(case: Case, action: str) -> list[str]:
    """Return why ``action`` is not possible on ``case`` although its state allows it, for staff; often empty."""
    if case.kind == Kind.PRAISE and action in {Action.ACCEPT, Action.CLOSE}:
        return [gettext("Praise needs no confirmation of responsibility and no answer: pass it on.")]
    if action in {Action.DECLINE, Action.RETURN} and is_bound(case):
        return [ruling_binds_text()]
    if action == Action.UNDO and case.last_action in UNDOABLE:
        return [gettext("The time in which this could be undone is over: its messages are sent, or about to be.")]
    if action == Action.CLOSE and case.state == State.WAITING:
        return [gettext("This case cannot be closed yet: the citizen has not answered the question.")]
    if action == Action.CLOSE:
        return [missing_answer_text(part) for part in partner_tasks.all_with_due_dates(case) if part.is_open]
    return []


def ruling_binds_text() -> str:
    """Return the sentence that a ruling of the unit binds the agency."""
    most = bounces_before_ruling()
    words = ngettext(
        "This case was sent back %(count)s time, and the CMU then decided which agency is responsible. The decision is "
        "binding: the case can neither be declined nor returned.",
        "This case was sent back %(count)s times, and the CMU then decided which agency is responsible. The decision "
        "is binding: the case can neither be declined nor returned.",
        most,
    )
    return words % {"count": most}


def missing_answer_text(part: DatedPartnerTask) -> str:
    """Return the sentence that a case cannot be closed while the answer to the task ``part`` is missing."""
    words = gettext("This case cannot be closed yet: %(agency)s has not answered.")
    return words % {"agency": part.task.agency.name}


# ---- agencies that ended while their cases were open ----
