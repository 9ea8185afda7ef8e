"""What every change of one's own account asks for: the password once more."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest
from django.utils.translation import gettext

from accounts import rate_limits
from accounts.decorators import user_of
from kit.forms import Form


def is_own(form: Form, request: HttpRequest, *, at: datetime) -> bool:
    """Check the form and the password in it; an open screen must not be enough, nor a place to guess."""
    if not form.is_valid():
        return False
    user = user_of(request)
    rate_limits.spend(rate_limits.PASSWORD_OF_USER, str(user.pk), at=at)
    if not user.check_password(form.cleaned_data["current"]):
        form.add_error("current", gettext("This is not your password"))
        return False
    rate_limits.clear(rate_limits.PASSWORD_OF_USER, str(user.pk), at=at)
    return True
