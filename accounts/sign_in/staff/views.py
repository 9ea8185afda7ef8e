"""The page by which staff sign in."""

from __future__ import annotations

import logging
from typing import Any, Final

from django.contrib.auth import authenticate, login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from accounts import rate_limits
from accounts.decorators import local_next, rate_limit_page, visitors_only
from accounts.sign_in.passwords.hashing import uncounted_if_busy
from accounts.sign_in.staff.forms import StaffSignInForm

logger = logging.getLogger(__name__)

# The limit that django-axes is set to, for the page that says how long to wait.
LOCKED: Final = rate_limits.RateLimit("staff_locked", 5, rate_limits.QUARTER_HOUR)


@visitors_only
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign a member of staff in; five failures for one address and e-mail lock it out for a quarter of an hour."""
    form = StaffSignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        at, login_name = timezone.now(), form.cleaned_data["email"].lower()
        counted = (
            (rate_limits.STAFF_SIGN_INS_PER_ADDRESS, rate_limits.client_address(request)),
            (rate_limits.STAFF_SIGN_INS_PER_EMAIL, login_name),
        )
        for limit, key in counted:
            rate_limits.spend(limit, key, at=at)
        with uncounted_if_busy(*counted, at=at):
            user = authenticate(request, login=login_name, password=form.cleaned_data["password"])
        if user is not None:
            login(request, user)
            logger.info("a member of staff signed in", extra={"user_id": str(user.pk)})
            return redirect(local_next(request) or "desk")
        logger.warning("a sign-in of staff failed")
        form.add_error("email", gettext("The e-mail or the password is not right"))
    return render(request, "accounts/sign_in/staff/sign_in.html", {"form": form, "next": local_next(request)})


def locked_out(request: HttpRequest, _response: HttpResponse | None, _credentials: Any) -> HttpResponse:
    """Return the page for whoever is locked out; called by django-axes."""
    logger.warning("a sign-in of staff was locked out")
    return rate_limit_page(request, LOCKED)
