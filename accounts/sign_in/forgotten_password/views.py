"""A forgotten password: number and telephone, the code, the date of birth and the new password."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from accounts.decorators import visitors_only
from accounts.models import Purpose
from accounts.sign_in import form_drafts
from accounts.sign_in.codes import code_page
from accounts.sign_in.codes.forms import CodeForm
from accounts.sign_in.codes.phone_codes import Door
from accounts.sign_in.forgotten_password import reset
from accounts.sign_in.forgotten_password.forms import ForgotForm, ResetForm
from accounts.sign_in.passwords import rules


@visitors_only
@require_http_methods(["GET", "POST"])
def forgot(request: HttpRequest) -> HttpResponse:
    """Ask for number and telephone, and send a code if the two belong together; the answer is always the same."""
    at = timezone.now()
    form = ForgotForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        session = form_drafts.session_of(request)
        asked = {"number": form.cleaned_data["number"], "phone": form.cleaned_data["mobile"]}
        form_drafts.keep(Purpose.RESET, session, asked, at=at)
        reset.send_code(asked["number"], _door(request, asked), at=at)
        return redirect("forgot-code")
    return render(request, "accounts/sign_in/forgotten_password/forgot.html", {"form": form})


@visitors_only
@require_http_methods(["GET", "POST"])
def forgot_code(request: HttpRequest) -> HttpResponse:
    """Take the code; it opens nothing but the next question."""
    at = timezone.now()
    asked = _asked(request, at=at)
    if not asked:
        return redirect("forgot")
    door = _door(request, asked)
    if code_page.asks_again(request):
        code_page.send_again(request, door, at=at)
        return code_page.to_here(request)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and code_page.is_proven(form, door, at=at):
        form_drafts.keep(Purpose.RESET, door.session, asked | {"proven": True}, at=at)
        return redirect("forgot-password")
    return code_page.page(request, form, door, at=at, step="forgot", change_url="forgot")


@visitors_only
@require_http_methods(["GET", "POST"])
def forgot_password(request: HttpRequest) -> HttpResponse:
    """Take the date of birth and the new password."""
    at = timezone.now()
    asked = _asked(request, at=at)
    if not asked.get("proven"):
        return redirect("forgot-code" if asked else "forgot")
    form = ResetForm(request.POST or None, owner=rules.Owner(number=asked["number"]))
    if request.method == "POST" and form.is_valid() and _is_reset(form, asked, at=at):
        form_drafts.forget(Purpose.RESET, form_drafts.session_of(request))
        messages.success(request, gettext("Your password is changed. Sign in with it"))
        return redirect("sign-in")
    return render(request, "accounts/sign_in/forgotten_password/new_password.html", {"form": form})


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
    return form_drafts.kept_for(request, Purpose.RESET, at=at)


def _door(request: HttpRequest, asked: dict[str, Any]) -> Door:
    session = form_drafts.session_of(request)
    is_known = reset.is_known(asked["number"], asked["phone"])
    return code_page.door(request, Purpose.RESET, session=session, phone=asked["phone"], silent=not is_known)
