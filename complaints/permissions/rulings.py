"""Whose a case is: how often it may be passed back, when the unit's ruling binds, and agencies that ended."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext, ngettext

from agencies.models import Agency
from complaints.clocks import limits
from complaints.models import Case
from complaints.permissions import partner_tasks
from complaints.permissions.partner_tasks import DatedPartnerTask
from complaints.workflow import Action, State


class AgencyEnded(ValueError):
    """The agency has been merged or abolished: nothing new can go to it."""


def bounces_before_ruling() -> int:
    """Return after how many bounces only the unit may say whose a case is."""
    return limits.bounces_before_ruling()


def needs_ruling(case: Case) -> bool:
    """Tell whether the next referral of ``case`` is a ruling, which needs a reason."""
    return case.bounces >= bounces_before_ruling()


def is_bound(case: Case) -> bool:
    """Tell whether the agency of ``case`` has it by a ruling, and so can neither decline nor return it.

    Every bounce leads to triage, which only a referral by the unit leaves: that of the last one is the ruling.
    """
    return case.agency_id is not None and needs_ruling(case)


def has_ended(agency: Agency, *, on: date) -> bool:
    """Tell whether ``agency`` was merged or abolished before a day."""
    return agency.ends_on is not None and agency.ends_on < on


def require_existing(agency: Agency, *, on: date) -> None:
    """Raise ``AgencyEnded`` for an agency that was merged or abolished before a day, as the database says it now."""
    if Agency.objects.filter(pk=agency.pk, ends_on__lt=on).exists():
        raise AgencyEnded


# ---- what the page of a case says of it ----


def blockers(case: Case, action: str) -> list[str]:
    """Return why ``action`` is not open on ``case`` although its state is: in the words of the desk, often nothing."""
    if action in {Action.DECLINE, Action.RETURN} and is_bound(case):
        return [ruling_binds_text()]
    if action == Action.CLOSE and case.state == State.WAITING:
        return [gettext("The citizen has an open question. Closing stops the answer")]
    if action == Action.CLOSE:
        return [missing_answer_text(part) for part in partner_tasks.all_with_due_dates(case) if part.is_open]
    return []


def ruling_binds_text() -> str:
    """Return the sentence that a ruling of the unit binds the agency."""
    most = bounces_before_ruling()
    words = ngettext(
        "The case came back %(count)s time, and the Government Complaints Management Unit has ruled. The ruling binds: "
        "the case can neither be declined nor returned.",
        "The case came back %(count)s times, and the Government Complaints Management Unit has ruled. The ruling "
        "binds: the case can neither be declined nor returned.",
        most,
    )
    return words % {"count": most}


def missing_answer_text(part: DatedPartnerTask) -> str:
    """Return the sentence that a case cannot be closed while the answer to ``part`` is missing."""
    words = gettext("The case cannot be closed yet: the answer of %(agency)s is missing.")
    return words % {"agency": part.task.agency.name}


# ---- agencies that ended while their cases were open ----
