"""The views of a queue: which cases each holds for whom, in which orders it can be read, and one page of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from accounts.models import User
from accounts.roles import CMU, DESK
from complaints.clocks.due_soon import SOON
from complaints.models import (
    WITH_DIRECTORATE,
    Case,
    CaseEvent,
    CaseQuerySet,
    Clock,
    Consultation,
    ReferralTask,
    Refusal,
    TaskState,
)
from complaints.models.case import COMEBACKS, PASSING_ON
from complaints.staff.urgent_first import MOST_URGENT, urgent_cases, urgent_first
from complaints.workflow import AT_AGENCY, OPEN, Action, Holder, State
from kit import keyset
from kit.keyset import PAGE, KeysetPage, Order

#: Keeps some of the cases of a tab: the filters of a query.
type CaseFilter = Callable[[CaseQuerySet], CaseQuerySet]


class Tab(models.TextChoices):
    """The tabs of a queue, in the order of the menu."""

    OPEN = "open", _("All open")
    COMPETENCE = "competence", _("Needs a decision")
    MINE = "mine", _("Mine")
    DUE = "due", _("Due soon")
    LATE = "late", _("Late")
    ASKED = "asked", _("Asked to step in")
    RETURNED = "returned", _("Came back")
    PROGRESS = "progress", _("In progress")
    DIRECTORATES = "directorates", _("With directorates")
    WAITING = "waiting", _("Waiting for the citizen")
    TASKS = "tasks", _("Contributions to other agencies")
    PASSED = "passed", _("Passed on by me")
    CLOSED = "closed", pgettext_lazy("tab", "Closed")


class Sort(models.TextChoices):
    """The sort orders of a tab."""

    DEADLINE = "deadline", _("Nearest deadline")
    NEWEST = "newest", _("Newest")
    OLDEST = "oldest", _("Waiting longest")


#: Tabs with other orders than the usual ones. A partner task has its own deadline; cases passed on have deadlines that
#: are other people's.
_OWN_ORDERS: dict[Tab, dict[Sort, Order]] = {
    Tab.CLOSED: {Sort.NEWEST: Order("closed_at", newest=True), Sort.OLDEST: Order("closed_at")},
    Tab.PASSED: {Sort.NEWEST: Order(newest=True), Sort.OLDEST: Order()},
    Tab.TASKS: {
        Sort.DEADLINE: Order("partner_task_due_at"),
        Sort.NEWEST: Order(newest=True),
        Sort.OLDEST: Order(),
    },
}
_ORDERS: dict[Sort, Order] = {
    Sort.DEADLINE: Order("deadline_at"),
    Sort.NEWEST: Order(newest=True),
    Sort.OLDEST: Order(),
}
#: While the citizen is asked, the agency is not late.
_RUNNING = OPEN - {State.WAITING}
#: These tabs only grow, so that a count says nothing.
UNCOUNTED = frozenset({Tab.PASSED, Tab.CLOSED})


def sort_orders(tab: Tab) -> dict[Sort, Order]:
    """Return the sort orders of ``tab``, the default one first."""
    return _OWN_ORDERS.get(tab, _ORDERS)


# ---- who reads the queue ----


@dataclass(frozen=True)
class StaffContext:
    """A member of staff at a moment; ``absent_colleagues`` are those for whom the user is deputy today."""

    user: User
    at: datetime
    absent_colleagues: frozenset[UUID] = frozenset()

    @property
    def is_unit(self) -> bool:
        """Tell whether the user is of the unit, whose queue holds the cases of all agencies."""
        return self.user.authority(self.at).has(CMU)

    @property
    def agencies(self) -> frozenset[int]:
        """Return the agencies for which the user acts as officer or supervisor."""
        return self.user.authority(self.at).agencies(DESK)

    @property
    def sharing_agencies(self) -> frozenset[int]:
        """Return the agencies whose labels and shared filters the user has: their own ones, and the unit's agency."""
        return self.agencies | self.user.authority(self.at).agencies(CMU)

    @property
    def scope(self) -> CaseQuerySet:
        """Return the cases that are the user's work."""
        return Case.objects.at_desk_of(self.user, at=self.at)

    @property
    def all_cases(self) -> CaseQuerySet:
        """Return all cases but those of the user or about the user, for tabs that choose among them by themselves."""
        return Case.objects.not_own_or_recused(self.user)

    @property
    def tabs(self) -> list[Tab]:
        """Return the tabs that can hold something for the user.

        Nobody at the unit is the officer of a case, and only the unit is asked to step in.
        """
        others = {Tab.MINE: bool(self.agencies), Tab.ASKED: self.is_unit}
        return [tab for tab in Tab if others.get(tab, True)]


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
    return staff.all_cases.filter(pk__in=_open_tasks(staff).values("case"))


