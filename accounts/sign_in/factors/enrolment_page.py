"""What every page for a new factor does: show the key of an app and its QR code, and read what the person sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext

from accounts.models import Factor, Purpose, User
from accounts.sign_in import devices, form_drafts
from accounts.sign_in.factors import apps, enrolment, passkeys
from accounts.sign_in.factors.forms import NewAppForm
from kit.qr import qr_code

#: Letters of a key that stand together.
GROUP = 4


@dataclass(frozen=True)
class EnrolmentPage:
    """The factor that was proven, not saved yet, or what the page shows."""

    factor: Factor | None
    context: dict[str, Any]


def read(request: HttpRequest, user: User, *, at: datetime) -> EnrolmentPage:
    """Return the new factor that a POST proves, or the page that asks for one."""
    secret = _secret(request, user, at=at)
    form = NewAppForm(request.POST if request.method == "POST" and "passkey" not in request.POST else None)
    error = ""
    factor = _new_app(form, secret, at=at)
    if request.method == "POST" and "passkey" in request.POST:
        factor, error = _new_passkey(request)
    if factor is not None:
        factor.name = devices.device_name(request) if factor.passkey_hash else ""
        return EnrolmentPage(factor, {})
    return EnrolmentPage(None, _context(request, user, secret) | {"form": form, "passkey_error": error})


def _secret(request: HttpRequest, user: User, *, at: datetime) -> str:
    """Return the key that this page shows: the same when it is shown again, since an app may have it by then."""
    draft = form_drafts.draft_for(request, Purpose.FACTOR, at=at)
    if draft.get("user") != str(user.pk):
        draft = {"user": str(user.pk), "secret": apps.new_secret()}
        form_drafts.keep(Purpose.FACTOR, form_drafts.session_hash(request), draft, at=at)
    return str(draft["secret"])


def _new_app(form: NewAppForm, secret: str, *, at: datetime) -> Factor | None:
    if not form.is_valid():
        return None
    factor = enrolment.new_app(secret, form.cleaned_data["code"], at=at)
    if factor is None:
        form.add_error("code", gettext("That code is not right. Enter the one that the app shows now"))
    return factor


def _new_passkey(request: HttpRequest) -> tuple[Factor | None, str]:
    try:
        return passkeys.register(request.POST["passkey"], request.session), ""
    except passkeys.PasskeyRefused:
        return None, gettext("The passkey could not be added. Try again, or use an authenticator app")


def _context(request: HttpRequest, user: User, secret: str) -> dict[str, Any]:
    return {
        "secret": " ".join(secret[start : start + GROUP] for start in range(0, len(secret), GROUP)),
        "uri": apps.provisioning_uri(secret, user),
        "qr": qr_code(apps.provisioning_uri(secret, user)),
        "options": passkeys.registration_options(user, request.session),
        "origin": passkeys.origin(),
    }
