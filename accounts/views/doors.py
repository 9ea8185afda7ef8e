"""The citizens' door: in, out, and back in with a forgotten password."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts import backends, limits, passwords, reset, unfinished, unreachable
from accounts.codes import Door
from accounts.forms.doors import ForgotForm, ResetForm, SignInForm
from accounts.forms.registration import CodeForm
from accounts.guards import local_next, visitors_only
from accounts.models import Purpose, User
from accounts.views import codes
from accounts.views.registration import BACKEND


@visitors_only
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign a citizen in by number and password."""
    at = timezone.now()
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and (user := _user_of(request, form, at=at)):
        login(request, user, backend=BACKEND)
        return _in(request, user)
    return render(request, "accounts/sign_in.html", {"form": form, "next": local_next(request)})


def _user_of(request: HttpRequest, form: SignInForm, *, at: datetime) -> User | None:
    """Count the try, check it, and say the same of an unknown number as of a wrong password."""
    number, address = form.cleaned_data["number"], limits.client_address(request)
    here = f"{number}@{address}"
    limits.spend(limits.SIGN_IN_OF_ADDRESS, address, at=at)
    limits.spend(limits.SIGN_IN_OF_NUMBER, number, at=at)
    limits.spend(limits.SIGN_IN_OF_NUMBER_HERE, here, at=at)
    user = backends.citizen_for(number, form.cleaned_data["password"])
    if user is None:
        form.add_error("number", gettext("The number or the password is not right"))
        return None
    limits.give_back(limits.SIGN_IN_OF_ADDRESS, address, at=at)
    # Whoever waits for a proof shares the number with its owner, and must not wipe out guesses at the owner's password.
    forgive = limits.clear if user.citizen.is_matched else limits.give_back
    forgive(limits.SIGN_IN_OF_NUMBER, number, at=at)
    forgive(limits.SIGN_IN_OF_NUMBER_HERE, here, at=at)
    return user


def _in(request: HttpRequest, user: User) -> HttpResponse:
    """Go where the person was going; whom our messages do not reach is told, at home with what to do."""
    target = local_next(request)
    if unreachable.look(request.session, user.citizen) and target:
        messages.warning(request, gettext("Our messages do not reach you. See “How we reach you” in your account"))
    return redirect(target or "home")


@login_not_required
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session, and have the browser forget what it kept: phones are shared."""
    target = "staff-sign-in" if getattr(request.user, "is_staff", False) else "home"
    logout(request)
    response = redirect(target)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@visitors_only
@require_http_methods(["GET", "POST"])
def forgot(request: HttpRequest) -> HttpResponse:
    """Ask for number and telephone, and send a code if the two belong together; the answer is always the same."""
    at = timezone.now()
    form = ForgotForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        session = unfinished.session_of(request)
        asked = {"number": form.cleaned_data["number"], "phone": form.cleaned_data["mobile"]}
        unfinished.keep(Purpose.RESET, session, asked, at=at)
        reset.send_code(asked["number"], _door(request, asked), at=at)
        return redirect("forgot-code")
    return render(request, "accounts/forgot.html", {"form": form})


@visitors_only
@require_http_methods(["GET", "POST"])
def forgot_code(request: HttpRequest) -> HttpResponse:
    """Take the code; it opens nothing but the next question."""
    at = timezone.now()
    asked = _asked(request, at=at)
    if not asked:
        return redirect("forgot")
    door = _door(request, asked)
    if codes.asks_again(request):
        codes.send_again(request, door, at=at)
        return codes.to_here(request)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and codes.is_proven(form, door, at=at):
        unfinished.keep(Purpose.RESET, door.session, asked | {"proven": True}, at=at)
        return redirect("forgot-password")
    return codes.page(request, form, door, at=at, step="forgot", change_url="forgot")


@visitors_only
@require_http_methods(["GET", "POST"])
def forgot_password(request: HttpRequest) -> HttpResponse:
    """Take the date of birth and the new password."""
    at = timezone.now()
    asked = _asked(request, at=at)
    if not asked.get("proven"):
        return redirect("forgot-code" if asked else "forgot")
    form = ResetForm(request.POST or None, owner=passwords.Owner(number=asked["number"]))
    if request.method == "POST" and form.is_valid() and _is_reset(form, asked, at=at):
        unfinished.forget(Purpose.RESET, unfinished.session_of(request))
        messages.success(request, gettext("Your password is changed. Sign in with it"))
        return redirect("sign-in")
    return render(request, "accounts/forgot_password.html", {"form": form})


def _is_reset(form: ResetForm, asked: dict[str, Any], *, at: datetime) -> bool:
    done = reset.set_password(
        asked["number"],
        phone=asked["phone"],
        birth_date=form.cleaned_data["birth_date"],
        password=form.cleaned_data["password"],
        at=at,
    )
    if not done:
        form.add_error("birth_date", gettext("This is not the date of birth of the account"))
    return done


def _asked(request: HttpRequest, *, at: datetime) -> dict[str, Any]:
    return unfinished.kept_for(request, Purpose.RESET, at=at)


def _door(request: HttpRequest, asked: dict[str, Any]) -> Door:
    session = unfinished.session_of(request)
    is_known = reset.is_known(asked["number"], asked["phone"])
    return codes.door(request, Purpose.RESET, session=session, phone=asked["phone"], silent=not is_known)
