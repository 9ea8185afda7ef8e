"""The views of a queue: which cases each holds for whom, in which orders it can be read, and one page of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Final
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from accounts.models import User
from accounts.roles import CMU, DESK
from agencies.calendar import WorkingCalendar
from agencies.models import current_calendar
from complaints.clocks.extensions import soon_ends
from complaints.models import Case, CaseQuerySet, ListedCase
from complaints.models.listed_cases import ListOptions, listed_cases
from complaints.permissions import readers
from complaints.permissions.rulings import decides_on_proposals, to_decide
from complaints.staff.rows import MOST_URGENT, urgent_first
from complaints.workflow import OPEN, State
from kit import keyset
from kit.keyset import PAGE, KeysetPage, Order
from kit.statements import ALWAYS, Condition, joined, named_conditions


class Tab(models.TextChoices):
    """The tabs of a queue, in the order of the menu."""

    DECIDE = "decide", _("For me to decide")
    OPEN = "open", _("All open")
    COMPETENCE = "competence", _("Responsibility to confirm")
    MINE = "mine", _("Mine")
    DUE = "due", _("Due soon")
    LATE = "late", pgettext_lazy("cases", "Late")
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
RUNNING = OPEN - {State.WAITING}
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

    @cached_property
    def calendar(self) -> WorkingCalendar:
        """Return the working calendar; one statement for all that asks for it."""
        return current_calendar()

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

    @cached_property
    def values(self) -> Mapping[str, object]:
        """Return the values of the conditions of all tabs."""
        return {
            "at": self.at,
            "soon": soon_ends(self.at, self.calendar),
            "is_unit": self.is_unit,
            "user": self.user.pk,
            "officers": [self.user.pk, *sorted(self.absent_colleagues)],
            "agencies": sorted(self.agencies),
        }

    @property
    def scope(self) -> CaseQuerySet:
        """Return the cases that are the user's work."""
        return Case.objects.at_desk_of(self.user, at=self.at)

    @property
    def tabs(self) -> list[Tab]:
        """Return the tabs that can hold something for the user.

        Nobody at the unit is the officer of a case, and only the unit is asked to step in.
        """
        decides = decides_on_proposals(self.user, at=self.at)
        others = {Tab.DECIDE: decides, Tab.MINE: bool(self.agencies), Tab.ASKED: self.is_unit}
        return [tab for tab in Tab if others.get(tab, True)]


# ---- which cases a tab holds ----

_CONDITIONS: Final = named_conditions(Path(__file__).with_name("tabs.sql"))
#: These tabs choose among all cases by themselves, and not among those at the desk.
_OF_ALL: Final = frozenset({Tab.TASKS, Tab.PASSED})
#: The deadline by which the tab of tasks is sorted, that of the partner task.
TASK_DUE: Final = """coalesce((
    SELECT min(clock.due_at) FROM complaints_clock AS clock
    JOIN complaints_referraltask AS task ON task.id = clock.task_id
    WHERE clock.case_id = complaints_case.id AND clock.ended_at IS NULL AND task.state = 'open'
        AND (%(is_unit)s OR task.agency_id = ANY(%(agencies)s::bigint[]))
), complaints_case.deadline_at)"""


def tab_condition(tab: Tab, staff: StaffContext) -> Condition:
    """Return which cases ``tab`` holds for ``staff``, as a condition on ``complaints_case``."""
    define = readers.not_own if tab in _OF_ALL else readers.at_desk
    scope = define(staff.user, at=staff.at)
    if tab == Tab.DECIDE:
        return joined(" AND ", [scope, to_decide(staff.user, at=staff.at)])
    return Condition(f"{scope.text} AND ({_CONDITIONS[tab]})", {**scope.values, **staff.values})


# ---- a page ----


def tab_page(
    tab: Tab, staff: StaffContext, *, keep: Condition = ALWAYS, sort: str = "", after: str = ""
) -> KeysetPage[ListedCase]:
    """Return a page of the cases of ``tab`` that ``keep`` keeps; an unknown ``sort`` gives the default order.

    By deadline the urgent cases come first. ``after`` is the ``next`` of the page before; one that cannot be read gives
    the first page. One statement, and a late page costs what the first does.
    """
    order, mark = chosen_order(tab, sort), keyset.read(after)
    cases = joined(" AND ", [tab_condition(tab, staff), keep])
    keys = _page_keys(cases, order_parts(tab, order), order, mark)
    puts_urgent_first = mark is None and begins_with_urgent(order)
    if puts_urgent_first:
        keys += f" UNION ALL {first_keys(cases, IS_URGENT, order, None, MOST_URGENT)}"
    chosen = Condition(f"complaints_case.id IN ({keys})", {**cases.values, **marked(mark)})
    is_common = keep == ALWAYS and mark is None
    found = listed_cases(chosen, order.columns, _options(tab, staff), is_common=is_common)
    return urgent_first(found, order) if puts_urgent_first else order.first_page(found[: PAGE + 1])