def _open_tasks(staff: StaffContext) -> models.QuerySet[ReferralTask]:
    tasks = ReferralTask.objects.filter(state=TaskState.OPEN)
    return tasks if staff.is_unit else tasks.filter(agency__in=staff.agencies)


def _with_task_due(cases: CaseQuerySet, staff: StaffContext) -> CaseQuerySet:
    """Annotate ``cases`` with ``partner_task_due_at``, the deadline of the task, which is not that of the case."""
    clocks = Clock.objects.filter(case=OuterRef("pk"), task__in=_open_tasks(staff), ended_at__isnull=True)
    due = Subquery(clocks.order_by("due_at").values("due_at")[:1])
    return cases.annotate(partner_task_due_at=Coalesce(due, "deadline_at"))


def _with_open_consultation(cases: CaseQuerySet) -> CaseQuerySet:
    """Prefetch ``open_consultations``: the directorate that was asked need not be that of the case."""
    waiting = Consultation.objects.filter(state__in=WITH_DIRECTORATE).select_related("directorate")
    return cases.prefetch_related(Prefetch("consultations", waiting, to_attr="open_consultations"))


def _passed_on(staff: StaffContext) -> CaseQuerySet:
    """Return the cases the user filed, declined, returned or referred, unless they are at the own agency again."""
    events = CaseEvent.objects.filter(actor=staff.user, action__in=PASSING_ON)
    cases = staff.all_cases.filter(pk__in=events.values("case"))
    return cases if staff.is_unit else cases.filter(Q(agency__isnull=True) | ~Q(agency__in=staff.agencies))


def _mine(staff: StaffContext) -> CaseQuerySet:
    return staff.scope.in_hand().filter(officer__in=[staff.user.pk, *staff.absent_colleagues])


def _due(staff: StaffContext) -> CaseQuerySet:
    return staff.scope.filter(state__in=_RUNNING, deadline_at__gte=staff.at, deadline_at__lt=staff.at + SOON)


def _deciding(staff: StaffContext) -> tuple[State, ...]:
    """Return the states that wait for a decision: for the unit also objections, on which it alone decides."""
    return (State.REFERRED, State.OBJECTED) if staff.is_unit else (State.REFERRED,)


def _in(state: State) -> Callable[[StaffContext], CaseQuerySet]:
    return lambda staff: staff.scope.filter(state=state)


_TAB_CASES: dict[Tab, Callable[[StaffContext], CaseQuerySet]] = {
    Tab.OPEN: lambda staff: _not_closed(staff.scope),
    Tab.COMPETENCE: lambda staff: staff.scope.filter(state__in=_deciding(staff)),
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


# ---- a page ----


def tab_page(
    tab: Tab, staff: StaffContext, *, keep: CaseFilter = lambda rows: rows, sort: str = "", after: str = ""
) -> KeysetPage[Case]:
    """Return a page of the cases of ``tab`` that ``keep`` keeps; an unknown ``sort`` gives the default order.

    By deadline the urgent cases come first. ``after`` is the ``next`` of the page before; one that cannot be read gives
    the first page. One statement, and a late page costs what the first does.
    """
    orders = sort_orders(tab)
    order = orders[Sort(sort)] if sort in orders else next(iter(orders.values()))
    mark = keyset.read(after)
    parts = [
        order.after(keep(part), mark).order_by(*order.columns).values("pk")[: PAGE + 1]
        for part in _in_order(tab, staff, order)
    ]
    puts_urgent_first = mark is None and order.moment == "deadline_at" and not order.newest
    if puts_urgent_first:
        parts.append(urgent_cases(keep(tab_cases(tab, staff)), order).values("pk")[:MOST_URGENT])
    ids = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    rows = Case.objects.filter(pk__in=ids).for_listing().with_tags(staff.user, at=staff.at)
    if tab == Tab.TASKS:
        rows = _with_task_due(rows, staff)
    if tab == Tab.DIRECTORATES:
        rows = _with_open_consultation(rows)
    rows = rows.order_by(*order.columns)
    return urgent_first(list(rows), order) if puts_urgent_first else order.page(rows)


def _in_order(tab: Tab, staff: StaffContext, order: Order) -> list[CaseQuerySet]:
    """Split the cases of ``tab`` so that an index holds each part in ``order``; one query would sort them all."""
    cases = tab_cases(tab, staff)
    if tab == Tab.TASKS:
        return [_with_task_due(cases, staff)]
    if order.moment != "deadline_at":
        return [cases]
    if tab == Tab.MINE:
        return [cases.filter(officer=officer) for officer in (staff.user.pk, *sorted(staff.absent_colleagues))]
    states = {Tab.OPEN: OPEN, Tab.COMPETENCE: _deciding(staff), Tab.DUE: _RUNNING, Tab.LATE: _RUNNING}.get(tab)
    return [cases.filter(state=state) for state in states] if states else [cases]
