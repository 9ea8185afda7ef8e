"""The late cases that were reported to the leadership of agencies: what its page shows and its e-mail names."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from accounts.roles import Role
from complaints.clocks.clockwork import empty_level
from kit.statements import ALWAYS, Condition, Statement


@dataclass(frozen=True)
class ReportedCase:
    """One clock that an agency missed, and when ``level`` was told, or was found to have nobody.

    ``told_agency_id`` is the agency that was told, ``agency_id`` the one that has the case now. ``is_late`` is False
    once the step that was owed is done, or waits for the citizen. ``taken`` are all steps of the clock.
    """

    clock_id: int
    case_id: int
    reference: str
    agency_id: int | None
    told_agency_id: int
    level: str
    told_at: datetime
    due_at: datetime
    is_late: bool
    is_task: bool
    taken: Sequence[str]
    citizen_id: UUID
    recused: Sequence[UUID]


_REPORTED: Final = Statement(Path(__file__).with_name("reported_cases.sql"), ReportedCase)


def reported_cases(
    levels: Collection[Role],
    agencies: Collection[int],
    *,
    at: datetime,
    since: datetime | None = None,
    until: datetime | None = None,
    seen: Condition = ALWAYS,
) -> list[ReportedCase]:
    """Return what was reported to ``levels`` of ``agencies`` before ``until`` and is late at ``at``, latest first.

    What was reported from ``since`` on is among it even if it is late no more. ``seen`` says which cases are read. One
    statement.
    """
    until = until or at
    return _REPORTED.rows(
        {"seen": seen},
        steps=[name for role in sorted(levels) for name in (str(role), empty_level(role))],
        agencies=sorted(agencies),
        at=at,
        since=since or until,
        until=until,
    )
