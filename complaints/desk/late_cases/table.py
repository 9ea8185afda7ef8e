"""The rows of the late cases: how late, who has each, what was done last, whether an explanation was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from accounts.models import User
from accounts.roles import ESCALATION_LEVEL_NAMES, LEADERSHIP, Role
from agencies.models import current_calendar
from complaints.case_text.lateness import late_label, open_holdings
from complaints.case_text.time_held import holder_name
from complaints.escalation.reported_cases import ReportedCase, reported_cases
from complaints.models import ListedCase
from complaints.models.listed_cases import by_keys, listed_cases, with_citizens
from complaints.permissions import conditions
from complaints.visibility.identity import knows_person
from complaints.workflow import ACTIONS, Action
from kit.statements import Statement

#: Cases shown, those late the longest; a longer list would not be read.
MOST: Final = 100


@dataclass(frozen=True)
class LateRow:
    """One late case: its delay, holder, last step and highest level told in words.

    ``asked_at`` is when an explanation was last asked for, ``answered_at`` when it was given; ``may_ask`` tells that
    the reader may ask for one now.
    """

    case: ListedCase
    late: str
    is_task: bool
    holder: str
    last_step: str
    last_at: datetime
    level: str
    asked_at: datetime | None
    answered_at: datetime | None
    may_ask: bool


class _Last(NamedTuple):
    case_id: int
    action: str
    at: datetime
    asked_at: datetime | None
    answered_at: datetime | None


_LAST: Final = Statement(Path(__file__).with_name("table.sql"), _Last)


def late_rows(user: User, *, at: datetime) -> tuple[list[LateRow], int]:
    """Return the rows of the cases that are late longest, and how many cases are late.

    A fixed number of statements.
    """
    found = _reported_to(user, at=at)
    shown = found[:MOST]
    keys = sorted({report.case_id for report in shown})
    chosen = by_keys(keys)
    cases = {case.id: case for case in listed_cases(chosen, ("id",))}
    with_citizens(case for case in cases.values() if not knows_person(case, user, at=at))
    last = {row.case_id: row for row in _LAST.rows({"chosen": chosen})}
    holders = {row.case_id: holder_name(row) for row in open_holdings(keys)}
    own, calendar = user.authority(at).agencies(LEADERSHIP), current_calendar()
    make = partial(_row, own=own)
    rows = [
        make(report, cases[report.case_id], last[report.case_id], holders.get(report.case_id, ""), late)
        for report in shown
        for late in [late_label(report.due_at, calendar, at)]
    ]
    return rows, len(found)


def _reported_to(user: User, *, at: datetime) -> list[ReportedCase]:
    """Return the late clocks that were reported to a level on which ``user`` acts, each once, latest first."""
    authority = user.authority(at)
    agencies, seen = authority.agencies(LEADERSHIP), conditions.visible(user, at=at)
    found = reported_cases(LEADERSHIP, agencies, at=at, seen=seen)
    own = {
        report.clock_id: report for report in found if (Role(report.level), report.told_agency_id) in authority.roles
    }
    return list(own.values())


def _row(
    report: ReportedCase, case: ListedCase, last: _Last, holder: str, late: str, *, own: frozenset[int]
) -> LateRow:
    told = [name for role, name in ESCALATION_LEVEL_NAMES.items() if role in report.taken]
    is_open = last.asked_at is not None and last.answered_at is None
    return LateRow(
        case=case,
        late=late,
        is_task=report.is_task,
        holder=holder,
        last_step=str(ACTIONS[Action(last.action)].label),
        last_at=last.at,
        level=str(told[-1]) if told else "",
        asked_at=last.asked_at,
        answered_at=last.answered_at,
        may_ask=not report.is_task and not is_open and report.agency_id in own,
    )
