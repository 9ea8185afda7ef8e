"""Staff sign in by e-mail address and password."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext, gettext_lazy as _, override
from django.views.decorators.http import require_http_methods

from accounts import rate_limits
from accounts.contact import BY_EMAIL, owe_to_staff, to_staff
from accounts.decorators import local_next, visitors_only
from accounts.models import Purpose, User
from accounts.sign_in import backends, factor_pages, factors, held_forms
from accounts.sign_in.attempts import STAFF, Attempt
from accounts.sign_in.backends import STAFF_BACKEND
from accounts.sign_in.factors import FACTOR_AT, CodesKeptForm, FactorForm
from accounts.sign_in.passwords import NewPasswordForm, PasswordOwner
from accounts.sign_in.sessions import open_session
from kit.forms import EmailField, Form, PasswordField
from kit.link_pages import opened_by_link
from notifications import outbox
from notifications.models import Lane

# ---- The stages of a sign-in of staff: between password and factor nobody is signed in, and the session says
# who may.


logger = logging.getLogger(__name__)

#: How long after the password the factor may be given, and how long a first one may be enrolled.
LIFE: Final = timedelta(minutes=5)
ENROLMENT_LIFE: Final = timedelta(minutes=30)
PENDING: Final = "pending_staff"


def begin(request: HttpRequest, user: User, *, then: str, at: datetime) -> None:
    """Note who gave the right password, and where the person wants to go, under a new key of the session."""
    request.session.cycle_key()
    request.session[PENDING] = {
        "user": str(user.pk),
        "password": user.get_session_auth_hash(),
        "at": int(at.timestamp()),
        "then": then,
    }
    logger.info("the password of a member of staff was right", extra={"user_id": str(user.pk)})


def pending_user(request: HttpRequest, *, at: datetime, life: timedelta = LIFE) -> User | None:
    """Return who gave the right password within ``life``, unless it was changed since; one query."""
    pending = request.session.get(PENDING)
    if pending is None or at.timestamp() - pending["at"] > life.total_seconds():
        return None
    user = User.objects.filter(pk=pending["user"], is_staff=True, is_active=True).first()
    if user is None or not constant_time_compare(pending["password"], user.get_session_auth_hash()):
        return None
    return user


def complete(request: HttpRequest, user: User, *, at: datetime) -> str:
    """Sign in the person who has given the factor; return where they want to go. The only way into a staff session."""
    then: str = request.session.pop(PENDING)["then"]
    open_session(request, user, backend=STAFF_BACKEND, at=at)
    request.session[FACTOR_AT] = int(at.timestamp())
    logger.info("somebody signed in", extra={"user_id": str(user.pk), "staff": True})
    return then


# ---- The pages of a sign-in after the password: the second factor, or enrolling the first one with recovery
# codes.


@visitors_only
@require_http_methods(["GET", "HEAD", "POST"])
def factor(request: HttpRequest) -> HttpResponse:
    """Ask for the factor, and sign in; whoever has none enrols one first."""
    at = timezone.now()
    user = pending_user(request, at=at)
    if user is None:
        return _password_again(request)
    if not user.factors.exists():
        return redirect("staff-sign-in-enrol")
    form = FactorForm(request.POST if request.method == "POST" else None)
    if form.is_bound and factors.is_proven(form, user, request.session, at=at):
        return _signed_in(request, user, at=at)
    page = {"form": form, "options": factors.sign_in_options(user, request.session), "origin": factors.origin()}
    return render(request, "accounts/sign_in/staff/factor.html", page)


@visitors_only
@require_http_methods(["GET", "HEAD", "POST"])
def enrol(request: HttpRequest) -> HttpResponse:
    """Enrol the first factor: an authenticator app or a passkey; it is saved with the recovery codes."""
    at = timezone.now()
    user = pending_user(request, at=at, life=ENROLMENT_LIFE)
    if user is None:
        return _password_again(request)
    if user.factors.exists():
        return redirect("staff-sign-in-factor")
    page = factor_pages.read(request, user, at=at)
    if page.factor is not None:
        draft = {"user": str(user.pk), **factor_pages.drafted(page.factor), "codes": factors.new_codes()}
        held_forms.keep(Purpose.RECOVERY, held_forms.session_hash(request), draft, at=at)
        return redirect("staff-sign-in-codes")
    return render(request, "accounts/sign_in/staff/enrol.html", page.context)


@visitors_only
@require_http_methods(["GET", "HEAD", "POST"])
def codes(request: HttpRequest) -> HttpResponse:
    """Show the recovery codes until the person says that they are kept; then save them with the factor, and sign in."""
    at = timezone.now()
    user = pending_user(request, at=at, life=ENROLMENT_LIFE)
    if user is None:
        return _password_again(request)
    draft = held_forms.draft_for(request, Purpose.RECOVERY, at=at)
    if draft.get("user") != str(user.pk) or "secret" not in draft:
        return redirect("staff-sign-in-factor")
    form = CodesKeptForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            factor_pages.enrol_first(user, factor_pages.from_draft(draft), draft["codes"], at=at)
        except factor_pages.AlreadyEnrolled:
            return redirect("staff-sign-in-factor")
        for purpose in (Purpose.FACTOR, Purpose.RECOVERY):
            held_forms.forget(purpose, held_forms.session_hash(request))
        return _signed_in(request, user, at=at)
    return render(request, "accounts/sign_in/staff/codes.html", {"form": form, "codes": draft["codes"]})


def _password_again(request: HttpRequest) -> HttpResponse:
    if PENDING in request.session:
        messages.info(request, gettext("Too much time has passed since the password. Enter it again"))
    return redirect("staff-sign-in")


def _signed_in(request: HttpRequest, user: User, *, at: datetime) -> HttpResponse:
    return redirect(complete(request, user, at=at) or "desk")


# ---- A forgotten password of staff: set by a link to the work e-mail, once, within thirty minutes; the factor
# stays.


LINK_LIFE: Final = timedelta(minutes=30)
#: Django's token holds password and last sign-in, so it ends with either; PASSWORD_RESET_TIMEOUT is its life.
_TOKENS: Final = PasswordResetTokenGenerator()


def send_link(email: str, *, at: datetime) -> None:
    """Owe the link to the member of staff with this address; for any other address do nothing, and say nothing.

    Above five links a day for one address none leaves.
    """
    is_allowed = rate_limits.allows(rate_limits.STAFF_RESETS_PER_EMAIL, email, at=at)
    user = User.objects.filter(login=email, is_staff=True, is_active=True).first()
    if user is None or not is_allowed:
        logger.info("a link for a new password was not sent")
        return
    with override(user.language):
        path = reverse("staff-new-password", args=[user.pk, _TOKENS.make_token(user)])
    notices = list(to_staff("staff_new_password", user, lambda: {"url": settings.PUBLIC_URL + path}, by=BY_EMAIL))
    with transaction.atomic():
        # The lane of codes: it overtakes waiting notices, and is not sent by another channel.
        outbox.owe(
            notices,
            occasion=f"staff_new_password:{user.pk}:{at.isoformat()}",
            at=at,
            lane=Lane.CODES,
            expires_at=at + LINK_LIFE,
        )
    logger.info("a link for a new password was sent", extra={"user_id": str(user.pk)})


def user_for(pk: UUID, token: str) -> User | None:
    """Return the member of staff whom a link is for; None if it is forged, used or older than thirty minutes."""
    user = User.objects.filter(pk=pk, is_staff=True, is_active=True).first()
    return user if user is not None and _TOKENS.check_token(user, token) else None


def set_password(user: User, password: str, *, at: datetime) -> None:
    """Set a new password, which ends every session, and tell the person."""
    user.set_password(password)
    with transaction.atomic():
        user.save(update_fields=["password"])
        owe_to_staff(user, "staff_password_changed", at=at)
    logger.info("a member of staff has a new password", extra={"user_id": str(user.pk)})


# ---- The forms by which staff sign in, or ask for a new password. ----


class StaffEmailForm(Form):
    """The work address."""

    email = EmailField(
        label=_("E-mail"),
        widget=forms.EmailInput(attrs={"dir": "ltr", "autocomplete": "username", "spellcheck": "false"}),
    )


class StaffSignInForm(StaffEmailForm):
    """E-mail address and password."""

    password = PasswordField(label=_("Password"), error_messages={"required": _("Enter your password")})


# ---- The pages for a forgotten password of staff: the address, and the new password behind the link. ----


NOT_FOUND = 404


@visitors_only
@require_http_methods(["GET", "HEAD", "POST"])
def forgot(request: HttpRequest) -> HttpResponse:
    """Send a link to a work address; the answer is the same for an address that nobody has."""
    at = timezone.now()
    form = StaffEmailForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        rate_limits.spend(rate_limits.STAFF_RESETS_PER_ADDRESS, rate_limits.client_address(request), at=at)
        send_link(form.cleaned_data["email"].lower(), at=at)
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
    user = user_for(pk, token)
    if user is None:
        return render(request, "accounts/sign_in/staff/link_ended.html", status=NOT_FOUND)
    form = NewPasswordForm(request.POST if request.method == "POST" else None, owner=PasswordOwner(email=user.email))
    if form.is_bound and form.is_valid():
        set_password(user, form.cleaned_data["password"], at=timezone.now())
        messages.success(request, gettext("Your password has been changed. Sign in with the new one"))
        return redirect("staff-sign-in")
    return render(request, "accounts/sign_in/staff/new_password.html", {"form": form})


# ---- The first page of the sign-in of staff: e-mail address and password; the second factor follows. ----


@visitors_only
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Check the password; five failures for one address and e-mail lock it out for a quarter of an hour."""
    form = StaffSignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        at, login_name = timezone.now(), form.cleaned_data["email"].lower()
        member = backends.member_of_staff(login_name)
        attempt = Attempt(request, STAFF, login_name, [member] if member else [])
        with attempt.counted(at=at):
            user = authenticate(request, login=login_name, password=form.cleaned_data["password"])
        if user is not None:
            attempt.succeeded(at=at)
            begin(request, user, then=local_next(request), at=at)
            return redirect("staff-sign-in-factor")
        attempt.failed()
        form.add_error("email", gettext("The e-mail or the password is not right"))
    context = {
        "form": form,
        "next": local_next(request),
        "is_form_held": held_forms.is_waiting(request, at=timezone.now()),
    }
    return render(request, "accounts/sign_in/staff/sign_in.html", context)
