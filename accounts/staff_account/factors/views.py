"""The pages on which a member of staff adds and removes factors, and renews the recovery codes."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.decorators import members_of_staff, signed_in_user
from accounts.models import Purpose
from accounts.sign_in import factor_pages, factors, held_forms
from accounts.sign_in.factors import CodesKeptForm, recent_factor_required


@require_http_methods(["GET", "HEAD", "POST"])
@members_of_staff
@recent_factor_required()
def add(request: HttpRequest) -> HttpResponse:
    """Add one more factor: an authenticator app or a passkey."""
    user, at = signed_in_user(request), timezone.now()
    page = factor_pages.read(request, user, at=at)
    if page.factor is not None:
        with transaction.atomic():
            # Whoever takes the draft adds the factor: a form that is sent twice at once adds one.
            if held_forms.take(Purpose.FACTOR, held_forms.session_hash(request), at=at):
                factor_pages.add(user, page.factor, at=at)
        messages.success(request, gettext("The new way to confirm your sign-in has been added"))
        return redirect("staff-account")
    return render(request, "accounts/staff_account/factors/add.html", page.context)


@require_POST
@members_of_staff
@recent_factor_required()
def remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Remove a factor, but never the last one."""
    try:
        if not factor_pages.remove(signed_in_user(request), pk, at=timezone.now()):
            raise Http404
    except factor_pages.LastFactor:
        messages.error(request, gettext("This is your only way to confirm your sign-in. Add another one first"))
    else:
        messages.success(request, gettext("It has been removed"))
    return redirect("staff-account")


@require_http_methods(["GET", "HEAD", "POST"])
@members_of_staff
@recent_factor_required()
def codes(request: HttpRequest) -> HttpResponse:
    """Show new recovery codes until the person says that they are kept; only then do they replace the old ones."""
    user, at = signed_in_user(request), timezone.now()
    draft = held_forms.draft_for(request, Purpose.RECOVERY, at=at)
    # Codes that nobody has seen are never put in force.
    form = CodesKeptForm(request.POST if request.method == "POST" and draft else None)
    if form.is_bound and form.is_valid():
        factor_pages.renew_codes(user, draft["codes"], at=at)
        held_forms.forget(Purpose.RECOVERY, held_forms.session_hash(request))
        messages.success(request, gettext("Your new recovery codes are in force. The old ones no longer work"))
        return redirect("staff-account")
    if not draft:
        draft = {"codes": factors.new_codes()}
        held_forms.keep(Purpose.RECOVERY, held_forms.session_hash(request), draft, at=at)
    return render(request, "accounts/staff_account/factors/codes.html", {"form": form, "codes": draft["codes"]})
