"""Adds and removes the second factors of a member of staff, and tells the person."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.contact import owe_to_staff
from accounts.decorators import handles_rate_limits, members_of_staff, signed_in_user
from accounts.models import Factor, FactorKind, Purpose, User
from accounts.sign_in import devices, factors, held_forms
from accounts.sign_in.factors import FactorForm, NewAppForm
from kit.qr import qr_code

logger = logging.getLogger(__name__)

#: What a draft keeps of a factor that is not saved yet.
DRAFTED: Final = ("kind", "name", "secret", "passkey_hash", "counter")


class LastFactor(Exception):
    """The only factor of a person is not removed: they could not sign in."""


class AlreadyEnrolled(Exception):
    """The person has a factor by now, which has to be given first."""


def new_app(secret: str, typed: str, *, at: datetime) -> Factor | None:
    """Return an app that showed the code ``typed``, not saved and without its person; None where the code is wrong."""
    step = factors.matching_step(secret, typed, at=at)
    return None if step is None else Factor(kind=FactorKind.APP, secret=secret, counter=step)


def drafted(factor: Factor) -> dict[str, Any]:
    """Return what a draft keeps of a factor; ``from_draft`` makes the factor of it."""
    return {name: getattr(factor, name) for name in DRAFTED}


def from_draft(draft: Mapping[str, Any]) -> Factor:
    """Return the factor that a draft keeps, not saved and without its person."""
    return Factor(**{name: draft[name] for name in DRAFTED})


def enrol_first(user: User, factor: Factor, codes: Sequence[str], *, at: datetime) -> None:
    """Save the first factor with its recovery codes. Raise ``AlreadyEnrolled`` if somebody was faster."""
    with transaction.atomic():
        locked = _locked(user)
        if locked.factors.exists():
            raise AlreadyEnrolled
        factors.store(locked, codes, at=at)
        _add(locked, factor, at=at)


def add(user: User, factor: Factor, *, at: datetime) -> None:
    """Save one more factor."""
    with transaction.atomic():
        _add(_locked(user), factor, at=at)


def remove(user: User, factor: UUID, *, at: datetime) -> bool:
    """Remove a factor; tell whether there was one. Raise ``LastFactor`` for the only one."""
    with transaction.atomic():
        locked = _locked(user)
        found = locked.factors.filter(pk=factor).first()
        if found is None:
            return False
        if locked.factors.count() == 1:
            raise LastFactor
        found.delete()
        owe_to_staff(locked, "staff_factor_removed", at=at)
    logger.info("a second factor was removed", extra={"user_id": str(user.pk)})
    return True


def forget_all(user: User, *, at: datetime) -> None:
    """Remove all factors and recovery codes of somebody who lost them, and end every session; the person is told.

    The next sign-in, with the password that only the person knows, enrols a new factor.
    """
    with transaction.atomic():
        locked = _locked(user)
        locked.factors.all().delete()
        locked.recovery_codes.all().delete()
        locked.sessions.all().delete()
        owe_to_staff(locked, "staff_factor_removed", at=at)
    logger.warning("all second factors of a person were removed", extra={"user_id": str(user.pk)})


def renew_codes(user: User, codes: Sequence[str], *, at: datetime) -> None:
    """Replace the recovery codes."""
    with transaction.atomic():
        factors.store(_locked(user), codes, at=at)
        owe_to_staff(user, "staff_codes_renewed", at=at)
    logger.info("recovery codes were renewed", extra={"user_id": str(user.pk)})


def _add(locked: User, factor: Factor, *, at: datetime) -> None:
    factor.user, factor.created_at = locked, at
    factor.save(force_insert=True)
    owe_to_staff(locked, "staff_factor_added", at=at)
    logger.info("a second factor was added", extra={"user_id": str(locked.pk)})


def _locked(user: User) -> User:
    return User.objects.select_for_update().get(pk=user.pk)


# ---- What every page for a new factor does: show the key of an app and its QR code, and read what the person
# sent.


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
    draft = held_forms.draft_for(request, Purpose.FACTOR, at=at)
    if draft.get("user") != str(user.pk):
        draft = {"user": str(user.pk), "secret": factors.new_secret()}
        held_forms.keep(Purpose.FACTOR, held_forms.session_hash(request), draft, at=at)
    return str(draft["secret"])


def _new_app(form: NewAppForm, secret: str, *, at: datetime) -> Factor | None:
    if not form.is_valid():
        return None
    factor = new_app(secret, form.cleaned_data["code"], at=at)
    if factor is None:
        form.add_error("code", gettext("That code is not right. Enter the one that the app shows now"))
    return factor


def _new_passkey(request: HttpRequest) -> tuple[Factor | None, str]:
    try:
        return factors.register(request.POST["passkey"], request.session), ""
    except factors.PasskeyRefused:
        return None, gettext("The passkey could not be added. Try again, or use an authenticator app")


def _context(request: HttpRequest, user: User, secret: str) -> dict[str, Any]:
    return {
        "secret": " ".join(secret[start : start + GROUP] for start in range(0, len(secret), GROUP)),
        "uri": factors.provisioning_uri(secret, user),
        "qr": qr_code(factors.provisioning_uri(secret, user)),
        "options": factors.registration_options(user, request.session),
        "origin": factors.origin(),
    }


# ---- The pages that ask a signed-in member of staff for the second factor again. ----


@require_http_methods(["GET", "HEAD", "POST"])
@members_of_staff
@handles_rate_limits
def confirm(request: HttpRequest) -> HttpResponse:
    """Ask for the factor, and lead back to what the person asked for."""
    user, at = signed_in_user(request), timezone.now()
    asked = factors.asked_for(request, at=at)
    if not asked:
        return redirect("staff-account")
    form = FactorForm(request.POST if request.method == "POST" else None)
    if form.is_bound and factors.is_proven(form, user, request.session, at=at):
        factors.confirm(request, at=at)
        if "fields" in asked:
            return redirect("staff-confirm-again")
        messages.success(request, gettext("Thank you. You can continue for the next 15 minutes"))
        return redirect(asked["path"])
    page = {"form": form, "options": factors.sign_in_options(user, request.session), "origin": factors.origin()}
    return render(request, "accounts/sign_in/factors/confirm.html", page)


@require_safe
@members_of_staff
def press_again(request: HttpRequest) -> HttpResponse:
    """Show the form that was sent before the factor was given, to be sent by another press."""
    asked = factors.asked_for(request, at=timezone.now())
    if "fields" not in asked:
        return redirect("staff-account")
    return render(request, "accounts/sign_in/factors/press_again.html", {"asked": asked})
