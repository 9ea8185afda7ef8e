"""Pages of a registration: three steps and a code; what is typed is kept on the server in a draft."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from accounts import phones
from accounts.decorators import local_next, visitors_only
from accounts.models import Purpose
from accounts.rate_limits import client_address
from accounts.registration import register, steps
from accounts.registration.data import password_owner
from accounts.registration.forms import ContactForm, PasswordForm, WhoForm
from accounts.registration.register import Mismatch
from accounts.registration.sample_people import sample_people
from accounts.sign_in import codes, form_drafts, oidc
from accounts.sign_in.backends import CITIZEN_BACKEND
from accounts.sign_in.codes import CodeContext, CodeForm
from accounts.sign_in.opening import open_session

STEPS: Final = {"who": "register", "contact": "register-contact", "last": "register-password"}


@visitors_only
@require_http_methods(["GET", "POST"])
def who(request: HttpRequest) -> HttpResponse:
    """Step 1: who the person is."""
    at = timezone.now()
    draft = _draft(request, at=at)
    if request.method == "POST" and "insist" in request.POST and draft.get("mismatch"):
        return _next(request, draft | {"insists": True}, at=at, next_step="register-contact")
    form = WhoForm(request.POST or None, initial=_as_typed(draft.get("who") or draft.get("prefilled", {})))
    if request.method == "POST" and form.is_valid():
        # What was known of other details is not known of these.
        typed = {"who": form.cleaned_data, "mismatch": [], "insists": False, "vouched": False}
        # Where the visitor came from stays the goal, through all steps.
        typed["next"] = local_next(request) or draft.get("next", "")
        return _next(request, draft | typed, at=at, next_step="register-contact")
    return render(
        request,
        "accounts/registration/who.html",
        {
            "form": form,
            "next": local_next(request) or draft.get("next", ""),
            "mismatch": draft.get("mismatch") and not form.is_bound,
            "has_oidc": oidc.is_on(),
            "sample_people": sample_people() if settings.EMBEDDED else [],
        },
    )


@visitors_only
@require_http_methods(["GET", "POST"])
def contact(request: HttpRequest) -> HttpResponse:
    """Step 2: phone, e-mail and address."""
    at = timezone.now()
    draft = _draft(request, at=at)
    if "who" not in draft:
        return redirect("register")
    form = ContactForm(request.POST or None, initial=_as_typed(draft.get("contact", {})))
    if request.method == "POST" and form.is_valid():
        return _next(request, draft | {"contact": form.cleaned_data}, at=at, next_step="register-password")
    return render(request, "accounts/registration/contact.html", {"form": form})


@visitors_only
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Step 3: the password and the usage policy; then the code is sent."""
    at = timezone.now()
    draft = _draft(request, at=at)
    if missing := _missing(draft, "who", "contact"):
        return redirect(missing)
    form = PasswordForm(request.POST or None, owner=password_owner(draft))
    if request.method == "POST" and form.is_valid():
        last = steps.last_step(request, form, draft, at=at)
        return _next(request, draft | {"last": last}, at=at, next_step="register-code")
    return render(request, "accounts/registration/password.html", {"form": form})


@visitors_only
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Check the code; a right one completes the registration and signs the citizen in."""
    at = timezone.now()
    draft = _draft(request, at=at)
    if missing := _missing(draft, *STEPS):
        return redirect(missing)
    context = _code_context(request, draft)
    if codes.asks_again(request):
        codes.code_page_send_again(request, context, at=at)
        return codes.redirect_here(request)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and codes.is_proven(form, context, at=at):
        return _finish(request, draft | {"proven": context.target}, at=at)
    return codes.page(request, form, context, at=at, step="register", change_url="register-contact")


def _next(request: HttpRequest, draft: dict[str, Any], *, at: datetime, next_step: str) -> HttpResponse:
    """Keep the draft and go on: to ``next_step``, then to the code, or to the end if the phone is proven."""
    session = form_drafts.session_hash(request)
    draft = json.loads(json.dumps(draft, cls=DjangoJSONEncoder))
    form_drafts.keep(Purpose.REGISTER, session, draft, at=at)
    if _missing(draft, *STEPS):
        return redirect(next_step)
    if draft.get("proven") == _code_context(request, draft).target:
        return _finish(request, draft, at=at)
    register.send_code(steps.entered_data(draft), _code_context(request, draft), at=at)
    return redirect("register-code")


def _finish(request: HttpRequest, draft: dict[str, Any], *, at: datetime) -> HttpResponse:
    session = form_drafts.session_hash(request)
    try:
        user = register.complete(
            steps.entered_data(draft), address=client_address(request), known=steps.known_finding(draft), at=at
        )
    except Mismatch as wrong:
        found = [wrong.finding.source, *wrong.finding.fields]
        form_drafts.keep(Purpose.REGISTER, session, draft | {"mismatch": found}, at=at)
        return redirect("register")
    form_drafts.forget(Purpose.REGISTER, session)
    open_session(request, user, backend=CITIZEN_BACKEND, at=at)
    target = draft.get("next")
    if target:
        messages.success(request, gettext("Your account is ready. Continue where you were"))
    else:
        messages.success(request, gettext("Your account is ready. You can now file a case and follow it here"))
    if draft["contact"]["email"] and not steps.email_for_codes(draft):
        messages.info(request, gettext("We have sent a link to your e-mail address. Open it to confirm the address"))
    return redirect(target or "home")


def _draft(request: HttpRequest, *, at: datetime) -> dict[str, Any]:
    return form_drafts.draft_for(request, Purpose.REGISTER, at=at)


def _missing(draft: dict[str, Any], *steps: str) -> str | None:
    """Return the URL name of the first step that is still missing."""
    return next((STEPS[step] for step in steps if step not in draft), None)


def _code_context(request: HttpRequest, draft: dict[str, Any]) -> CodeContext:
    return steps.code_context(request, draft, session=form_drafts.session_hash(request))


def _as_typed(draft: dict[str, Any]) -> dict[str, Any]:
    """Return one step of the draft as a form shows it."""
    shown = dict(draft)
    if "birth_date" in shown:
        shown["birth_date"] = date.fromisoformat(shown["birth_date"])
    if "mobile" in shown:
        shown["mobile"] = phones.national(shown["mobile"])
    return shown
