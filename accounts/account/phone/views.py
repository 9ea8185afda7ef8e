"""The pages on which a citizen changes the mobile number."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from accounts.account.phone.change import change_phone
from accounts.account.phone.forms import ChangePhoneForm
from accounts.contact import unreachable
from accounts.decorators import answers_too_many, citizen_of, citizen_required
from accounts.models import Citizen, Purpose
from accounts.sign_in import form_drafts
from accounts.sign_in.codes import code_page, phone_codes
from accounts.sign_in.codes.forms import CodeForm
from accounts.sign_in.codes.phone_codes import Door
from accounts.sign_in.passwords.confirmation import is_own
from notifications import standing
from notifications.models import Channel


@require_http_methods(["GET", "POST"])
@citizen_required
@answers_too_many
def phone(request: HttpRequest) -> HttpResponse:
    """Ask for the new mobile number and the password, and send a code to that number."""
    at = timezone.now()
    citizen = citizen_of(request)
    form = ChangePhoneForm(request.POST or None)
    if request.method == "POST" and is_own(form, request, at=at) and _is_another(form, citizen):
        session = form_drafts.session_of(request)
        form_drafts.keep(Purpose.CHANGE_PHONE, session, {"phone": form.cleaned_data["mobile"]}, at=at)
        phone_codes.send_again(_door(request, form.cleaned_data["mobile"]), at=at)
        return redirect("account-phone-code")
    return render(request, "accounts/account/phone/change_phone.html", {"form": form, "citizen": citizen})


@require_http_methods(["GET", "POST"])
@citizen_required
@answers_too_many
def phone_code(request: HttpRequest) -> HttpResponse:
    """Take the code that reached the new number, and make it the account's."""
    at = timezone.now()
    asked = form_drafts.kept_for(request, Purpose.CHANGE_PHONE, at=at)
    if not asked:
        return redirect("account-phone")
    door = _door(request, asked["phone"])
    if code_page.asks_again(request):
        code_page.send_again(request, door, at=at)
        return code_page.to_here(request)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and code_page.is_proven(form, door, at=at):
        change_phone(citizen_of(request), door.phone, at=at)
        unreachable.forget(request.session, Channel.SMS)
        form_drafts.forget(Purpose.CHANGE_PHONE, door.session)
        messages.success(request, _said(citizen_of(request), door.phone))
        return redirect("account")
    return code_page.page(request, form, door, at=at, step="account", change_url="account-phone")


def _is_another(form: ChangePhoneForm, citizen: Citizen) -> bool:
    """Refuse the number of now, unless nothing reaches it: then a code to it proves that it does."""
    if form.cleaned_data["mobile"] != citizen.phone or standing.verdict(Channel.SMS, citizen.phone):
        return True
    form.add_error("mobile", gettext("This is already your number"))
    return False


def _said(citizen: Citizen, phone: str) -> str:
    if phone == citizen.phone:
        return gettext("Your mobile number is confirmed. Messages go there again")
    return gettext("Your mobile number is changed")


def _door(request: HttpRequest, number: str) -> Door:
    session = form_drafts.session_of(request)
    return code_page.door(request, Purpose.CHANGE_PHONE, session=session, phone=number)
