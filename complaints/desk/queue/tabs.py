"""The views of a queue: which cases each holds for whom, in which orders it can be read, and one page of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

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
from complaints.workflow import AT_AGENCY, OPEN, Action, Holder, State
from kit import keyset
from kit.keyset import PAGE, KeysetPage, Order

#: A change of what a view holds: its filters.
type Narrow = Callable[[CaseQuerySet], CaseQuerySet]


class Tab(models.TextChoices):
    """The views of a queue, in the order of their list."""

    OPEN = "open", _("All open")
    COMPETENCE = "competence", _("Needs a decision")
    MINE = "mine", _("Mine")
    DUE = "due", _("Due soon")
    LATE = "late", _("Late")
    RETURNED = "returned", _("Came back")
    PROGRESS = "progress", _("In progress")
    DIRECTORATES = "directorates", _("With directorates")
    WAITING = "waiting", _("Waiting for the citizen")
    TASKS = "tasks", _("Tasks for other agencies")
    PASSED = "passed", _("Passed on by me")
    CLOSED = "closed", _("Closed")


class Sort(models.TextChoices):
    """The orders of a view."""

    DEADLINE = "deadline", _("Nearest deadline")
    NEWEST = "newest", _("Newest")
    OLDEST = "oldest", _("Waiting longest")


#: What has no end is read by its own moment, a part by its own date; what is passed on has deadlines that are others'.
_OWN_ORDERS: dict[Tab, dict[Sort, Order]] = {
    Tab.CLOSED: {Sort.NEWEST: Order("closed_at", newest=True), Sort.OLDEST: Order("closed_at")},
    Tab.PASSED: {Sort.NEWEST: Order(newest=True), Sort.OLDEST: Order()},
    Tab.TASKS: {
        Sort.DEADLINE: Order("part_due_at"),
        Sort.NEWEST: Order(newest=True),
        Sort.OLDEST: Order(),
    },
}
_ORDERS: dict[Sort, Order] = {
    Sort.DEADLINE: Order("deadline_at"),
    Sort.NEWEST: Order(newest=True),
    Sort.OLDEST: Order(),
}
#: While the citizen is asked nobody at the desk is late.
_RUNNING = OPEN - {State.WAITING}
#: The histories have no count: they only grow.
UNCOUNTED = frozenset({Tab.PASSED, Tab.CLOSED})


def orders_of(tab: Tab) -> dict[Sort, Order]:
    """Return the orders in which ``tab`` can be read, the usual one first."""
    return _OWN_ORDERS.get(tab, _ORDERS)


# ---- whose queue it is ----


@dataclass(frozen=True)
class Seat:
    """Who sits at a desk at a moment: ``covers`` are the colleagues away today whose deputy they are."""

    user: User
    at: datetime
    covers: frozenset[UUID] = frozenset()

    @property
    def is_unit(self) -> bool:
        """Tell whether all agencies' cases are in this queue."""
        return self.user.authority(self.at).has(CMU)

    @property
    def agencies(self) -> frozenset[int]:
        """Return the agencies at whose desks the person acts."""
        return self.user.authority(self.at).agencies(DESK)

    @property
    def home(self) -> frozenset[int]:
        """Return the agencies whose aids (labels, shared filters) are theirs: those of their desks, or the unit."""
        return self.agencies | self.user.authority(self.at).agencies(CMU)

    @property
    def scope(self) -> CaseQuerySet:
        """Return the cases that are this person's work."""
        return Case.objects.at_desk_of(self.user, at=self.at)

    @property
    def elsewhere(self) -> CaseQuerySet:
        """Return the cases of others about others, for views that say themselves why a case is in sight."""
        return Case.objects.of_others(self.user)

    @property
    def tabs(self) -> list[Tab]:
        """Return the views that can hold something for this person: nobody at the unit is a case's officer."""
        return [tab for tab in Tab if tab != Tab.MINE or self.agencies]


def cases_of(tab: Tab, seat: Seat) -> CaseQuerySet:
    """Return what ``tab`` holds, in no order."""
    return _HELD[tab](seat)


def returned(cases: CaseQuerySet) -> CaseQuerySet:
    """Return which of ``cases`` came back to the desk that had them before, and wait there untouched.

    An objection was upheld, the citizen replied or let the time pass, or the unit referred it again to the agency that
    had declined it.
    """
    declined = Refusal.objects.filter(case=OuterRef("pk"), agency=OuterRef("agency"))
    came_back = ~Q(last_action=Action.REFER) | Exists(declined)
    return cases.filter(came_back, state__in=AT_AGENCY, last_action__in=COMEBACKS)


def _not_closed(cases: CaseQuerySet) -> CaseQuerySet:
    return cases.exclude(state=State.CLOSED)


def _with_tasks(seat: Seat) -> CaseQuerySet:
    """Return the cases led by another agency on which this desk owes a part; for the unit those on which any does."""
    return seat.elsewhere.filter(pk__in=_owed_parts(seat).values("case"))


