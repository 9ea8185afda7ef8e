"""The pages that ask a signed-in member of staff for the second factor again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import handles_rate_limits, members_of_staff, signed_in_user
from accounts.sign_in.factors import passkeys, step_up, verification
from accounts.sign_in.factors.forms import FactorForm


@require_http_methods(["GET", "HEAD", "POST"])
@members_of_staff
@handles_rate_limits
def confirm(request: HttpRequest) -> HttpResponse:
    """Ask for the factor, and lead back to what the person asked for."""
    user, at = signed_in_user(request), timezone.now()
    asked = step_up.asked_for(request, at=at)
    if not asked:
        return redirect("staff-account")
    form = FactorForm(request.POST if request.method == "POST" else None)
    if form.is_bound and verification.is_proven(form, user, request.session, at=at):
        step_up.confirm(request, at=at)
        if "fields" in asked:
            return redirect("staff-confirm-again")
        messages.success(request, gettext("Thank you. You can continue for the next 15 minutes"))
        return redirect(asked["path"])
    page = {"form": form, "options": passkeys.sign_in_options(user, request.session), "origin": passkeys.origin()}
    return render(request, "accounts/sign_in/factors/confirm.html", page)


@require_safe
@members_of_staff
def press_again(request: HttpRequest) -> HttpResponse:
    """Show the form that was sent before the factor was given, to be sent by another press."""
    asked = step_up.asked_for(request, at=timezone.now())
    if "fields" not in asked:
        return redirect("staff-account")
    return render(request, "accounts/sign_in/factors/press_again.html", {"asked": asked})
