"""Pages for a forgotten password: number and phone, the code, the date of birth with the new password."""

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
from accounts.sign_in.codes import code_page, phone_codes
from accounts.sign_in.codes.code_limits import CodeContext
from accounts.sign_in.codes.forms import CodeForm
from accounts.sign_in.forgotten_password import reset
from accounts.sign_in.forgotten_password.forms import ForgotForm, ResetForm
from accounts.sign_in.passwords import rules


@visitors_only
@require_http_methods(["GET", "POST"])
def forgot(request: HttpRequest) -> HttpResponse:
    """Ask for number and phone, and send a code if the two belong together; the answer is always the same."""
    at = timezone.now()
    form = ForgotForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        session = form_drafts.session_hash(request)
        draft = {"number": form.cleaned_data["number"], "phone": form.cleaned_data["mobile"]}
        form_drafts.keep(Purpose.RESET, session, draft, at=at)
        phone_codes.send_again(_code_context(request, draft), at=at)
        return redirect("forgot-code")
    return render(request, "accounts/sign_in/forgotten_password/forgot.html", {"form": form})


@visitors_only
@require_http_methods(["GET", "POST"])
def forgot_code(request: HttpRequest) -> HttpResponse:
    """Check the code; a right one leads to the next page, not into the account."""
    at = timezone.now()
    draft = _draft(request, at=at)
    if not draft:
        return redirect("forgot")
    context = _code_context(request, draft)
    if code_page.asks_again(request):
        code_page.send_again(request, context, at=at)
        return code_page.redirect_here(request)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and code_page.is_proven(form, context, at=at):
        form_drafts.keep(Purpose.RESET, context.session, draft | {"proven": True, "email": context.email}, at=at)
        return redirect("forgot-password")
    return code_page.page(request, form, context, at=at, step="forgot", change_url="forgot")


@visitors_only
@require_http_methods(["GET", "POST"])
def forgot_password(request: HttpRequest) -> HttpResponse:
    """Check the date of birth and set the new password."""
    at = timezone.now()
    draft = _draft(request, at=at)
    if not draft.get("proven"):
        return redirect("forgot-code" if draft else "forgot")
    form = ResetForm(request.POST or None, owner=rules.PasswordOwner(number=draft["number"]))
    if request.method == "POST" and form.is_valid() and _is_reset(form, draft, at=at):
        form_drafts.forget(Purpose.RESET, form_drafts.session_hash(request))
        messages.success(request, gettext("Your password has been changed. Sign in with the new one"))
        return redirect("sign-in")
    return render(request, "accounts/sign_in/forgotten_password/new_password.html", {"form": form})


def _is_reset(form: ResetForm, draft: dict[str, Any], *, at: datetime) -> bool:
    done = reset.set_password(
        draft["number"],
        phone=draft["phone"],
        email=draft["email"],
        birth_date=form.cleaned_data["birth_date"],
        password=form.cleaned_data["password"],
        at=at,
    )
    if not done:
        form.add_error("birth_date", gettext("This date of birth does not match the account"))
    return done


def _draft(request: HttpRequest, *, at: datetime) -> dict[str, Any]:
    return form_drafts.draft_for(request, Purpose.RESET, at=at)


def _code_context(request: HttpRequest, draft: dict[str, Any]) -> CodeContext:
    session = form_drafts.session_hash(request)
    number, phone = draft["number"], draft["phone"]
    account = reset.account_for_code(number, phone)
    return code_page.code_context(
        request,
        Purpose.RESET,
        session=session,
        phone=phone,
        email=reset.email_for_codes(account, phone),
        number=number,
        silent=account is None,
    )
