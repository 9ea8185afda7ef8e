"""What the steps of a registration keep in their draft, and what follows from it: for the pages and for apps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language

from accounts import phones, policy, rate_limits
from accounts.identity.registries import RegistryFinding, RegistryOutcome
from accounts.models import Purpose
from accounts.rate_limits import client_address
from accounts.registration import register
from accounts.registration.data import RegistrationData, password_owner
from accounts.registration.forms import PasswordForm
from accounts.sign_in import codes
from accounts.sign_in.codes import CodeContext
from accounts.sign_in.passwords import hash_for_number, uncounted_if_busy

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
