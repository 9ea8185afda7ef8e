"""A citizen's own cases: those for the home page, and the pages of the two tabs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Case as Choice, Q, When
from django.utils import timezone

from accounts.models import Citizen
from complaints import reference
from complaints.case_text.deadline import Lateness, late_cases
from complaints.case_text.promise import owed_words
from complaints.case_text.timeline import Status, citizen_status
from complaints.models import Case, CaseQuerySet
from complaints.workflow import State

PAGE = 10
#: Open cases on the home page.
NEWEST = 2
#: Cases that wait for their citizen, shown before the others; more than that are on the pages that follow.
MOST_WAITING = 10


@dataclass(frozen=True)
class OwnCaseRow:
    """One case in a list of its citizen: its status, how late it is, and who owes what by which day."""

    case: Case
    status: Status
    late: Lateness | None
    owes: str
    on: date | None


@dataclass(frozen=True)
class CasePage:
    """One page of a tab: ``waiting`` need their citizen, ``after`` is where the next page starts, empty on the last."""

    waiting: Sequence[OwnCaseRow]
    rows: Sequence[OwnCaseRow]
    after: str


def home_cases(citizen: Citizen, *, at: datetime) -> dict[str, Any]:
    """Return the case that waits longest for the citizen, and of the open ones the late and then the newest."""
    own = _own(citizen).exclude(state=State.CLOSED)
    waiting = own.filter(state=State.WAITING).order_by("deadline_at", "pk").first()
    late_first = When(Q(deadline_at__lt=at) & ~Q(state=State.WAITING), then=0)
    newest = own.order_by(Choice(late_first, default=1), "-filed_at", "-pk")[:NEWEST]
    return {"waiting": waiting, "newest": rows(newest, at=at)}


def list_cases(citizen: Citizen, *, is_open: bool, at: datetime, after: str = "") -> CasePage:
    """Return a page of the citizen's open or closed cases, newest first, beginning after the number ``after``.

    Open cases that wait for the citizen stand before the others of the first page.
    """
    own = _own(citizen)
    waiting = list(own.filter(state=State.WAITING).order_by("deadline_at", "pk")[:MOST_WAITING]) if is_open else []
    others = own.filter(~Q(state=State.CLOSED) if is_open else Q(state=State.CLOSED))
    rest = others.exclude(pk__in=[case.pk for case in waiting])
    found = list(_after(rest, citizen, after)[: PAGE + 1])
    first = [] if after else waiting
    found_rows = rows([*first, *found[:PAGE]], at=at)
    return CasePage(
        found_rows[: len(first)], found_rows[len(first) :], found[PAGE - 1].reference if len(found) > PAGE else ""
    )


def _after(cases: CaseQuerySet, citizen: Citizen, after: str) -> CaseQuerySet:
    """Return those behind the number ``after``, whatever has become of that case since the page before was read."""
    own = Case.objects.filter(citizen=citizen, reference=after).values_list("filed_at", "pk")
    mark = own.first() if reference.is_valid(after) else None
    if mark is None:
        return cases
    return cases.filter(filed_at__lte=mark[0]).exclude(filed_at=mark[0], pk__gte=mark[1])


def _own(citizen: Citizen) -> CaseQuerySet:
    return Case.objects.filter(citizen=citizen).for_listing().order_by("-filed_at", "-pk")


def rows(cases: Iterable[Case], *, at: datetime) -> list[OwnCaseRow]:
    """Return the rows that show ``cases`` in a list."""
    found = list(cases)
    late = late_cases(found, at=at)
    return [_row(case, late.get(case.pk)) for case in found]


def _row(case: Case, late: Lateness | None) -> OwnCaseRow:
    on = timezone.localdate(case.deadline_at) if case.deadline_at and case.is_open else None
    return OwnCaseRow(case, citizen_status(case), late, owed_words(case) if on else "", on)
