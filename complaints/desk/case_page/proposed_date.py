"""The later date that waits for its reader's decision, as it stands on the page of the case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ObjectDoesNotExist
from django.utils import timezone

from agencies.calendar import WorkingCalendar
from complaints.case_text.estimates import days_label
from complaints.clocks import extensions
from complaints.models import ExtensionState
from complaints.permissions.case_permissions import CasePermissions
from complaints.workflow import State


@dataclass(frozen=True)
class ProposedDate:
    """A proposed date: ``new_on`` is None once it cannot be granted any more, ``added`` is in working days.

    ``is_moving`` tells that the citizen is being asked, so that both days move until the reply.
    """

    old_on: date
    new_on: date | None
    added: str
    is_moving: bool


def proposed_date(permissions: CasePermissions, *, calendar: WorkingCalendar) -> ProposedDate | None:
    """Return the date that waits for the reader's decision; no statement where none does.

    Nothing waits any more where somebody has decided or answered since the permissions were read.
    """
    if not permissions.owes_date_decision:
        return None
    case, at = permissions.case, permissions.at
    try:
        extension, clock = case.extensions.get(state=ExtensionState.PROPOSED), extensions.running_clock(case)
    except ObjectDoesNotExist:
        return None
    new_on = extensions.granted_on(case, clock, days=extension.days, at=at, calendar=calendar)
    is_moving = case.state == State.WAITING
    return ProposedDate(timezone.localdate(clock.due_at), new_on, days_label(extension.days), is_moving)
