"""Doing something on a case for its caller: add, correct, object, rate, withdraw."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from accounts.decorators import signed_in_user, staff_required
from accounts.roles import CONTACT_CENTRE
from complaints.contact_centre.callers import lookup
from complaints.contact_centre.callers.acts import ACTS, CallerAct
from complaints.contact_centre.callers.views import CONFLICT, after_act
from complaints.models import Case
from complaints.own_cases.access import try_action
from complaints.permissions import policy
from complaints.staff.frame import frame
from complaints.unsent_forms.pages import keeps_unsent_form_until_redirect, leave_unsent


@staff_required(CONTACT_CENTRE)
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def caller_act(request: HttpRequest, ref: str, act: str) -> HttpResponse:
    """Take down what a proven caller wants done, and do it in their name; the history says who did it for whom."""
    user, at = signed_in_user(request), timezone.now()
    wanted = ACTS.get(act)
    try:
        case = lookup.proven_case(request.session, ref, agent=user, at=at)
    except lookup.CallIsOver:
        leave_unsent(request)
        return redirect("caller-case", ref)
    if case is None or wanted is None:
        raise Http404
    form = wanted.form(request.POST if request.method == "POST" else None, case)
    if form.is_bound and form.is_valid() and _is_done(request, case, wanted, form):
        messages.success(request, wanted.done)
        return after_act(request, case)
    if not form.is_bound and not policy.may(case, wanted.action, user, at=at):
        messages.warning(request, gettext("This can no longer be done on the case."))
        return redirect("caller-case", ref)
    status = CONFLICT if form.is_bound and form.has_error("__all__") else 200
    context = {"case": case, "form": form, "title": wanted.title, "act": act, **frame(user, at=at)}
    return render(request, "complaints/contact_centre/callers/act.html", context, status=status)


def _is_done(request: HttpRequest, case: Case, wanted: CallerAct, form: forms.Form) -> bool:
    """Do it to the case as it was read; False, with the reason on the form, where it has changed since."""
    user, at = signed_in_user(request), timezone.now()
    with transaction.atomic():
        held = Case.objects.lock_version(case.pk)
        if request.POST.get("version") == str(held):
            return try_action(form, lambda: wanted.do(case, user, at, form))
    text = gettext("The case has changed since you opened it. Read it again. Your text is still here.")
    form.add_error(None, ValidationError(text, code="overtaken"))
    return False
