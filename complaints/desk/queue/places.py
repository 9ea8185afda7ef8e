"""Where a case stands in a list of the queue, and which cases stand before and behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from complaints.desk.queue.filters import QueueQuery
from complaints.desk.queue.tabs import (
    IS_URGENT,
    TASK_DUE,
    StaffContext,
    begins_with_urgent,
    behind_mark,
    chosen_order,
    first_keys,
    marked,
    order_parts,
    sorting,
    tab_condition,
)
from complaints.models import Case
from complaints.permissions.conditions import at_desk
from kit.keyset import Order
from kit.statements import Condition, Statement, joined

#: Places are counted up to here, as tabs are.
MOST: Final = 99
_ANY_MOMENT: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NOT_URGENT: Final = f"NOT ({IS_URGENT})"


class ListPlace(NamedTuple):
    """How many cases stand before a case, how many there are, whether it is one of them, and its two neighbours."""

    before: int
    total: int
    is_listed: bool
    previous: str | None
    following: str | None

    @property
    def number(self) -> int:
        """Return the place, counted from 1; 0 where the case is not in the list or stands too far behind."""
        return self.before + 1 if self.is_listed and self.total <= MOST else 0


class TaskDate(NamedTuple):
    """When the partner task of a case is due, or else the case."""

    due_at: datetime | None


_PLACE: Final = Statement(Path(__file__).with_name("places.sql"), ListPlace)
_TASK: Final = Statement(Path(__file__).with_name("task_date.sql"), TaskDate)


def place_in(query: QueueQuery, staff: StaffContext, case: Case) -> ListPlace | None:
    """Return the place of ``case`` in the list ``query``, also after it has left that list; one statement.

    Two for partner tasks, which have dates of their own. None where the list is sorted by a moment that the case lacks.
    """
    order = chosen_order(query.tab, query.sort)
    cases = joined(" AND ", [tab_condition(query.tab, staff), query.condition(staff)])
    moment = _moment(case, order, staff)
    return _place_among(cases, order_parts(query.tab, order), order, case, moment)


def _moment(case: Case, order: Order, staff: StaffContext) -> datetime | None:
    """Return the moment by which ``case`` stands in ``order``."""
    if order.moment == "partner_task_due_at":
        return _TASK.row({"due": Condition(TASK_DUE, staff.values)}, key=case.pk).due_at
    return getattr(case, order.moment) if order.moment else _ANY_MOMENT


def place_in_triage(staff: StaffContext, case: Case) -> ListPlace | None:
    """Return the place of ``case`` among those without an agency, also after it has left them; one statement."""
    cases = joined(" AND ", [at_desk(staff.user, at=staff.at), Condition("state = 'triage'")])
    return _place_among(cases, ["TRUE"], Order("deadline_at"), case, case.deadline_at)


def _place_among(
    cases: Condition, parts_of_order: Sequence[str], order: Order, case: Case, moment: datetime | None
) -> ListPlace | None:
    if moment is None:
        return None
    is_urgent = case.is_urgent and begins_with_urgent(order)
    neighbours = _Neighbours(cases, parts_of_order, order, is_urgent=is_urgent)
    parts = {
        "cases": Condition(cases.text, {**cases.values, **marked((moment, case.pk))}),
        "before": Condition(neighbours.before),
        "previous": Condition(neighbours.previous),
        "following": Condition(neighbours.following),
    }
    return _PLACE.row(parts)


class _Neighbours:
    """The conditions for what stands before a case and for the cases next to it; the urgent ones may stand first."""

    def __init__(self, cases: Condition, parts: Sequence[str], order: Order, *, is_urgent: bool) -> None:
        self._cases, self._parts = cases, parts
        backwards, has_groups = replace(order, newest=not order.newest), begins_with_urgent(order)
        own, other = (IS_URGENT, _NOT_URGENT) if is_urgent else (_NOT_URGENT if has_groups else "TRUE", IS_URGENT)
        earlier = f"{own} AND {behind_mark(backwards)}"
        self.before = f"{IS_URGENT} OR {earlier}" if has_groups and not is_urgent else earlier
        before, behind = [self._first(own, backwards, is_behind=True)], [self._first(own, order, is_behind=True)]
        if is_urgent:
            behind.append(self._first(other, order, is_behind=False))
        elif has_groups:
            before.append(self._first(other, backwards, is_behind=False))
        self.previous, self.following = (f"id = coalesce({', '.join(keys)})" for keys in (before, behind))

    def _first(self, group: str, order: Order, *, is_behind: bool) -> str:
        after = behind_mark(order) if is_behind else "TRUE"
        parts = [first_keys(self._cases, f"{part} AND {group} AND {after}", order, None, 1) for part in self._parts]
        keys = " UNION ALL ".join(parts)
        return f"(SELECT id FROM complaints_case WHERE id IN ({keys}) ORDER BY {sorting(order)} LIMIT 1)"  # noqa: S608 - texts of ours
