"""Agencies that ended while cases of theirs were open."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import signed_in_user, staff_required
from accounts.models import User
from accounts.roles import CMU
from agencies.models import Agency
from complaints import actions
from complaints.actions.triage import NoActiveOfficer
from complaints.engine.transition import NotEntitled, TransitionNotAllowed
from complaints.models import Case
from complaints.staff.frame import frame
from complaints.unit.ended_agencies.cases import cases_to_refer, ended_agencies_with_cases
from complaints.unit.ended_agencies.forms import SuccessorForm
from complaints.unsent_forms.pages import keeps_unsent_form_until_redirect


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
