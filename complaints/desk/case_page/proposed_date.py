"""The later date that waits for a decision, as it stands on the page of the case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ObjectDoesNotExist
from django.utils import timezone

from agencies.calendar import WorkingCalendar
from complaints.case_text.estimates import days_label
from complaints.clocks import extensions
from complaints.models import ExtensionState
from complaints.permissions import second_person
from complaints.permissions.case_permissions import CasePermissions
from complaints.workflow import State


@dataclass(frozen=True)
class ProposedDate:
    """A proposed date: ``new_on`` is None once it cannot be granted any more, ``added`` is in working days.

    ``is_moving`` tells that the citizen is being asked, so that both days move until the reply; ``is_for_reader`` that
    the reader decides on it, and ``is_for_unit`` that the unit does
    and the reader does not.
    """

    old_on: date
    new_on: date | None
    added: str
    is_moving: bool
    is_for_reader: bool
    is_for_unit: bool


def proposed_date(permissions: CasePermissions, *, calendar: WorkingCalendar) -> ProposedDate | None:
    """Return the date that waits for a decision, whoever takes it; no statement where none does.

    Nothing waits any more where somebody has decided or answered since the permissions were read.
    """
    if permissions.pending.extension_proposer is None:
        return None
    case, at = permissions.case, permissions.at
    try:
        extension, clock = case.extensions.get(state=ExtensionState.PROPOSED), extensions.require_promise_clock(case)
    except ObjectDoesNotExist:
        return None
    new_on = extensions.granted_on(case, clock, days=extension.days, at=at, calendar=calendar)
    is_for_reader = permissions.owes_date_decision
    return ProposedDate(
        old_on=timezone.localdate(clock.due_at),
        new_on=new_on,
        added=days_label(extension.days),
        is_moving=case.state == State.WAITING,
        is_for_reader=is_for_reader,
        is_for_unit=not is_for_reader and _is_for_unit(permissions),
    )


def _is_for_unit(permissions: CasePermissions) -> bool:
    pending = permissions.pending
    return pending.extension_was_granted or second_person.has_no_other_supervisor(
        permissions.case, pending.extension_proposer, at=permissions.at
    )
