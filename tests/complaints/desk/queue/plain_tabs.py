"""Which cases each tab holds, as plain querysets: what the conditions of ``tabs.sql`` are compared with."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Exists, OuterRef, Q, QuerySet

from complaints.clocks.extensions import soon_ends
from complaints.desk.queue_tabs import StaffContext, Tab
from complaints.models import Case, CaseEvent, CaseQuerySet, ReferralTask, Refusal, TaskState
from complaints.models.case import COMEBACKS, PASSING_ON
from complaints.permissions.case_permissions import case_permissions
from complaints.permissions.rulings import needs_ruling
from complaints.staff.frame import load_case
from complaints.workflow import AT_AGENCY, OPEN, Action, Holder, State

_RUNNING = OPEN - {State.WAITING}


def tab_cases(tab: Tab, staff: StaffContext) -> CaseQuerySet:
    """Return the cases of ``tab``, unordered."""
    return _TAB_CASES[tab](staff)


def returned(cases: CaseQuerySet) -> CaseQuerySet:
    """Return which of ``cases`` came back to the agency that had them before, and wait there untouched.

    An objection was upheld, the citizen replied or let the time pass, or the unit referred it again to the agency that
    had declined it.
    """
    declined = Refusal.objects.filter(case=OuterRef("pk"), agency=OuterRef("agency"))
    came_back = ~Q(last_action=Action.REFER) | Exists(declined)
    return cases.filter(came_back, state__in=AT_AGENCY, last_action__in=COMEBACKS)


def _not_closed(cases: CaseQuerySet) -> CaseQuerySet:
    return cases.exclude(state=State.CLOSED)


def _with_tasks(staff: StaffContext) -> CaseQuerySet:
    """Return the cases with an open partner task of the user's agencies; for the unit, of any agency."""
    return Case.objects.not_own_or_recused(staff.user).filter(pk__in=_open_tasks(staff).values("case"))


def _open_tasks(staff: StaffContext) -> QuerySet[ReferralTask]:
    tasks = ReferralTask.objects.filter(state=TaskState.OPEN)
    return tasks if staff.is_unit else tasks.filter(agency__in=staff.agencies)


def _passed_on(staff: StaffContext) -> CaseQuerySet:
    """Return the cases the user filed, declined, returned or referred, unless they are at the own agency again."""
    events = CaseEvent.objects.filter(actor=staff.user, action__in=PASSING_ON)
    cases = Case.objects.not_own_or_recused(staff.user).filter(pk__in=events.values("case"))
    return cases if staff.is_unit else cases.filter(Q(agency__isnull=True) | ~Q(agency__in=staff.agencies))


def _mine(staff: StaffContext) -> CaseQuerySet:
    return staff.scope.in_hand().filter(officer__in=[staff.user.pk, *staff.absent_colleagues])


def _due(staff: StaffContext) -> CaseQuerySet:
    ends = soon_ends(staff.at, staff.calendar)
    return staff.scope.filter(state__in=_RUNNING, deadline_at__gte=staff.at, deadline_at__lt=ends)


def _to_decide(staff: StaffContext) -> CaseQuerySet:
    """Return the cases on which the permissions of the case page let the user decide what waits for a decision."""
    keys = [case.pk for case in staff.scope if _decides(staff, case.reference)]
    return Case.objects.filter(pk__in=keys)


def _decides(staff: StaffContext, reference: str) -> bool:
    case = load_case(staff.user, reference, at=staff.at)
    allowed = case_permissions(case, staff.user, at=staff.at)
    is_ruling = case.state == State.TRIAGE and needs_ruling(case) and Action.REFER in allowed.transitions
    is_objection = Action.UPHOLD in allowed.transitions
    return allowed.may_sign or allowed.owes_date_decision or is_objection or is_ruling


def _in(state: State) -> Callable[[StaffContext], CaseQuerySet]:
    return lambda staff: staff.scope.filter(state=state)


_TAB_CASES: dict[Tab, Callable[[StaffContext], CaseQuerySet]] = {
    Tab.DECIDE: _to_decide,
    Tab.OPEN: lambda staff: _not_closed(staff.scope),
    Tab.COMPETENCE: _in(State.REFERRED),
    Tab.MINE: _mine,
    Tab.DUE: _due,
    Tab.LATE: lambda staff: staff.scope.filter(state__in=_RUNNING, deadline_at__lt=staff.at),
    Tab.ASKED: lambda staff: staff.scope.filter(unit_asked_at__isnull=False),
    Tab.RETURNED: lambda staff: returned(staff.scope),
    Tab.PROGRESS: _in(State.IN_PROGRESS),
    Tab.DIRECTORATES: lambda staff: staff.scope.filter(holder=Holder.DIRECTORATE),
    Tab.WAITING: _in(State.WAITING),
    Tab.TASKS: _with_tasks,
    Tab.PASSED: _passed_on,
    Tab.CLOSED: _in(State.CLOSED),
}
