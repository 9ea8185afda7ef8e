"""Agencies that ended while cases of theirs were open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import signed_in_user, staff_required
from accounts.models import User
from accounts.roles import CMU
from agencies.models import Agency
from complaints import actions
from complaints.actions.classification import NoActiveOfficer
from complaints.engine.transition import NotEntitled, TransitionNotAllowed
from complaints.models import Case, CaseQuerySet
from complaints.models.texts import TEXT_LENGTH
from complaints.staff.forms import SHORTEST_TEXT, AgencyChoiceForm
from complaints.staff.frame import frame
from complaints.unsent_forms import keeps_unsent_form_until_redirect
from complaints.workflow import AT_AGENCY, WITH_AGENCY, State
from kit.forms import ParagraphField

# ---- Agencies that ended while their cases were open. ----


#: Cases of an agency that ended which one press refers: each is a transaction of its own.
MOST_AT_ONCE = 100


@dataclass(frozen=True)
class EndedAgency:
    """An agency that ended, and how many of its cases wait for another: ``waiting`` of them for their citizen."""

    agency: Agency
    open: int
    waiting: int


def ended_agencies_with_cases(*, on: date) -> list[EndedAgency]:
    """Return the agencies that ended before a day with cases still open, the longest ago first; one statement.

    No case moves by itself: the unit decides, and until then the staff who are left go on with it.
    """
    is_open = Q(cases__state__in=WITH_AGENCY)
    agencies = Agency.objects.filter(ends_on__lt=on).annotate(
        open_cases=Count("cases", filter=is_open), waiting=Count("cases", filter=Q(cases__state=State.WAITING))
    )
    rows: QuerySet[Any] = agencies.filter(open_cases__gt=0).order_by("ends_on", "name_ar", "pk")
    return [EndedAgency(agency, agency.open_cases, agency.waiting) for agency in rows]


def cases_to_refer(agency: Agency, *, within: CaseQuerySet) -> list[Case]:
    """Return the cases of ``agency`` that the unit can refer now, the oldest first, ``MOST_AT_ONCE`` of them at most.

    ``within`` are those that are work of whoever refers them.

    Those that wait for their citizen are none: they can be referred once there is a reply, or its time is over.
    """
    left = within.filter(agency=agency, state__in=AT_AGENCY).for_listing()
    return list(left.order_by("filed_at", "pk")[:MOST_AT_ONCE])


# ---- Where the cases of an agency that ended go. ----


class SuccessorForm(AgencyChoiceForm):
    """Where the open cases of an agency that ended go, and why there."""

    agency = forms.ChoiceField(label=_("Refer all to"))
    reason = ParagraphField(
        max=TEXT_LENGTH,
        min=SHORTEST_TEXT,
        rows=3,
        label=_("Reason"),
        help_text=_("The agency reads it, the citizen does not."),
    )


@staff_required(CMU)
@require_safe
def ended_agencies(request: HttpRequest) -> HttpResponse:
    """Show the agencies that were merged or abolished while cases of theirs were open."""
    user, at = signed_in_user(request), timezone.now()
    context = {"ended_agencies": ended_agencies_with_cases(on=timezone.localdate(at)), **frame(user, at=at)}
    return render(request, "complaints/unit/ended_agencies/ended_agencies.html", context)


@staff_required(CMU)
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def ended_agency(request: HttpRequest, agency: str) -> HttpResponse:
    """Refer what an agency left behind to another one, each case by an act of its own."""
    user, at = signed_in_user(request), timezone.now()
    on = timezone.localdate(at)
    ended = get_object_or_404(Agency.objects.filter(ends_on__lt=on), code=agency)
    cases = cases_to_refer(ended, within=Case.objects.at_desk_of(user, at=at))
    form = SuccessorForm(
        request.POST if request.method == "POST" else None, agencies=list(Agency.objects.complainable(on=on))
    )
    if form.is_bound and form.is_valid() and _refer_all(request, form, cases):
        return redirect("ended-agencies")
    context = {"agency": ended, "cases": cases, "form": form, **frame(user, at=at)}
    return render(request, "complaints/unit/ended_agencies/ended_agency.html", context)


def _refer_all(request: HttpRequest, form: SuccessorForm, cases: list[Case]) -> bool:
    user, at, agency = signed_in_user(request), timezone.now(), form.chosen_agency
    count = 0
    for case in cases:
        try:
            is_referred = _refer(case, by=user, at=at, agency=agency, reason=form.cleaned_data["reason"])
        except NoActiveOfficer:
            words = gettext(
                "%(agency)s has no active liaison officer today and cannot receive cases. Choose another agency."
            )
            form.add_error("agency", words % {"agency": agency.name})
            return False
        except (TransitionNotAllowed, NotEntitled):
            # Somebody moved it meanwhile: it is no longer among what is left behind, or shows there again.
            continue
        count += is_referred
    words = ngettext(
        "%(count)s case was referred to %(agency)s.", "%(count)s cases were referred to %(agency)s.", count
    )
    messages.success(request, words % {"count": count, "agency": agency.name})
    return True


def _refer(case: Case, *, by: User, at: datetime, agency: Agency, reason: str) -> bool:
    """Refer a case to ``agency``, unless somebody has referred it to another one meanwhile; tell whether it was."""
    with transaction.atomic():
        rows = Case.objects.select_for_update(of=("self",)).values_list("agency", flat=True)
        if rows.get(pk=case.pk) != case.agency_id:
            return False
        actions.refer(case, by=by, at=at, agency=agency, reason=reason)
    return True
