"""A citizen's own cases: those for the home page, and the pages of the two tabs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from accounts.models import Citizen
from complaints import reference
from complaints.case_text.promise import Status, citizen_status
from complaints.models import Case, CaseQuerySet
from complaints.workflow import State

PAGE = 10
#: Open cases on the home page.
NEWEST = 2


@dataclass(frozen=True)
class OwnCaseRow:
    """One case in a list of its citizen, with its status in the citizen's words."""

    case: Case
    status: Status


@dataclass(frozen=True)
class CasePage:
    """One page of a tab: ``after`` is where the next one starts, empty on the last."""

    rows: Sequence[OwnCaseRow]
    after: str


def home_cases(citizen: Citizen) -> dict[str, Any]:
    """Return the case that waits longest for the citizen, and the newest open ones; two statements."""
    own = _own(citizen).exclude(state=State.CLOSED)
    waiting = own.filter(state=State.WAITING).order_by("deadline_at", "pk").first()
    return {"waiting": waiting, "newest": _rows(own[:NEWEST])}


def list_cases(citizen: Citizen, *, is_open: bool, after: str = "") -> CasePage:
    """Return a page of the citizen's open or closed cases, newest first, beginning after the number ``after``."""
    closed = Q(state=State.CLOSED)
    cases = _own(citizen).filter(~closed if is_open else closed)
    mark = cases.filter(reference=after).values_list("filed_at", "pk").first() if reference.is_valid(after) else None
    if mark is not None:
        cases = cases.filter(filed_at__lte=mark[0]).exclude(filed_at=mark[0], pk__gte=mark[1])
    rows = _rows(cases[: PAGE + 1])
    return CasePage(rows[:PAGE], rows[PAGE - 1].case.reference if len(rows) > PAGE else "")


def _own(citizen: Citizen) -> CaseQuerySet:
    return Case.objects.filter(citizen=citizen).for_listing().order_by("-filed_at", "-pk")


def _rows(cases: CaseQuerySet) -> list[OwnCaseRow]:
    return [OwnCaseRow(case, citizen_status(case)) for case in cases]
