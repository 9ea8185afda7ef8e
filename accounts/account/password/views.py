"""The page on which a citizen changes the password."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from accounts import rate_limits
from accounts.account.password.change import change_password
from accounts.account.password.forms import ChangePasswordForm
from accounts.decorators import answers_too_many, citizen_of, citizen_required, user_of
from accounts.sign_in.passwords.confirmation import is_own
from accounts.sign_in.passwords.rules import Owner


@require_http_methods(["GET", "POST"])
@citizen_required
@answers_too_many
def password(request: HttpRequest) -> HttpResponse:
    """Change the password; the session stays, every other one ends."""
    at = timezone.now()
    citizen = citizen_of(request)
    owner = Owner(citizen.number, citizen.first_name, citizen.family_name, citizen.email)
    form = ChangePasswordForm(request.POST or None, owner=owner)
    if request.method == "POST" and is_own(form, request, at=at):
        rate_limits.spend(rate_limits.PASSWORDS_OF_USER, str(citizen.pk), at=at)
        change_password(citizen, form.cleaned_data["password"], at=at)
        update_session_auth_hash(request, citizen.user or user_of(request))
        messages.success(request, gettext("Your password is changed, and every other device is signed out"))
        return redirect("account")
    return render(request, "accounts/account/password/change_password.html", {"form": form})