def chosen_order(tab: Tab, sort: str) -> Order:
    """Return the order ``sort`` of ``tab``, the default one where it has no such order."""
    orders = sort_orders(tab)
    return orders[Sort(sort)] if sort in orders else next(iter(orders.values()))


def begins_with_urgent(order: Order) -> bool:
    """Tell whether lists in ``order`` put the urgent cases before all others."""
    return order.moment == "deadline_at" and not order.newest


IS_URGENT: Final = "is_urgent AND state <> 'closed'"


def _options(tab: Tab, staff: StaffContext) -> ListOptions:
    return ListOptions(
        homes=staff.sharing_agencies,
        agencies=staff.agencies,
        is_unit=staff.is_unit,
        shows_tasks=tab == Tab.TASKS,
        shows_asked=tab == Tab.DIRECTORATES,
    )


def order_parts(tab: Tab, order: Order) -> list[str]:
    """Split the cases of ``tab`` so that an index holds each part in ``order``; one query would sort them all."""
    if order.moment != "deadline_at":
        return ["TRUE"]
    if tab == Tab.MINE:
        return ["officer_id = %(user)s", "officer_id <> %(user)s"]
    states = {Tab.OPEN: OPEN, Tab.COMPETENCE: (State.REFERRED,), Tab.DUE: RUNNING, Tab.LATE: RUNNING}
    return [f"state = '{state}'" for state in sorted(states[tab])] if tab in states else ["TRUE"]


def _page_keys(cases: Condition, parts: Sequence[str], order: Order, mark: keyset.Mark | None) -> str:
    """Return the statement for the keys of a page and of the case behind it.

    The first of several parts are found in their indexes alone, so that only these few rows are read whole.
    """
    number = PAGE + 1
    if len(parts) == 1:
        return first_keys(cases, parts[0], order, mark, number)
    columns = f"complaints_case.id, {order.moment}"
    found = " UNION ALL ".join(first_keys(cases, part, order, mark, number, columns=columns) for part in parts)
    way = " DESC" if order.newest else ""
    return f"(SELECT id FROM ({found}) AS first (id, moment) ORDER BY moment{way}, id{way} LIMIT {number})"  # noqa: S608 - texts of ours


def first_keys(
    cases: Condition,
    part: str,
    order: Order,
    mark: keyset.Mark | None,
    number: int,
    *,
    columns: str = "complaints_case.id",
) -> str:
    """Return the statement for the first keys of ``cases`` behind ``mark``, as far as they are of ``part``."""
    after = "TRUE" if mark is None else behind_mark(order)
    where = f"{cases.text} AND {part} AND {after}"
    rows = f"FROM complaints_case WHERE {where} ORDER BY {sorting(order)} LIMIT {number}"
    return f"(SELECT {columns} {rows})"


def sorting(order: Order) -> str:
    """Return what cases in ``order`` are sorted by."""
    way = " DESC" if order.newest else ""
    return ", ".join(f"{column}{way}" for column in (_moment(order), "complaints_case.id") if column)


def behind_mark(order: Order) -> str:
    """Return the condition for the cases that stand behind the mark, whose values ``marked`` gives."""
    moment, (reached, behind) = _moment(order), ("<=", "<") if order.newest else (">=", ">")
    if not moment:
        return f"complaints_case.id {behind} %(mark_key)s"
    # Two conditions: the first is a range of the index.
    return (
        f"{moment} {reached} %(mark_moment)s AND NOT ({moment} = %(mark_moment)s"
        f" AND complaints_case.id {reached.translate(_TURNED)} %(mark_key)s)"
    )


def _moment(order: Order) -> str:
    return TASK_DUE if order.moment == "partner_task_due_at" else order.moment


_TURNED: Final = str.maketrans("<>", "><")


def marked(mark: keyset.Mark | None) -> dict[str, object]:
    """Return the values of a mark in a statement."""
    return {} if mark is None else {"mark_moment": mark[0], "mark_key": mark[1]}
