"""What every page that asks for a code does: check it, say what was wrong, send it again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext, ngettext

from accounts import phones
from accounts.contact import email_address
from accounts.models import Purpose
from accounts.rate_limits import RateLimitReached, client_address
from accounts.sign_in.codes import phone_codes
from accounts.sign_in.codes.code_limits import CodeContext
from accounts.sign_in.codes.forms import CodeForm
from accounts.sign_in.codes.phone_codes import GuessOutcome, Sending


def code_context(
    request: HttpRequest,
    purpose: Purpose,
    *,
    session: str,
    phone: str,
    email: str = "",
    number: str = "",
    silent: bool = False,
) -> CodeContext:
    """Return what a code of this request is bound to."""
    return CodeContext(
        purpose=purpose,
        session=session,
        phone=phone,
        email=email,
        language=get_language() or "ar",
        address=client_address(request),
        number=number,
        silent=silent,
    )


def is_proven(form: CodeForm, context: CodeContext, *, at: datetime) -> bool:
    """Tell whether the form holds the right code; otherwise add an error that says what to do.

    An expired code is replaced by a new one at once, within the rate limits.
    """
    if not form.is_valid():
        return False
    judged = phone_codes.guess(context, form.cleaned_data["code"], at=at)
    if judged.verdict == GuessOutcome.RIGHT:
        return True
    form.add_error("code", _error_message(judged, context, at=at))
    return False


def _error_message(judged: phone_codes.CodeGuess, context: CodeContext, *, at: datetime) -> str:
    if judged.verdict == GuessOutcome.WRONG:
        return ngettext(
            "That code is not right. %(left)d attempt left",
            "That code is not right. %(left)d attempts left",
            judged.left,
        ) % {"left": judged.left}
    if judged.verdict == GuessOutcome.DEAD:
        return gettext("You have used all the attempts for this code. Ask for a new one below")
    try:
        phone_codes.issue(context, at=at)
    except RateLimitReached:
        return gettext("That code has expired, and we cannot send another one today. Call us, or try again tomorrow")
    return gettext("That code has expired. We have sent a new one")


def send_again(request: HttpRequest, context: CodeContext, *, at: datetime) -> None:
    """Send the code again, and add a message that says what was sent."""
    sending = phone_codes.send_again(context, at=at)
    texts = {
        Sending.SAME: gettext("We have sent the same code again"),
        Sending.NEW: gettext("We have sent a new code"),
        Sending.TOO_SOON: gettext("The message is on its way. Wait a moment before asking for the code again"),
        Sending.NO_MORE: gettext("We have sent this code three times. Check where it goes, or call us"),
    }
    level = messages.INFO if sending in {Sending.TOO_SOON, Sending.NO_MORE} else messages.SUCCESS
    messages.add_message(request, level, texts[sending])


def page(request: HttpRequest, form: CodeForm, context: CodeContext, *, at: datetime, **extra: Any) -> HttpResponse:
    """Render the page that asks for the code."""
    return render(
        request,
        "accounts/sign_in/codes/code.html",
        {
            "form": form,
            "by_email": bool(context.email),
            "masked_target": email_address.mask(context.email) if context.email else phones.mask(context.phone),
            "wait": phone_codes.seconds_to_wait(context, at=at),
            **extra,
        },
    )


def asks_again(request: HttpRequest) -> bool:
    """Tell whether the visitor asked to have the code sent again."""
    return request.method == "POST" and "again" in request.POST


def redirect_here(request: HttpRequest) -> HttpResponse:
    """Redirect to the same page, so that reloading it sends nothing twice."""
    return redirect(request.path)
