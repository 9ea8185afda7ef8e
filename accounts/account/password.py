"""Changing one's password."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts import rate_limits
from accounts.contact import owe_password_changed
from accounts.decorators import citizen_required, handles_rate_limits, signed_in_citizen, signed_in_user
from accounts.models import Citizen
from accounts.sign_in.passwords import NewPasswordForm, PasswordOwner, hash_for_number, is_confirmed_by_password
from kit.forms import PasswordField

# ---- Sets a new password, and notifies its owner. ----


def change_password(citizen: Citizen, password: str, *, at: datetime) -> None:
    """Set the password, end every other session, and notify the citizen by SMS."""
    user = citizen.user
    if user is None:
        return
    user.password = hash_for_number(password, citizen.number)
    with transaction.atomic():
        user.save(update_fields=["password"])
        owe_password_changed(citizen, at=at)


# ---- The form for a new password. ----


class ChangePasswordForm(NewPasswordForm):
    """The present password, and the new one twice."""

    current = PasswordField(label=_("Your current password"))
    field_order = ("current", "password", "again")


# ---- The page on which a citizen changes the password. ----


@require_http_methods(["GET", "POST"])
@citizen_required
@handles_rate_limits
def password(request: HttpRequest) -> HttpResponse:
    """Change the password; this session stays, every other one ends."""
    at = timezone.now()
    citizen = signed_in_citizen(request)
    owner = PasswordOwner(citizen.number, citizen.first_name, citizen.family_name, citizen.email)
    form = ChangePasswordForm(request.POST or None, owner=owner)
    if request.method == "POST" and is_confirmed_by_password(form, request, at=at):
        rate_limits.spend(rate_limits.PASSWORD_CHANGES_PER_USER, str(citizen.pk), at=at)
        change_password(citizen, form.cleaned_data["password"], at=at)
        update_session_auth_hash(request, citizen.user or signed_in_user(request))
        messages.success(request, gettext("Your password has been changed, and every other device is signed out"))
        return redirect("account")
    return render(request, "accounts/account/password/change_password.html", {"form": form})
