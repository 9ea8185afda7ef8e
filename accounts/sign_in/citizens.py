"""Citizens sign in by number and password, and sign out."""

from __future__ import annotations

import logging
from datetime import datetime

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import contact
from accounts.decorators import local_next, policy_is_due, policy_url, visitors_only
from accounts.identity.form_fields import DocumentNumberField
from accounts.models import User
from accounts.sign_in import backends, held_forms, oidc
from accounts.sign_in.attempts import CITIZENS, Attempt
from accounts.sign_in.backends import CITIZEN_BACKEND
from accounts.sign_in.sessions import open_session
from kit.forms import Form, PasswordField

# ---- The form by which citizens sign in. ----


class SignInForm(Form):
    """Number and password."""

    number = DocumentNumberField(
        label=_("National, personal or passport number"),
        error_messages={"required": _("Enter your national, personal or passport number")},
    )
    password = PasswordField(label=_("Password"), error_messages={"required": _("Enter your password")})


# ---- The proof of a citizen who signs in: number and password, tries counted, for pages and apps alike. ----


def proven_citizen(request: HttpRequest, form: SignInForm, *, at: datetime) -> User | None:
    """Count the try and check it; return the user, None for an unknown number and a wrong password alike.

    ``form`` is valid. Raises ``RateLimitReached``.
    """
    number = form.cleaned_data["number"]
    people = backends.people_with(number)
    attempt = Attempt(request, CITIZENS, number, people)
    with attempt.counted(at=at):
        user = backends.citizen_for(number, form.cleaned_data["password"], people)
    if user is None:
        attempt.failed()
        return None
    # A pending citizen shares the number with its owner, and must not reset the count of tries at the owner's password.
    attempt.succeeded(at=at, clears=user.citizen.is_matched)
    return user


# ---- Pages by which citizens sign in, and everybody signs out. ----


logger = logging.getLogger(__name__)


@visitors_only
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign a citizen in by number and password."""
    at = timezone.now()
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and (user := _authenticated_user(request, form, at=at)):
        open_session(request, user, backend=CITIZEN_BACKEND, at=at)
        logger.info("somebody signed in", extra={"user_id": str(user.pk), "staff": False})
        return redirect_after_sign_in(request, user)
    context = {"form": form, "next": local_next(request), "has_oidc": oidc.is_on()}
    context["is_form_held"] = held_forms.is_waiting(request, at=at)
    return render(request, "accounts/sign_in/citizens/sign_in.html", context)


def _authenticated_user(request: HttpRequest, form: SignInForm, *, at: datetime) -> User | None:
    """Return who signs in; the error is the same for an unknown number and a wrong password."""
    user = proven_citizen(request, form, at=at)
    if user is None:
        form.add_error("number", gettext("The number or the password is not right"))
    return user


def redirect_after_sign_in(request: HttpRequest, user: User, target: str = "") -> HttpResponse:
    """Redirect to the page that was asked for, after a changed policy; warn a citizen whom messages do not reach.

    ``target`` is that page where the request does not name it.
    """
    target = target or local_next(request)
    is_due = policy_is_due(request, user.citizen)
    if contact.remember(request.session, user.citizen) and target:
        messages.warning(request, gettext("Our messages are not reaching you. See “Contact details” in your account"))
    if is_due:
        return redirect(policy_url(target))
    return redirect(target or "home")


@login_not_required
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session and clear what the browser keeps: phones are shared."""
    if request.user.is_authenticated:
        logger.info("somebody signed out", extra={"user_id": str(request.user.pk)})
    is_staff = getattr(request.user, "is_staff", False)
    target = "staff-sign-in" if is_staff else "home"
    logout(request)
    response = redirect(target)
    # Of citizens also drafts kept without a network; what staff set in their browser stays.
    response.headers["Clear-Site-Data"] = '"cache"' if is_staff else '"cache", "storage"'
    contact.forget_browser(request, response, at=timezone.now())
    held_forms.forget_person(response)
    return response
