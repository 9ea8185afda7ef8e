"""One's own account: what is kept, the password, the mobile number."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from accounts import account as own, codes as phone_codes, countries, limits, unfinished, unreachable
from accounts.codes import Door
from accounts.forms.account import ChangePasswordForm, ChangePhoneForm
from accounts.forms.registration import CodeForm
from accounts.guards import answers_too_many, citizen_of, citizen_required, user_of
from accounts.models import Citizen, Purpose
from accounts.passwords import Owner
from accounts.views import codes
from accounts.views.own import is_own
from notifications.addresses import address_status
from notifications.models import Channel


@require_GET
@citizen_required
def account(request: HttpRequest) -> HttpResponse:
    """Show the account, with everything that identifies a person masked."""
    citizen = citizen_of(request)
    return render(request, "accounts/account.html", {"citizen": citizen, "country": countries.name(citizen.country)})


@require_http_methods(["GET", "POST"])
@citizen_required
@answers_too_many
def password(request: HttpRequest) -> HttpResponse:
    """Change the password; the session stays, every other one ends."""
    at = timezone.now()
    citizen = citizen_of(request)
    owner = Owner(citizen.number, citizen.first_name, citizen.family_name, citizen.email)
    form = ChangePasswordForm(request.POST or None, owner=owner)
    if request.method == "POST" and is_own(form, request, at=at):
        limits.spend(limits.PASSWORDS_OF_USER, str(citizen.pk), at=at)
        own.change_password(citizen, form.cleaned_data["password"], at=at)
        update_session_auth_hash(request, citizen.user or user_of(request))
        messages.success(request, gettext("Your password is changed, and every other device is signed out"))
        return redirect("account")
    return render(request, "accounts/change_password.html", {"form": form})


@require_http_methods(["GET", "POST"])
@citizen_required
@answers_too_many
def phone(request: HttpRequest) -> HttpResponse:
    """Ask for the new mobile number and the password, and send a code to that number."""
    at = timezone.now()
    citizen = citizen_of(request)
    form = ChangePhoneForm(request.POST or None)
    if request.method == "POST" and is_own(form, request, at=at) and _is_another(form, citizen):
        session = unfinished.session_of(request)
        unfinished.keep(Purpose.CHANGE_PHONE, session, {"phone": form.cleaned_data["mobile"]}, at=at)
        phone_codes.send_again(_door(request, form.cleaned_data["mobile"]), at=at)
        return redirect("account-phone-code")
    return render(request, "accounts/change_phone.html", {"form": form, "citizen": citizen})


@require_http_methods(["GET", "POST"])
@citizen_required
@answers_too_many
def phone_code(request: HttpRequest) -> HttpResponse:
    """Take the code that reached the new number, and make it the account's."""
    at = timezone.now()
    asked = unfinished.kept_for(request, Purpose.CHANGE_PHONE, at=at)
    if not asked:
        return redirect("account-phone")
    door = _door(request, asked["phone"])
    if codes.asks_again(request):
        codes.send_again(request, door, at=at)
        return codes.to_here(request)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and codes.is_proven(form, door, at=at):
        own.change_phone(citizen_of(request), door.phone, at=at)
        unreachable.forget(request.session, Channel.SMS)
        unfinished.forget(Purpose.CHANGE_PHONE, door.session)
        messages.success(request, _said(citizen_of(request), door.phone))
        return redirect("account")
    return codes.page(request, form, door, at=at, step="account", change_url="account-phone")


def _is_another(form: ChangePhoneForm, citizen: Citizen) -> bool:
    """Refuse the number of now, unless nothing reaches it: then a code to it proves that it does."""
    if form.cleaned_data["mobile"] != citizen.phone or address_status.verdict(Channel.SMS, citizen.phone):
        return True
    form.add_error("mobile", gettext("This is already your number"))
    return False


def _said(citizen: Citizen, phone: str) -> str:
    if phone == citizen.phone:
        return gettext("Your mobile number is confirmed. Messages go there again")
    return gettext("Your mobile number is changed")


def _door(request: HttpRequest, number: str) -> Door:
    session = unfinished.session_of(request)
    return codes.door(request, Purpose.CHANGE_PHONE, session=session, phone=number)
