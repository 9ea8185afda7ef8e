"""The pages for a forgotten password of staff: the address, and the new password behind the link."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from accounts import rate_limits
from accounts.decorators import visitors_only
from accounts.sign_in.passwords.forms import NewPasswordForm
from accounts.sign_in.passwords.rules import PasswordOwner
from accounts.sign_in.staff import forgotten
from accounts.sign_in.staff.forms import StaffEmailForm
from kit.link_pages import opened_by_link

NOT_FOUND = 404


@visitors_only
@require_http_methods(["GET", "HEAD", "POST"])
def forgot(request: HttpRequest) -> HttpResponse:
    """Send a link to a work address; the answer is the same for an address that nobody has."""
    at = timezone.now()
    form = StaffEmailForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        rate_limits.spend(rate_limits.STAFF_RESETS_PER_ADDRESS, rate_limits.client_address(request), at=at)
        forgotten.send_link(form.cleaned_data["email"].lower(), at=at)
        messages.success(
            request, gettext("If this is the work address of an account, a link is on its way. It works for 30 minutes")
        )
        return redirect("staff-sign-in")
    return render(request, "accounts/sign_in/staff/forgot.html", {"form": form})


@opened_by_link
@visitors_only
@require_http_methods(["GET", "HEAD", "POST"])
def new_password(request: HttpRequest, pk: UUID, token: str) -> HttpResponse:
    """Set the new password, once; the sign-in that follows asks for the factor as always."""
    user = forgotten.user_for(pk, token)
    if user is None:
        return render(request, "accounts/sign_in/staff/link_ended.html", status=NOT_FOUND)
    form = NewPasswordForm(request.POST if request.method == "POST" else None, owner=PasswordOwner(email=user.email))
    if form.is_bound and form.is_valid():
        forgotten.set_password(user, form.cleaned_data["password"], at=timezone.now())
        messages.success(request, gettext("Your password has been changed. Sign in with the new one"))
        return redirect("staff-sign-in")
    return render(request, "accounts/sign_in/staff/new_password.html", {"form": form})
