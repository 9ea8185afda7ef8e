"""The actions of a case page that would lead nowhere: nobody to give the case to, to remind or to ask, no day left."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from django.utils import timezone

from accounts.models import acting_officers
from agencies.calendar import WorkingCalendar
from complaints.clocks import extensions
from complaints.permissions.case_permissions import CasePermissions
from complaints.workflow import Action, Holder
from kit.statements import Statement


class Targets(NamedTuple):
    """Whether an agency has directorates that can be asked, and whether there are outside centres."""

    has_directorates: bool
    has_centres: bool


_TARGETS: Final = Statement(Path(__file__).with_name("targets.sql"), Targets)


def dead_ends(permissions: CasePermissions, *, calendar: WorkingCalendar) -> frozenset[str]:
    """Return the names of the addresses that lead nowhere; two statements for an open case, three near its last day."""
    return _without_targets(permissions) | _without_days(permissions, calendar)


def _without_days(permissions: CasePermissions, calendar: WorkingCalendar) -> frozenset[str]:
    """Return the page of a later date where the date of the case cannot be moved any further."""
    if not permissions.may_propose_date:
        return frozenset()
    is_possible = extensions.is_possible(permissions.case, at=permissions.at, calendar=calendar)
    return frozenset() if is_possible else frozenset({"desk-extend"})


def _without_targets(permissions: CasePermissions) -> frozenset[str]:
    case = permissions.case
    if case.agency_id is None or not (permissions.may(Action.ASSIGN) or permissions.may(Action.HAND_OVER)):
        return frozenset()
    return frozenset(_dead_ends(permissions, _TARGETS.prepared_rows(agency=case.agency_id)[0]))


def _dead_ends(permissions: CasePermissions, targets: Targets) -> Iterator[str]:
    has_colleague = _has_colleague(permissions)
    if not has_colleague:
        yield "desk-assign"
    if not targets.has_directorates:
        yield "desk-consult"
    if not targets.has_centres:
        yield "desk-hand-over"
    case = permissions.case
    reminds = case.officer_id != permissions.user.pk if case.officer_id else has_colleague
    if not reminds and case.holder != Holder.DIRECTORATE:
        yield "desk-remind"


def _has_colleague(permissions: CasePermissions) -> bool:
    """Tell whether an officer other than the reader and the officer of the case could take it today."""
    case, on = permissions.case, timezone.localdate(permissions.at)
    officers = acting_officers(case.agency, on, exclude=case.recused) if case.agency else []
    known = {permissions.user.pk, case.officer_id}
    return any(user.pk not in known and not case.is_own_of(user) for user in officers)
