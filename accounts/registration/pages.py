"""Pages of a registration: three steps and a code; what is typed is kept on the server in a draft."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.core.serializers.json import DjangoJSONEncoder
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts import phones, policy, rate_limits
from accounts.decorators import local_next, visitors_only
from accounts.identity.json_requests import Unavailable
from accounts.identity.registries import RegistryFinding, RegistryOutcome
from accounts.models import Citizen, NumberKind, Purpose, User
from accounts.rate_limits import client_address
from accounts.registration import register
from accounts.registration.forms import NATIONAL, ContactForm, PasswordForm, WhoForm, sample_people
from accounts.registration.register import Mismatch, RegistrationData, password_owner
from accounts.sign_in import codes, held_forms, oidc
from accounts.sign_in.backends import CITIZEN_BACKEND
from accounts.sign_in.citizens import redirect_after_sign_in
from accounts.sign_in.codes import CodeContext, CodeForm
from accounts.sign_in.oidc import NotSignedIn
from accounts.sign_in.passwords import hash_for_number, uncounted_if_busy
from accounts.sign_in.sessions import open_session
from kit.forms import plain_digits

# ---- What the steps of a registration keep in their draft, and what follows from it: for the pages and for
# apps.


type RegistrationDraft = Mapping[str, Any]


def last_step(request: HttpRequest, form: PasswordForm, draft: RegistrationDraft, *, at: datetime) -> dict[str, Any]:
    """Return what the last step keeps of its valid form: the hash of the password; raise ``RateLimitReached``."""
    counted = (rate_limits.NEW_PASSWORDS_PER_ADDRESS, client_address(request))
    rate_limits.spend(*counted, at=at)
    with uncounted_if_busy(counted, at=at):
        password_hash = hash_for_number(form.cleaned_data["password"], password_owner(draft).number)
    return {"password_hash": password_hash, "policy_version": policy.in_force(at).version}


def entered_data(draft: RegistrationDraft) -> RegistrationData:
    """Return everything that was entered, in the language of the request."""
    return RegistrationData.from_draft(draft, language=get_language() or "ar")


def known_finding(draft: RegistrationDraft) -> RegistryFinding | None:
    """Return what is known of these details: the digital identity said them, or the person insists on a mismatch."""
    if draft.get("vouched"):
        return register.VOUCHED
    if not draft.get("insists"):
        return None
    source, *fields = draft["mismatch"]
    return RegistryFinding(RegistryOutcome.MISMATCHED, source, tuple(fields))


def code_context(request: HttpRequest, draft: RegistrationDraft, *, session: str) -> CodeContext:
    """Return what the code of this registration is bound to; ``session`` is the hash that its draft is found by."""
    phone, email = draft["contact"]["mobile"], email_for_codes(draft)
    return codes.code_context(request, Purpose.REGISTER, session=session, phone=phone, email=email)


def email_for_codes(draft: RegistrationDraft) -> str:
    """Return the address to which the code goes, empty where it goes to the phone."""
    contact = draft["contact"]
    return "" if phones.takes_sms(contact["mobile"]) else contact["email"]


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
        last = last_step(request, form, draft, at=at)
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
    session = held_forms.session_hash(request)
    draft = json.loads(json.dumps(draft, cls=DjangoJSONEncoder))
    held_forms.keep(Purpose.REGISTER, session, draft, at=at)
    if _missing(draft, *STEPS):
        return redirect(next_step)
    if draft.get("proven") == _code_context(request, draft).target:
        return _finish(request, draft, at=at)
    register.send_code(entered_data(draft), _code_context(request, draft), at=at)
    return redirect("register-code")


def _finish(request: HttpRequest, draft: dict[str, Any], *, at: datetime) -> HttpResponse:
    session = held_forms.session_hash(request)
    try:
        user = register.complete(
            entered_data(draft), address=client_address(request), known=known_finding(draft), at=at
        )
    except Mismatch as wrong:
        found = [wrong.finding.source, *wrong.finding.fields]
        held_forms.keep(Purpose.REGISTER, session, draft | {"mismatch": found}, at=at)
        return redirect("register")
    held_forms.forget(Purpose.REGISTER, session)
    open_session(request, user, backend=CITIZEN_BACKEND, at=at)
    target = draft.get("next")
    if target:
        messages.success(request, gettext("Your account is ready. Continue where you were"))
    else:
        messages.success(request, gettext("Your account is ready. You can now file a case and follow it here"))
    if draft["contact"]["email"] and not email_for_codes(draft):
        messages.info(request, gettext("We have sent a link to your e-mail address. Open it to confirm the address"))
    return redirect(target or "home")


def _draft(request: HttpRequest, *, at: datetime) -> dict[str, Any]:
    return held_forms.draft_for(request, Purpose.REGISTER, at=at)


def _missing(draft: dict[str, Any], *steps: str) -> str | None:
    """Return the URL name of the first step that is still missing."""
    return next((STEPS[step] for step in steps if step not in draft), None)


def _code_context(request: HttpRequest, draft: dict[str, Any]) -> CodeContext:
    return code_context(request, draft, session=held_forms.session_hash(request))


def _as_typed(draft: dict[str, Any]) -> dict[str, Any]:
    """Return one step of the draft as a form shows it."""
    shown = dict(draft)
    if "birth_date" in shown:
        shown["birth_date"] = date.fromisoformat(shown["birth_date"])
    if "mobile" in shown:
        shown["mobile"] = phones.national(shown["mobile"])
    return shown


# ---- Signing in and registering with a digital identity: to the provider, and back. ----


logger = logging.getLogger(__name__)

NATIONAL_NUMBER: Final = re.compile(r"[0-9]{10}")
#: A Jordanian's name has four parts.
NAMES: Final = ("first_name", "father_name", "grandfather_name", "family_name")


@visitors_only
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Send the visitor to the provider."""
    at = _opened(request)
    session = held_forms.session_hash(request)
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
    session = held_forms.session_hash(request)
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
    held_forms.keep(Purpose.REGISTER, session, {**draft, "next": target}, at=at)
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
