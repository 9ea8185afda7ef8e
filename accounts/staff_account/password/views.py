"""The page on which a member of staff changes the password."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from accounts import rate_limits
from accounts.account.password import ChangePasswordForm
from accounts.decorators import handles_rate_limits, members_of_staff, signed_in_user
from accounts.sign_in.factors import recent_factor_required
from accounts.sign_in.passwords import PasswordOwner, is_confirmed_by_password
from accounts.sign_in.staff import set_password


@require_http_methods(["GET", "HEAD", "POST"])
@members_of_staff
@recent_factor_required()
@handles_rate_limits
def password(request: HttpRequest) -> HttpResponse:
    """Change the password; this session stays, every other one ends."""
    user, at = signed_in_user(request), timezone.now()
    owner = PasswordOwner(email=user.email)
    form = ChangePasswordForm(request.POST if request.method == "POST" else None, owner=owner)
    if form.is_bound and is_confirmed_by_password(form, request, at=at):
        rate_limits.spend(rate_limits.PASSWORD_CHANGES_PER_USER, str(user.pk), at=at)
        set_password(user, form.cleaned_data["password"], at=at)
        update_session_auth_hash(request, user)
        messages.success(request, gettext("Your password has been changed, and every other device is signed out"))
        return redirect("staff-account")
    return render(request, "accounts/staff_account/password/change_password.html", {"form": form})
