"""Confirmation of a change of one's own account by the password."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest
from django.utils.translation import gettext

from accounts import rate_limits
from accounts.decorators import signed_in_user
from accounts.sign_in.passwords.hashing import uncounted_if_busy
from kit.forms import Form


def is_confirmed_by_password(form: Form, request: HttpRequest, *, at: datetime) -> bool:
    """Check the form and the password in it. Tries are limited: an unattended screen must not allow guessing."""
    if not form.is_valid():
        return False
    user = signed_in_user(request)
    rate_limits.spend(rate_limits.PASSWORD_TRIES_PER_USER, str(user.pk), at=at)
    with uncounted_if_busy((rate_limits.PASSWORD_TRIES_PER_USER, str(user.pk)), at=at):
        is_right = user.check_password(form.cleaned_data["current"])
    if not is_right:
        form.add_error("current", gettext("This is not your password"))
        return False
    rate_limits.clear(rate_limits.PASSWORD_TRIES_PER_USER, str(user.pk), at=at)
    return True
