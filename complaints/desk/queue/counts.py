"""How many cases each tab and each saved filter holds, up to a cap, in one statement."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from complaints.desk.queue.tabs import UNCOUNTED, StaffContext, Tab, tab_condition
from complaints.permissions import conditions
from complaints.permissions.to_decide import each_to_decide
from complaints.staff.work_list import TRIAGE
from kit.statements import Condition, Statement, joined

#: Counting stops here, so that a full queue costs what a short one does.
CAP = 99


class Count(NamedTuple):
    """How many cases a list holds."""

    name: str
    number: int


_COUNTS: Final = Statement(Path(__file__).with_name("counts.sql"), Count)


def tab_counts(staff: StaffContext, more: Mapping[str, Condition] | None = None) -> dict[str, int]:
    """Return how many cases each tab and each of ``more`` holds, by name; at most ``CAP`` + 1."""
    tabs = [tab for tab in staff.tabs if tab not in UNCOUNTED]
    lists = [_of_tab(tab, staff) for tab in tabs] + [_counted(name, cases) for name, cases in (more or {}).items()]
    counts = joined(" UNION ALL ", lists)
    # With filters it is the statement of one person, whose plan nobody else would use.
    ask = _COUNTS.prepared_rows if set(more or {}) <= {TRIAGE} else _COUNTS.rows
    return {row.name: row.number for row in ask({"counts": counts})}


def _of_tab(tab: Tab, staff: StaffContext) -> Condition:
    if tab != Tab.DECIDE:
        return _counted(tab, tab_condition(tab, staff))
    # Among all cases that wait for somebody the condition would look at each before the first is counted.
    waiting, scope = each_to_decide(staff.user, at=staff.at), conditions.at_desk(staff.user, at=staff.at)
    source = f"({waiting.text}) AS waiting JOIN complaints_case ON complaints_case.id = waiting.case_id"
    return _counted(tab, Condition(scope.text, {**scope.values, **waiting.values}), source)


def _counted(name: str, cases: Condition, source: str = "complaints_case") -> Condition:
    some = f"SELECT FROM {source} WHERE {cases.text} LIMIT {CAP + 1}"
    return Condition(f"SELECT '{name}', (SELECT count(*) FROM ({some}) AS counted)", cases.values)  # noqa: S608 - texts of ours


def count_text(count: int) -> str:
    """Return a count as it is shown: ``99+`` beyond the cap."""
    return f"{CAP}+" if count > CAP else str(count)