def _owed_parts(seat: Seat) -> models.QuerySet[ReferralTask]:
    tasks = ReferralTask.objects.filter(state=TaskState.OPEN)
    return tasks if seat.is_unit else tasks.filter(agency__in=seat.agencies)


def _with_part_due(cases: CaseQuerySet, seat: Seat) -> CaseQuerySet:
    """Return ``cases`` with the moment by which this desk owes its part, which is not that of the case itself."""
    clocks = Clock.objects.filter(case=OuterRef("pk"), task__in=_owed_parts(seat), ended_at__isnull=True)
    due = Subquery(clocks.order_by("due_at").values("due_at")[:1])
    return cases.annotate(part_due_at=Coalesce(due, "deadline_at"))


def _with_asked(cases: CaseQuerySet) -> CaseQuerySet:
    """Return ``cases`` with ``asked``: the request that waits, whose directorate need not be that of the case."""
    waiting = Consultation.objects.filter(state__in=WITH_DIRECTORATE).select_related("directorate")
    return cases.prefetch_related(Prefetch("consultations", waiting, to_attr="asked"))


def _passed_on(seat: Seat) -> CaseQuerySet:
    """Return the cases this person filed, declined, returned or referred, unless they are at the own desk again."""
    said = CaseEvent.objects.filter(actor=seat.user, action__in=PASSING_ON)
    cases = seat.elsewhere.filter(pk__in=said.values("case"))
    return cases if seat.is_unit else cases.filter(Q(agency__isnull=True) | ~Q(agency__in=seat.agencies))


def _mine(seat: Seat) -> CaseQuerySet:
    return seat.scope.in_hand().filter(officer__in=[seat.user.pk, *seat.covers])


def _due(seat: Seat) -> CaseQuerySet:
    return seat.scope.filter(state__in=_RUNNING, deadline_at__gte=seat.at, deadline_at__lt=seat.at + SOON)


def _deciding(seat: Seat) -> tuple[State, ...]:
    """Return the states that wait for a decision: for the unit the objections too, which it alone decides on."""
    return (State.REFERRED, State.OBJECTED) if seat.is_unit else (State.REFERRED,)


def _in(state: State) -> Callable[[Seat], CaseQuerySet]:
    return lambda seat: seat.scope.filter(state=state)


_HELD: dict[Tab, Callable[[Seat], CaseQuerySet]] = {
    Tab.OPEN: lambda seat: _not_closed(seat.scope),
    Tab.COMPETENCE: lambda seat: seat.scope.filter(state__in=_deciding(seat)),
    Tab.MINE: _mine,
    Tab.DUE: _due,
    Tab.LATE: lambda seat: seat.scope.filter(state__in=_RUNNING, deadline_at__lt=seat.at),
    Tab.RETURNED: lambda seat: returned(seat.scope),
    Tab.PROGRESS: _in(State.IN_PROGRESS),
    Tab.DIRECTORATES: lambda seat: seat.scope.filter(holder=Holder.DIRECTORATE),
    Tab.WAITING: _in(State.WAITING),
    Tab.TASKS: _with_tasks,
    Tab.PASSED: _passed_on,
    Tab.CLOSED: _in(State.CLOSED),
}


# ---- a page ----


def page_of(
    tab: Tab, seat: Seat, *, narrow: Narrow = lambda rows: rows, sort: str = "", after: str = ""
) -> KeysetPage[Case]:
    """Return a page of ``tab``; ``sort`` that the tab does not know gives its usual one.

    ``after`` is the ``next`` of the page before; one that cannot be read gives the first page. One statement, and a
    deep page costs what the first does.
    """
    orders = orders_of(tab)
    order = orders[Sort(sort)] if sort in orders else next(iter(orders.values()))
    mark = keyset.read(after)
    parts = [
        order.after(narrow(part), mark).order_by(*order.columns).values("pk")[: PAGE + 1]
        for part in _in_order(tab, seat, order)
    ]
    ids = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    rows = Case.objects.filter(pk__in=ids).for_listing().with_tags(seat.user, at=seat.at)
    if tab == Tab.TASKS:
        rows = _with_part_due(rows, seat)
    if tab == Tab.DIRECTORATES:
        rows = _with_asked(rows)
    return order.page(rows.order_by(*order.columns))


def _in_order(tab: Tab, seat: Seat, order: Order) -> list[CaseQuerySet]:
    """Return ``tab`` in parts each of which an index holds in ``order``; one query over all would sort them all."""
    cases = cases_of(tab, seat)
    if tab == Tab.TASKS:
        return [_with_part_due(cases, seat)]
    if order.moment != "deadline_at":
        return [cases]
    if tab == Tab.MINE:
        return [cases.filter(officer=officer) for officer in (seat.user.pk, *sorted(seat.covers))]
    states = {Tab.OPEN: OPEN, Tab.COMPETENCE: _deciding(seat), Tab.DUE: _RUNNING, Tab.LATE: _RUNNING}.get(tab)
    return [cases.filter(state=state) for state in states] if states else [cases]
