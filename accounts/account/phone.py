"""Changing one's mobile number."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts import contact, phones
from accounts.contact import account_notice, citizen_key
from accounts.decorators import citizen_required, handles_rate_limits, signed_in_citizen
from accounts.identity.staff_citizen_link import link_staff
from accounts.models import Citizen, Purpose
from accounts.sign_in import codes, held_forms
from accounts.sign_in.codes import CodeContext, CodeForm
from accounts.sign_in.passwords import is_confirmed_by_password
from kit.forms import Form, MobileField, PasswordField
from notifications import addresses, outbox
from notifications.actions import readdress
from notifications.models import Channel

# ---- Sets a new mobile number, and notifies both numbers. ----


def change_phone(citizen: Citizen, phone: str, *, at: datetime) -> None:
    """Set the mobile number, proven by a code: notify both numbers, and send waiting messages to the new one.

    Where the number is the same as before, only mark it as reachable again.
    """
    with transaction.atomic():
        locked = Citizen.objects.select_for_update().get(pk=citizen.pk)
        before = locked.phone
        addresses.clear(Channel.SMS, phone)
        if before == phone and locked.is_phone_proven:
            return
        old = account_notice(locked, "phone_changed", before, whose="old", other_address=locked.confirmed_email)
        locked.keep_earlier()
        locked.phone, locked.is_phone_proven = phone, True
        locked.save(update_fields=["phone", "phone_lookup", "is_phone_proven", "earlier"])
        link_staff(locked)
        readdress(citizen_key(locked.pk), Channel.SMS, phone, at=at)
        occasion = f"phone:{locked.pk}:{at.isoformat()}"
        outbox.owe([old], occasion=occasion, at=at)
        outbox.owe([account_notice(locked, "phone_added", phone, whose="new")], occasion=occasion, at=at)


# ---- The form for a new mobile number. ----


class ChangePhoneForm(Form):
    """The new number, with the password, so that an unattended screen is not enough."""

    mobile = MobileField(label=_("New mobile number"), regions=phones.accepted_regions)
    current = PasswordField(label=_("Your password"))


# ---- The pages on which a citizen changes the mobile number. ----


@require_http_methods(["GET", "POST"])
@citizen_required
@handles_rate_limits
def phone(request: HttpRequest) -> HttpResponse:
    """Ask for the new number and the password, and send a code to that number."""
    at = timezone.now()
    citizen = signed_in_citizen(request)
    form = ChangePhoneForm(request.POST or None)
    if request.method == "POST" and is_confirmed_by_password(form, request, at=at) and _is_changed(form, citizen):
        session = held_forms.session_hash(request)
        held_forms.keep(Purpose.CHANGE_PHONE, session, {"phone": form.cleaned_data["mobile"]}, at=at)
        codes.send_again(_code_context(request, form.cleaned_data["mobile"]), at=at)
        return redirect("account-phone-code")
    return render(request, "accounts/account/phone/change_phone.html", {"form": form, "citizen": citizen})


@require_http_methods(["GET", "POST"])
@citizen_required
@handles_rate_limits
def phone_code(request: HttpRequest) -> HttpResponse:
    """Check the code that was sent to the new number, and set that number."""
    at = timezone.now()
    draft = held_forms.draft_for(request, Purpose.CHANGE_PHONE, at=at)
    if not draft:
        return redirect("account-phone")
    context = _code_context(request, draft["phone"])
    if codes.asks_again(request):
        codes.code_page_send_again(request, context, at=at)
        return codes.redirect_here(request)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and codes.is_proven(form, context, at=at):
        change_phone(signed_in_citizen(request), context.phone, at=at)
        contact.forget(request.session, Channel.SMS)
        held_forms.forget(Purpose.CHANGE_PHONE, context.session)
        messages.success(request, _success_message(signed_in_citizen(request), context.phone))
        return redirect("account")
    return codes.page(request, form, context, at=at, step="account", change_url="account-phone")


def _is_changed(form: ChangePhoneForm, citizen: Citizen) -> bool:
    """Refuse the present number, unless messages do not reach it: then a code proves that they do."""
    is_other = form.cleaned_data["mobile"] != citizen.phone or not citizen.is_phone_proven
    if is_other or addresses.verdict(Channel.SMS, citizen.phone):
        return True
    form.add_error("mobile", gettext("This is already your number"))
    return False


def _success_message(citizen: Citizen, phone: str) -> str:
    if phone == citizen.phone:
        return gettext("Your mobile number is confirmed. You will get our messages again")
    return gettext("Your mobile number has been changed")


def _code_context(request: HttpRequest, number: str) -> CodeContext:
    session = held_forms.session_hash(request)
    return codes.code_context(request, Purpose.CHANGE_PHONE, session=session, phone=number)
