"""The pages on which the unit plans and ends the absence of somebody, with a deputy."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.decorators import signed_in_user, staff_required
from accounts.models import Absence, User
from accounts.roles import CMU
from accounts.staff.absences import AlreadyAway, DeputyAway, end_absence, plan_absence
from accounts.staff.frame import frame
from accounts.staff.people.forms import AbsenceForm
from accounts.staff.people.page_data import possible_deputies


@staff_required(CMU)
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: HttpRequest, person: UUID) -> HttpResponse:
    """Plan an absence; a deputy acts with the roles in agencies, so nobody names themselves."""
    by, at = signed_in_user(request), timezone.now()
    subject = get_object_or_404(User, pk=person, is_staff=True)
    form = _form(request, subject, by, at)
    if form.is_bound and form.is_valid() and _is_planned(form, subject):
        messages.success(request, gettext("The absence is planned."))
        return redirect("person", subject.pk)
    context = {"form": form, "subject": subject, **frame(by, at=at)}
    return render(request, "accounts/staff/people/absence.html", context)


@staff_required(CMU)
@require_POST
def end(request: HttpRequest, person: UUID, absence: int) -> HttpResponse:
    """End an absence today, or strike one that has not begun."""
    found = get_object_or_404(Absence, pk=absence, user=person)
    end_absence(found, on=timezone.localdate(timezone.now()))
    messages.success(request, gettext("The absence has ended."))
    return redirect("person", person)


def _form(request: HttpRequest, subject: User, by: User, at: datetime) -> AbsenceForm:
    today = timezone.localdate(at)
    deputies = possible_deputies(subject, on=today).exclude(pk=by.pk)
    return AbsenceForm(request.POST if request.method == "POST" else None, deputies=deputies, today=today)


def _is_planned(form: AbsenceForm, subject: User) -> bool:
    days = {name: form.cleaned_data[name] for name in ("starts_on", "ends_on")}
    try:
        plan_absence(subject, deputy=form.chosen_deputy(), **days)
    except AlreadyAway:
        form.add_error("starts_on", gettext("This person already has an absence on some of these days"))
    except DeputyAway:
        words = gettext("On some of these days the deputy is away, or the absent person is a deputy for someone else")
        form.add_error("deputy", words)
    else:
        return True
    return False
