"""Registration: three short steps and a code; what is typed stays on the server until the last of them."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.hashers import make_password
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods

from accounts import phones
from accounts.decorators import visitors_only
from accounts.models import Purpose
from accounts.rate_limits import client_address
from accounts.registration import register
from accounts.registration.data import Application, owner_of
from accounts.registration.forms import PasswordForm, ReachForm, WhoForm
from accounts.registration.policy import POLICY_VERSION
from accounts.registration.register import Mismatch
from accounts.registration.sample_people import registrable
from accounts.sign_in import form_drafts
from accounts.sign_in.backends import CITIZEN_BACKEND
from accounts.sign_in.codes import code_page
from accounts.sign_in.codes.forms import CodeForm
from accounts.sign_in.codes.phone_codes import Door

STEPS: Final = {"who": "register", "reach": "register-reach", "last": "register-password"}


@visitors_only
@require_http_methods(["GET", "POST"])
def who(request: HttpRequest) -> HttpResponse:
    """Step 1: who somebody is."""
    at = timezone.now()
    kept = _kept(request, at=at)
    form = WhoForm(request.POST or None, initial=_as_typed(kept.get("who", {})))
    if request.method == "POST" and form.is_valid():
        return _next(request, kept | {"who": form.cleaned_data, "mismatch": False}, at=at, otherwise="register-reach")
    return render(
        request,
        "accounts/registration/who.html",
        {
            "form": form,
            "mismatch": kept.get("mismatch") and not form.is_bound,
            "registrable": registrable() if settings.EMBEDDED else [],
        },
    )


@visitors_only
@require_http_methods(["GET", "POST"])
def reach(request: HttpRequest) -> HttpResponse:
    """Step 2: how somebody is reached."""
    at = timezone.now()
    kept = _kept(request, at=at)
    if "who" not in kept:
        return redirect("register")
    form = ReachForm(request.POST or None, initial=_as_typed(kept.get("reach", {})))
    if request.method == "POST" and form.is_valid():
        return _next(request, kept | {"reach": form.cleaned_data}, at=at, otherwise="register-password")
    return render(request, "accounts/registration/contact.html", {"form": form})


@visitors_only
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Step 3: the password and the usage policy; then the code is sent."""
    at = timezone.now()
    kept = _kept(request, at=at)
    if missing := _missing(kept, "who", "reach"):
        return redirect(missing)
    form = PasswordForm(request.POST or None, owner=owner_of(kept))
    if request.method == "POST" and form.is_valid():
        last = {"password_hash": make_password(form.cleaned_data["password"]), "policy_version": POLICY_VERSION}
        return _next(request, kept | {"last": last}, at=at, otherwise="register-code")
    return render(request, "accounts/registration/password.html", {"form": form})


@visitors_only
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """The code: right, it completes the registration and lets the person in."""
    at = timezone.now()
    kept = _kept(request, at=at)
    if missing := _missing(kept, *STEPS):
        return redirect(missing)
    door = _door(request, kept)
    if code_page.asks_again(request):
        code_page.send_again(request, door, at=at)
        return code_page.to_here(request)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and code_page.is_proven(form, door, at=at):
        return _finish(request, kept | {"proven": door.phone}, at=at)
    return code_page.page(request, form, door, at=at, step="register", change_url="register-reach")


def _next(request: HttpRequest, kept: dict[str, Any], *, at: datetime, otherwise: str) -> HttpResponse:
    """Keep what was typed and go on: to the next step, to the code, or, with the telephone proven, to the end."""
    session = form_drafts.session_of(request)
    kept = json.loads(json.dumps(kept, cls=DjangoJSONEncoder))
    form_drafts.keep(Purpose.REGISTER, session, kept, at=at)
    if _missing(kept, *STEPS):
        return redirect(otherwise)
    if kept.get("proven") == kept["reach"]["mobile"]:
        return _finish(request, kept, at=at)
    register.send_code(_application(kept), _door(request, kept), at=at)
    return redirect("register-code")


def _finish(request: HttpRequest, kept: dict[str, Any], *, at: datetime) -> HttpResponse:
    session = form_drafts.session_of(request)
    try:
        user = register.finish(_application(kept), address=client_address(request), at=at)
    except Mismatch:
        form_drafts.keep(Purpose.REGISTER, session, kept | {"mismatch": True}, at=at)
        return redirect("register")
    form_drafts.forget(Purpose.REGISTER, session)
    login(request, user, backend=CITIZEN_BACKEND)
    messages.success(request, gettext("Your account is ready. You can file your cases and follow them here"))
    if kept["reach"]["email"]:
        messages.info(request, gettext("We have sent a link to your e-mail address. Open it to confirm the address"))
    return redirect("home")


def _kept(request: HttpRequest, *, at: datetime) -> dict[str, Any]:
    return form_drafts.kept_for(request, Purpose.REGISTER, at=at)


def _missing(kept: dict[str, Any], *steps: str) -> str | None:
    """Return the page of the first step that is still to be filled in."""
    return next((STEPS[step] for step in steps if step not in kept), None)


def _application(kept: dict[str, Any]) -> Application:
    return Application.of(kept, language=get_language() or "ar")


def _door(request: HttpRequest, kept: dict[str, Any]) -> Door:
    session = form_drafts.session_of(request)
    return code_page.door(request, Purpose.REGISTER, session=session, phone=kept["reach"]["mobile"])


def _as_typed(kept: dict[str, Any]) -> dict[str, Any]:
    """Return what was kept as a form shows it."""
    shown = dict(kept)
    if "birth_date" in shown:
        shown["birth_date"] = date.fromisoformat(shown["birth_date"])
    if "mobile" in shown:
        shown["mobile"] = phones.national(shown["mobile"])
    return shown
