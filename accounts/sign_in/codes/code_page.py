"""What every page with a code does: judge it, say in words what became of it, send it again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext, ngettext

from accounts import phones
from accounts.models import Purpose
from accounts.rate_limits import TooMany, client_address
from accounts.sign_in.codes import phone_codes
from accounts.sign_in.codes.forms import CodeForm
from accounts.sign_in.codes.phone_codes import Door, Sending, Verdict


def door(request: HttpRequest, purpose: Purpose, *, session: str, phone: str, silent: bool = False) -> Door:
    """Return where a code of this request is good."""
    return Door(
        purpose=purpose,
        session=session,
        phone=phone,
        language=get_language() or "ar",
        address=client_address(request),
        silent=silent,
    )


def is_proven(form: CodeForm, at_door: Door, *, at: datetime) -> bool:
    """Tell whether the form holds the right code; otherwise the form says what to do.

    A code that ran out is replaced by a new one at once, as long as the allowance lasts.
    """
    if not form.is_valid():
        return False
    judged = phone_codes.guess(at_door, form.cleaned_data["code"], at=at)
    if judged.verdict == Verdict.RIGHT:
        return True
    form.add_error("code", _sentence(judged, at_door, at=at))
    return False


def _sentence(judged: phone_codes.Guess, at_door: Door, *, at: datetime) -> str:
    if judged.verdict == Verdict.WRONG:
        return ngettext(
            "That code is not right. %(left)d try left",
            "That code is not right. %(left)d tries left",
            judged.left,
        ) % {"left": judged.left}
    if judged.verdict == Verdict.DEAD:
        return gettext("This code takes no more tries. Ask for a new one below")
    try:
        phone_codes.issue(at_door, at=at)
    except TooMany:
        return gettext("That code has expired, and no more can be sent today. Call us, or try again tomorrow")
    return gettext("That code has expired. We have sent a new one")


def send_again(request: HttpRequest, at_door: Door, *, at: datetime) -> None:
    """Send the code again and say what was sent."""
    sending = phone_codes.send_again(at_door, at=at)
    words = {
        Sending.SAME: gettext("We have sent the same code again"),
        Sending.NEW: gettext("We have sent a new code"),
        Sending.TOO_SOON: gettext("The message is on its way. Wait a moment before asking again"),
        Sending.NO_MORE: gettext("We have sent this code three times. Check the number, or call us"),
    }
    level = messages.INFO if sending in {Sending.TOO_SOON, Sending.NO_MORE} else messages.SUCCESS
    messages.add_message(request, level, words[sending])


def page(request: HttpRequest, form: CodeForm, at_door: Door, *, at: datetime, **context: Any) -> HttpResponse:
    """Show the page with the box for the code."""
    return render(
        request,
        "accounts/sign_in/codes/code.html",
        {
            "form": form,
            "masked_phone": phones.mask(at_door.phone),
            "wait": phone_codes.seconds_to_wait(at_door, at=at),
            **context,
        },
    )


def asks_again(request: HttpRequest) -> bool:
    """Tell whether the button for another message was pressed."""
    return request.method == "POST" and "again" in request.POST


def to_here(request: HttpRequest) -> HttpResponse:
    """Go to the same page, so that reloading it sends nothing twice."""
    return redirect(request.path)
