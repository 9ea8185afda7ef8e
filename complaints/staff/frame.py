"""What every staff page shows around its middle: the office in its head, and what the user may open."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any, Final, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _
from django.views.decorators.http import require_http_methods
from django_stubs_ext import StrPromise

from accounts.decorators import members_of_staff, signed_in_user
from accounts.models import User
from accounts.roles import (
    ANY_STAFF,
    CMU,
    CONTACT_CENTRE,
    DESK,
    LADDER,
    LEADERSHIP,
    OPERATORS,
    SUPERVISION,
    Authority,
    Role,
)
from agencies.calendar import WorkingCalendar
from agencies.models import Agency, current_calendar
from complaints import unsent_forms
from complaints.actions.answers import answers_to_show
from complaints.case_text.deadline import case_countdown, status_colour
from complaints.clocks import clockwork
from complaints.models import Case, CaseQuerySet
from complaints.permissions.readers import ANY_MOMENT, ReaderShape, reader_shape, with_parts
from complaints.permissions.rulings import with_pending
from complaints.visibility.redaction import StaffVisibility
from complaints.workflow import Kind, State
from kit.compiled_reads import CompiledRead
from kit.unit import unit_name

# ---- The pages of the handbook for staff: whose work each describes, and which of them is a reader's own. ----


@dataclass(frozen=True)
class HandbookPage:
    """One page: its name in the address and of its texts, its title, what it is about, and whose work it describes."""

    name: str
    title: StrPromise
    summary: StrPromise
    roles: frozenset[Role]


PAGES: Final = (
    HandbookPage(
        "officer",
        _("Help for liaison officers"),
        _("The work queue, responsibility, questions, directorates and other agencies, answers, notes, identity."),
        DESK,
    ),
    HandbookPage(
        "supervisor",
        _("Help for supervisors"),
        _("Signatures, later dates, absences and deputies, reassigning cases, reminders and escalations."),
        frozenset(LADDER),
    ),
    HandbookPage(
        "unit",
        _("Help for CMU staff"),
        _("Triage, referral, precedents, routing rules, objections, former agencies, reports, messages."),
        CMU,
    ),
    HandbookPage(
        "agent",
        _("Help for contact-centre agents"),
        _("Filing for callers, a caller's case, calls to make, what you may not see."),
        CONTACT_CENTRE,
    ),
    HandbookPage(
        "directorate",
        _("Help for directorates"),
        _("Requests by link or account, the time you need, the finding."),
        frozenset({Role.DIRECTORATE_MEMBER}),
    ),
    HandbookPage(
        "leadership",
        _("Help for secretaries-general and ministers’ offices"),
        _("How the agency stands, delays that you are told of, directives, annexes to reports."),
        LEADERSHIP,
    ),
    HandbookPage(
        "office",
        _("Help for the Prime Minister’s office"),
        _("Figures of the country, reports, directives, commitment and phenomena."),
        frozenset({Role.PM_OFFICE}),
    ),
    HandbookPage(
        "auditor",
        _("Help for access auditors"),
        _("Who looked at people, changes of roles and accounts, what is erased."),
        frozenset({Role.AUDITOR}),
    ),
    HandbookPage(
        "operator",
        _("Help for system operators"),
        _("System status, messages and alarms, people and roles."),
        OPERATORS,
    ),
)
BY_NAME: Final = {page.name: page for page in PAGES}
#: Of several pages of one reader the first of these is the one that help opens.
_FIRST: Final = ("unit", "leadership", "supervisor", "officer", "agent", "directorate", "office", "auditor", "operator")


def own_pages(authority: Authority) -> list[HandbookPage]:
    """Return the pages about the work of somebody with ``authority``."""
    return [page for page in PAGES if authority.has(page.roles)]


def other_pages(authority: Authority) -> list[HandbookPage]:
    """Return the pages about the work of others."""
    return [page for page in PAGES if not authority.has(page.roles)]


def help_url(authority: Authority) -> str:
    """Return the address that "Help" opens: the own page, the contents where there is none, empty without a role."""
    if not authority.has(ANY_STAFF):
        return ""
    own: Sequence[str] = [page.name for page in own_pages(authority)]
    name = next((name for name in _FIRST if name in own), "")
    return reverse("handbook-page", args=[name]) if name else reverse("handbook")


def office_label(user: User, *, at: datetime, agency: Agency | None = None, names: Sequence[str] = ()) -> str:
    """Return what ``user`` is and where, for the head of the page.

    ``agency``, or the ``names`` of all of theirs, spare a statement where they are known.
    """
    authority = user.authority(at)
    if authority.has(CMU):
        return unit_name()
    if not authority.has(DESK):
        return _role_label(authority, agency)
    what = Role.SUPERVISOR if authority.has(SUPERVISION) else Role.OFFICER
    if not names:
        desks = authority.agencies(DESK)
        agencies = [agency] if agency and agency.pk in desks else Agency.objects.filter(pk__in=desks)
        names = [agency.name for agency in agencies]
    return f"{what.label} – {gettext(', ').join(names)}"


def _role_label(authority: Authority, agency: Agency | None) -> str:
    """Return the role of somebody who is no officer, with the agency where they are on its ladder of escalation."""
    held = [role for role in Role if authority.has({role})]
    if not held:
        return ""
    what = str(held[0].label)
    is_theirs = agency is not None and agency.pk in authority.agencies({held[0]} & set(LADDER))
    return f"{what} – {agency.name}" if agency and is_theirs else what


#: Who works on cases: the desks of the agencies and the unit.
CASEWORK = DESK | CMU


def frame(
    user: User,
    *,
    at: datetime,
    case: Case | None = None,
    counts: Mapping[str, int] | None = None,
    names: Sequence[str] = (),
) -> dict[str, Any]:
    """Return what every staff page shows around its middle.

    ``counts`` say how much waits, by the URL name of a menu entry; ``names`` of the own agencies spare a statement.
    """
    agency, authority = case.agency if case else None, user.authority(at)
    return {
        "menu_counts": counts or {},
        "office": office_label(user, at=at, agency=agency, names=names),
        "acts_for": gettext(", ").join(colleague.name for colleague in authority.absent),
        "finds_cases": authority.has(CASEWORK),
        "opens_messages": authority.has(CMU | OPERATORS),
        "help_url": help_url(authority),
        "staff_visibility": StaffVisibility(user, at),
        "at": at,
        # Read by the pages on which work begins.
        "unsent_forms": partial(unsent_forms.listed, user, at=at),
    }


# ---- Loading a case for staff, and the context that every page about it shares. ----


def load_case(user: User, reference: str, *, at: datetime) -> Case:
    """Return the case of that number; 404 alike for one that does not exist and one the user may not see."""
    shape, values = reader_shape(user, at=at)
    case = _CASE.first(shape, reference=reference, **values)
    if case is None:
        raise Http404
    return case


def _case(shape: ReaderShape, *, reference: str, **values: Any) -> CaseQuerySet:
    reader = cast("User", shape.reader(values))
    cases = Case.objects.visible_to(reader, at=ANY_MOMENT).with_tags(reader, at=ANY_MOMENT)
    return with_parts(with_pending(cases.for_page())).filter(reference=reference)


_CASE: Final = CompiledRead(_case, is_prepared=True)


def case_context(case: Case, user: User, *, at: datetime, calendar: WorkingCalendar | None = None) -> dict[str, Any]:
    """Return the context of the head of every page about ``case``; a known ``calendar`` spares a statement."""
    calendar = calendar or current_calendar()
    countdown = case_countdown(case, at=at, calendar=calendar, pause=clockwork.pause_now(case))
    visibility = StaffVisibility(user, at).of(case)
    return {
        "case": case,
        "case_visibility": visibility,
        "topic_answers": answers_to_show(case, knows_person=visibility.knows_person),
        "countdown": countdown,
        "answer_by": _earlier_limit(case, at=at, calendar=calendar),
        "state_kind": status_colour(case, countdown),
        "knows_person": visibility.knows_person,
        "for_officer": user.authority(at).acts_for(case.officer_id),
        **frame(user, at=at, case=case),
    }


def _earlier_limit(case: Case, *, at: datetime, calendar: WorkingCalendar) -> date | None:
    """Return the last day for the answer where it comes before the last day to accept or decline."""
    if case.state != State.REFERRED or case.kind == Kind.PRAISE or case.deadline_at is None:
        return None
    latest = clockwork.latest_promise(case, at=at, calendar=calendar)
    return latest if latest < timezone.localdate(case.deadline_at) else None


# ---- The page on which staff read what they left unsent. ----


@members_of_staff
@require_http_methods(["GET", "HEAD", "POST"])
def unsent_form(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Show what a member of staff left unsent; a POST deletes it."""
    at = timezone.now()
    unsent = unsent_forms.own_unsent_form(request, pk, at=at)
    if request.method == "POST":
        return unsent_forms.begin_again(request, unsent)
    context = {**frame(signed_in_user(request), at=at), "unsent": unsent}
    return render(request, "complaints/staff/unsent_form.html", context)
