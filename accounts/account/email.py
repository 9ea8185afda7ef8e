"""Changing and confirming one's e-mail address."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import contact
from accounts.contact import account_notice
from accounts.decorators import citizen_required, handles_rate_limits, signed_in_citizen
from accounts.models import Citizen
from accounts.registration.forms import AddressForm
from accounts.sign_in.passwords import is_confirmed_by_password
from agencies.models import Governorate
from kit.forms import EmailField, Form, PasswordField
from kit.link_pages import opened_by_link
from notifications import addresses, outbox
from notifications.models import Channel

# ---- The form for a new e-mail address, or its removal. ----


class ChangeEmailForm(Form):
    """The address, with the password; where ``is_removal``, the address is ignored."""

    email = EmailField(label=_("E-mail"))
    current = PasswordField(label=_("Your password"))

    def __init__(self, data: Mapping[str, Any] | None = None, *, is_removal: bool = False, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.is_removal = is_removal

    def clean(self) -> dict[str, Any]:
        """Ignore the address when it is to be removed."""
        if self.is_removal:
            self.errors.pop("email", None)
            self.cleaned_data["email"] = ""
        return self.cleaned_data


# ---- Pages that set, remove and confirm the e-mail address. ----


NOT_FOUND = 404


@require_http_methods(["GET", "POST"])
@citizen_required
@handles_rate_limits
def email(request: HttpRequest) -> HttpResponse:
    """Set, change or remove the e-mail address; a new address is sent a link to confirm it."""
    at = timezone.now()
    citizen = signed_in_citizen(request)
    form = ChangeEmailForm(request.POST or None, is_removal="remove" in request.POST)
    if request.method == "POST" and is_confirmed_by_password(form, request, at=at) and _is_changed(form, citizen):
        done = _change(request, form, citizen, at=at)
        if done is not None:
            return done
    return render(request, "accounts/account/email/change_email.html", {"form": form, "citizen": citizen})


@require_POST
@citizen_required
@handles_rate_limits
def email_again(request: HttpRequest) -> HttpResponse:
    """Send the link to the address of the account once more; nothing changes, so no password is asked for."""
    citizen = signed_in_citizen(request)
    if citizen.email:
        contact.change(citizen, citizen.email, at=timezone.now())
        messages.success(request, _link_sent())
    return redirect("account")


@opened_by_link
@require_http_methods(["GET", "HEAD", "POST"])
def email_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Show a button that confirms the address; the link alone must not, for mail scanners open every link."""
    at = timezone.now()
    if request.method == "POST" and (person := contact.confirm(token, at=at)):
        if _is_signed_in(request, person):
            contact.forget(request.session, Channel.EMAIL)
        return redirect(request.path)
    person = contact.citizen_for(token, at=at)
    status = None if person else NOT_FOUND
    return render(request, "accounts/account/email/confirm_email.html", {"person": person}, status=status)


def _change(request: HttpRequest, form: ChangeEmailForm, citizen: Citizen, *, at: datetime) -> HttpResponse | None:
    """Set or remove the address; None where it has to stay, which the form says."""
    address = form.cleaned_data["email"]
    try:
        if address:
            contact.change(citizen, address, at=at)
        else:
            contact.remove(citizen, at=at)
    except contact.OnlyWay:
        form.add_error("email", _only_way())
        return None
    return _after_change(request, address)


def _is_changed(form: ChangeEmailForm, citizen: Citizen) -> bool:
    """Refuse the present confirmed address, unless messages do not reach it: then a link proves that they do."""
    address = citizen.confirmed_email
    is_same = bool(address) and contact.is_same(form.cleaned_data["email"], address)
    if not is_same or addresses.verdict(Channel.EMAIL, address):
        return True
    form.add_error("email", gettext("This is already your address, and it is confirmed"))
    return False


def _after_change(request: HttpRequest, address: str) -> HttpResponse:
    contact.forget(request.session, Channel.EMAIL)
    messages.success(request, _link_sent() if address else gettext("Your e-mail address has been removed"))
    return redirect("account")


def _link_sent() -> str:
    return gettext("We have sent a link to your e-mail address. Open it to confirm the address")


def _only_way() -> str:
    return gettext("Our messages reach you at this address only. First enter a mobile number to which we send SMS")


def _is_signed_in(request: HttpRequest, person: Citizen) -> bool:
    return request.user.is_authenticated and request.user.pk == person.user_id


# ---- Sets a new address, and tells its owner. ----


def change_address(citizen: Citizen, *, country: str, governorate: str, city: str, address: str, at: datetime) -> bool:
    """Set the address of ``citizen`` and owe the notice of it; ``governorate`` is a code, "" abroad.

    Tells whether anything changed: the same address again is no change, and nobody is told. Locks the citizen.
    """
    with transaction.atomic():
        locked = Citizen.objects.select_for_update().get(pk=citizen.pk)
        place = Governorate.objects.filter(code=governorate).first() if governorate else None
        values = {"country": country, "governorate": place, "city": city, "address": address}
        if all(getattr(locked, name) == value for name, value in values.items()):
            return False
        if locked.address != address:
            locked.keep_earlier()
        for name, value in values.items():
            setattr(locked, name, value)
        locked.save(update_fields=[*values, "earlier"])
        notice = account_notice(locked, "address_changed", locked.phone, other_address=locked.confirmed_email)
        outbox.owe([notice], occasion=f"address:{locked.pk}:{at.isoformat()}", at=at)
        return True


# ---- The form for a new address. ----


class ChangeAddressForm(AddressForm):
    """The address, with the password, so that an unattended screen is not enough."""

    current = PasswordField(label=_("Your password"))


# ---- The page on which a citizen changes the address. ----


@require_http_methods(["GET", "POST"])
@citizen_required
@handles_rate_limits
def address(request: HttpRequest) -> HttpResponse:
    """Show the address and change it, with the password."""
    at, citizen = timezone.now(), signed_in_citizen(request)
    initial = {
        "country": citizen.country,
        "governorate": citizen.governorate.code if citizen.governorate else "",
        "city": citizen.city,
        "address": citizen.address,
    }
    form = ChangeAddressForm(request.POST or None, initial=initial)
    if request.method == "POST" and is_confirmed_by_password(form, request, at=at):
        if change_address(citizen, **{name: form.cleaned_data[name] for name in initial}, at=at):
            messages.success(request, gettext("Your address has been changed"))
        else:
            messages.info(request, gettext("This is already your address. Enter another one, or go back"))
        return redirect("account")
    return render(request, "accounts/account/address/change_address.html", {"form": form})
