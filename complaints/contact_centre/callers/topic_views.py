"""Correcting the topic and the kind of a case with its caller on the phone."""

from __future__ import annotations

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
from complaints import actions
from complaints.actions.classification import effects
from complaints.contact_centre.callers import lookup
from complaints.models import Case
from complaints.staff.classify_form import ClassifyForm
from complaints.staff.frame import frame

CONFLICT = 409


@staff_required(CONTACT_CENTRE)
@require_http_methods(["GET", "HEAD", "POST"])
def caller_topic(request: HttpRequest, ref: str) -> HttpResponse:
    """Take the kind and the topic, show what changes with them, and correct once that is confirmed."""
    user, at = signed_in_user(request), timezone.now()
    try:
        case = lookup.proven_case(request.session, ref, agent=user, at=at)
    except lookup.CallIsOver:
        return redirect("caller-case", ref)
    if case is None:
        raise Http404
    form = ClassifyForm(request.POST if request.method == "POST" else None, case=case)
    is_checked = form.is_bound and "change" not in request.POST and form.is_valid()
    if is_checked and "send" in request.POST and _is_classified(request, case, form):
        messages.success(
            request, gettext("The case was corrected. Limits, figures and suggestions now go by the correction.")
        )
        return redirect("caller-case", ref)
    is_overtaken = form.is_bound and form.has_error("__all__", "overtaken")
    shows = is_checked and not is_overtaken
    context = {
        "form": form,
        "case": lookup.proven_case(request.session, ref, agent=user, at=at) if is_overtaken else case,
        "effects": effects(case, topic=form.chosen_topic, kind=form.cleaned_data["kind"], at=at) if shows else None,
        **frame(user, at=at),
    }
    status = CONFLICT if is_overtaken else 200
    return render(request, "complaints/contact_centre/callers/topic.html", context, status=status)


def _is_classified(request: HttpRequest, case: Case, form: ClassifyForm) -> bool:
    """Correct the case; False, with the reason on the form, where it has changed since the page was made."""
    with transaction.atomic():
        held = Case.objects.lock_version(case.pk)
        if request.POST.get("version") == str(held):
            kind = form.cleaned_data["kind"]
            actions.classify(case, by=signed_in_user(request), at=timezone.now(), topic=form.chosen_topic, kind=kind)
            return True
    text = gettext("The case has changed since you opened it. Read it again and correct it once more.")
    form.add_error(None, ValidationError(text, code="overtaken"))
    return False
