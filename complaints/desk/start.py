"""The start page of staff, what is new since their last visit, and the cases that are late or will likely be late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from django.conf import settings
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.decorators import signed_in_user, staff_required
from accounts.models import User
from accounts.roles import (
    CMU,
    CONTACT_CENTRE,
    DESK,
    ESCALATION_LEVEL_NAMES,
    LEADERSHIP,
    OPERATORS,
    STAFF_CHANGE_READERS,
    SUPERVISION,
    Role,
)
from agencies.models import current_calendar
from complaints.case_text.deadline import holder_name, late_label, open_holdings
from complaints.desk.directorate_forms import MEMBERS
from complaints.escalation.digest import ReportedCase, reported_cases
from complaints.models import Case, ListedCase
from complaints.models.annotations import NEWS_LASTS
from complaints.models.listed_cases import by_keys, listed_cases, with_citizens
from complaints.permissions import readers
from complaints.staff.frame import frame
from complaints.track_record.counting import FEWEST, LIKELY, forecast_counts, likely_missed
from complaints.visibility.redaction import knows_person
from complaints.workflow import ACTIONS, Action
from kit.menu import MenuEntry
from kit.statements import Statement

#: Where the work of each role is; who has several roles is led to the first.
_OWN_WORK = (
    (CMU, "unit-dashboard"),
    (DESK, "queue"),
    (CONTACT_CENTRE, "calls"),
    (MEMBERS, "directorate-requests"),
    (frozenset({Role.PM_OFFICE}), "pm-dashboard"),
    (LEADERSHIP, "late-cases"),
    (OPERATORS, "messages"),
    (STAFF_CHANGE_READERS, "staff-changes"),
)


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Lead a member of staff to their own work; who has no role today is told so, and how that changes."""
    user, at = signed_in_user(request), timezone.now()
    if not user.is_staff:
        raise Http404
    authority = user.authority(at)
    for roles, url_name in _OWN_WORK:
        if authority.has(roles):
            return redirect(url_name)
    context = {**frame(user, at=at), "has_admin": settings.ADMIN_ENABLED and user.is_operator}
    return render(request, "complaints/desk/no_desk.html", context)


# ---- What is new to a member of staff: open cases that others changed since the page of the case was last opened. ----


_MARK: Final = """
INSERT INTO complaints_readmark (user_id, case_id, seen_at) VALUES (%s, %s, %s)
ON CONFLICT (user_id, case_id) DO UPDATE SET seen_at = greatest(complaints_readmark.seen_at, excluded.seen_at)
"""


class UnreadCase(NamedTuple):
    """The key of a case that is new to the reader."""

    id: int


_NEWS: Final = Statement(Path(__file__).with_name("news.sql"), UnreadCase)


def mark_read(case: Case, user: User, *, at: datetime) -> None:
    """Keep that ``user`` opened the page of ``case`` at ``at``; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_MARK, [user.pk, case.pk, at])


def new_cases(cases: Sequence[ListedCase], user: User, *, at: datetime) -> frozenset[int]:
    """Return the keys of those of ``cases`` that are new to ``user``; one statement, or none without cases.

    A change of the last fortnight counts that was not the person's own and came after they last opened the case.
    """
    if not cases:
        return frozenset()
    keys = [case.pk for case in cases]
    return frozenset(row.id for row in _NEWS.prepared_rows(keys=keys, user=user.pk, since=at - NEWS_LASTS))


# ---- The pages of officers and directorates in the menu. ----


ALL_CASES = MenuEntry("queue", _("All cases"), CMU)
QUEUE = MenuEntry("queue", _("Work queue"), DESK, hidden_from=CMU)
LATE_CASES = MenuEntry("late-cases", _("Late cases of the agency"), LEADERSHIP)
LIKELY_MISSED = MenuEntry("likely-missed", _("Promises likely to be missed"), CMU | DESK)
TEXTS = MenuEntry("texts", _("Standard texts"), CMU | DESK, within="text text-new text-delete")
MACROS = MenuEntry(
    "macros",
    _("Macros"),
    CMU | DESK,
    within="macro-new macro macro-delete macro-step-add macro-step",
)
OFFICERS = MenuEntry("officers", _("Officers"), CMU | SUPERVISION, within="officers-absence officers-reassign")
DIRECTORATE = MenuEntry("directorate-requests", _("Requests to the directorate"), MEMBERS, within="directorate-request")
KNOWN_PROBLEMS = MenuEntry(
    "desk-known-problems",
    _("Known problems"),
    CMU | SUPERVISION,
    within="desk-known-problem-new desk-known-problem desk-known-problem-end",
)
SITES = MenuEntry("desk-sites", _("Agencies' websites"), CMU | SUPERVISION)


# ---- The rows of the late cases: how late, who has each, what was done last, whether an explanation was asked
# for.


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


_LAST: Final = Statement(Path(__file__).with_name("late_cases.sql"), _Last)


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
    agencies, seen = authority.agencies(LEADERSHIP), readers.visible(user, at=at)
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


# ---- The late cases that were reported to the secretary-general or the minister's office of an agency. ----


@staff_required(LEADERSHIP)
@require_safe
def late_cases_page(request: HttpRequest) -> HttpResponse:
    """List the late cases that were reported to the reader's levels, those late the longest first."""
    user, at = signed_in_user(request), timezone.now()
    rows, number = late_rows(user, at=at)
    context = {"rows": rows, "number": number, "has_more": number > len(rows), **frame(user, at=at)}
    return render(request, "complaints/desk/late_cases/late_cases.html", context)


# ---- The page of open promises that will likely be missed, by the forecast of last night. ----


#: Promises listed, the likeliest first; a longer list would not be worked through in a day.
LIKELY_MISSED_VIEW_MOST = 100


@staff_required(DESK | CMU)
@require_safe
def likely_missed_page(request: HttpRequest) -> HttpResponse:
    """List the promises of the own desks that will likely be missed, the unit those of all agencies."""
    user, at = signed_in_user(request), timezone.now()
    authority = user.authority(at)
    cases = list(likely_missed(user, at=at).select_related("officer")[: LIKELY_MISSED_VIEW_MOST + 1])
    context = {
        "cases": cases[:LIKELY_MISSED_VIEW_MOST],
        "has_more": len(cases) > LIKELY_MISSED_VIEW_MOST,
        "is_unit": authority.has(CMU),
        "counts": forecast_counts(None if authority.has(CMU) else authority.agencies(DESK)),
        "limits": {"fewest": FEWEST, "likely": LIKELY, "most": LIKELY_MISSED_VIEW_MOST},
        **frame(user, at=at),
    }
    return render(request, "complaints/desk/likely_missed/likely_missed.html", context)
