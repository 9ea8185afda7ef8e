"""Signing in and registering with a digital identity: to the provider, and back."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from accounts import rate_limits
from accounts.decorators import local_next, visitors_only
from accounts.identity.json_requests import Unavailable
from accounts.models import Citizen, NumberKind, Purpose, User
from accounts.registration.forms import NATIONAL
from accounts.sign_in import form_drafts, oidc
from accounts.sign_in.backends import CITIZEN_BACKEND
from accounts.sign_in.citizens import redirect_after_sign_in
from accounts.sign_in.oidc import NotSignedIn
from accounts.sign_in.opening import open_session
from kit.forms import plain_digits

logger = logging.getLogger(__name__)

NATIONAL_NUMBER: Final = re.compile(r"[0-9]{10}")
#: A Jordanian's name has four parts.
NAMES: Final = ("first_name", "father_name", "grandfather_name", "family_name")


@visitors_only
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Send the visitor to the provider."""
    at = _opened(request)
    session = form_drafts.session_hash(request)
    try:
        return HttpResponseRedirect(
            oidc.begin(session, redirect_uri=_redirect_uri(), target=local_next(request), at=at)
        )
    except Unavailable:
        return _back(
            request, gettext("The digital identity service is not answering. Sign in with your number instead")
        )


@visitors_only
@require_safe
def returned(request: HttpRequest) -> HttpResponse:
    """Sign the proven owner of the number in; lead everybody else to the rest of a registration."""
    at = _opened(request)
    session = form_drafts.session_hash(request)
    try:
        person, target = oidc.finish(session, request.GET.dict(), redirect_uri=_redirect_uri(), at=at)
    except NotSignedIn:
        return _back(request, gettext("The sign-in with the digital identity was not completed. Start again"))
    except Unavailable:
        return _back(
            request, gettext("The digital identity service is not answering. Sign in with your number instead")
        )
    number = plain_digits(person["number"])
    if not NATIONAL_NUMBER.fullmatch(number):
        return _back(request, gettext("Your digital identity has no national number. Sign in with your number instead"))
    if owner := _owner(number):
        open_session(request, owner, backend=CITIZEN_BACKEND, at=at)
        logger.info("somebody signed in", extra={"user_id": str(owner.pk), "staff": False})
        return redirect_after_sign_in(request, owner, target)
    return _register(request, {**person, "number": number}, target, session=session, at=at)


def _opened(request: HttpRequest) -> datetime:
    """Count the visit and return its moment; 404 while no provider is named."""
    if not oidc.is_on():
        raise Http404
    at = timezone.now()
    rate_limits.spend(rate_limits.OIDC_PER_ADDRESS, rate_limits.client_address(request), at=at)
    return at


def _redirect_uri() -> str:
    return oidc.redirect_address(reverse("oidc-return"))


def _owner(number: str) -> User | None:
    """Return the active user of the proven owner of a national number."""
    owners = Citizen.objects.signing_in_with(number).matched().filter(number_kind=NumberKind.NATIONAL)
    owner = owners.first()
    return owner.user if owner else None


def _register(
    request: HttpRequest, person: Mapping[str, str], target: str, *, session: str, at: datetime
) -> HttpResponse:
    """Keep what the provider said as the first step of a registration; the phone is proven by a code as always.

    What is not whole is completed on the first step, and then compared with the register like anybody's details.
    """
    who: dict[str, Any] = {
        "citizenship": NATIONAL,
        "national_number": person["number"],
        **{name: person[name][:60] for name in NAMES},
    }
    born = _day(person["birth_date"])
    is_whole = born is not None and all(who[name] for name in NAMES)
    if born:
        who["birth_date"] = born.isoformat()
    draft = {"who": who, "vouched": True} if is_whole else {"prefilled": who}
    form_drafts.keep(Purpose.REGISTER, session, {**draft, "next": target}, at=at)
    messages.info(
        request,
        gettext("You have no account yet. We have taken your details from the digital identity. Two steps remain"),
    )
    return redirect("register-contact" if is_whole else "register")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _back(request: HttpRequest, text: str) -> HttpResponse:
    messages.error(request, text)
    return redirect("sign-in")
