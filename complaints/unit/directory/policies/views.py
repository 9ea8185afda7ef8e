"""The pages of the usage policy: all versions, a new edition, and the decision of a second person."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts import policy
from accounts.decorators import signed_in_user, staff_required
from accounts.models import EditionState, PolicyEdition
from accounts.roles import STAFF_CHANGE_READERS, UNIT_HEAD
from accounts.sign_in.factors.step_up import recent_factor_required
from complaints.staff.frame import frame
from complaints.unit.directory.policies.forms import DecideForm, EditionForm
from complaints.unsent_forms.pages import keeps_unsent_form_until_redirect

CONFLICT: Final = 409


@staff_required(STAFF_CHANGE_READERS)
@require_safe
def policies(request: HttpRequest) -> HttpResponse:
    """Show the versions of the usage policy, and the editions that wait for a second person."""
    user, at = signed_in_user(request), timezone.now()
    context = {
        "versions": policy.versions(get_language() or "ar", at=at),
        "waiting": policy.waiting(),
        "may_write": user.authority(at).has(UNIT_HEAD),
        **frame(user, at=at),
    }
    return render(request, "complaints/unit/directory/policies/policies.html", context)


@staff_required(UNIT_HEAD)
@recent_factor_required()
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def write(request: HttpRequest) -> HttpResponse:
    """Write an edition; it is in force once a second person has agreed and its day has come."""
    user, at = signed_in_user(request), timezone.now()
    form = EditionForm(request.POST if request.method == "POST" else None, today=timezone.localdate(at))
    if form.is_bound and form.is_valid():
        try:
            edition = policy.propose(form.edition, by=user, at=at)
        except policy.DayTaken:
            form.add_error("effective_from", gettext("Another edition is in force from this day on"))
        else:
            messages.success(request, gettext("The edition waits for a second person."))
            return redirect("directory-policy", edition.pk)
    context = {"form": form, **frame(user, at=at)}
    return render(request, "complaints/unit/directory/policies/write.html", context)


@staff_required(STAFF_CHANGE_READERS)
@recent_factor_required()
@require_http_methods(["GET", "HEAD", "POST"])
def edition(request: HttpRequest, edition: int) -> HttpResponse:
    """Show an edition in both languages; another person than its author agrees or refuses."""
    user, at = signed_in_user(request), timezone.now()
    found = get_object_or_404(PolicyEdition.objects.select_related("written_by", "decided_by"), pk=edition)
    status = 200
    if request.method == "POST":
        form = DecideForm(request.POST)
        if not form.is_valid():
            raise Http404
        try:
            policy.decide(found.pk, EditionState(form.cleaned_data["decision"]), by=user, at=at)
        except policy.EditionDecided:
            messages.error(request, gettext("This decision is no longer possible. Read how the edition is now."))
            found.refresh_from_db()
            status = CONFLICT
        else:
            messages.success(request, gettext("The decision is recorded."))
            return redirect("directory-policies")
    context = {
        "edition": found,
        "is_open": found.state == EditionState.PROPOSED,
        "is_own": found.written_by_id == user.pk,
        "is_late": found.effective_from <= timezone.localdate(at),
        **frame(user, at=at),
    }
    return render(request, "complaints/unit/directory/policies/edition.html", context, status=status)
