"""Setting a new password without the old one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts import phones, rate_limits
from accounts.contact import owe_password_changed
from accounts.decorators import visitors_only
from accounts.identity.form_fields import DocumentNumberField
from accounts.models import Citizen, Purpose
from accounts.sign_in import codes, held_forms, passwords
from accounts.sign_in.codes import CodeContext, CodeForm
from accounts.sign_in.passwords import NewPasswordForm, hash_for_number, uncounted_if_busy
from kit.forms import BirthDateField, Form, MobileField
from notifications import addresses
from notifications.models import Channel

# ---- The forms by which a forgotten password is replaced. ----


class ForgotForm(Form):
    """Document number and phone of whoever forgot the password."""

    number = DocumentNumberField(
        label=_("National, personal or passport number"),
        error_messages={"required": _("Enter your national, personal or passport number")},
    )
    mobile = MobileField(
        label=_("Mobile number"),
        regions=phones.all_regions,
        error_messages={"required": _("Enter your mobile number")},
    )


class ResetForm(NewPasswordForm):
    """The date of birth, and the new password."""

    birth_date = BirthDateField(
        label=_("Date of birth"),
        help_text=_("For example 27 / 3 / 1990. You can also write the name of the month"),
        error_messages={"required": _("Enter your date of birth")},
    )
    field_order = ("birth_date", "password", "again")


# ---- A forgotten password: set after number, phone, code and date of birth; the answer never tells which are
# known.


#: A reserved domain: no message can leave for it.
NOBODY: Final = "nobody@no-account.invalid"


def account_for_code(number: str, phone: str) -> Citizen | None:
    """Return the account that gets the code: one that proved this phone, else one abroad that proved an address.

    Of several the oldest: nobody who registers later with the same number gets its codes.
    """
    people = Citizen.objects.signing_in_with(number)
    abroad = people.with_phone(phone).filter(is_phone_proven=False).exclude(email_confirmed_at=None)
    found = [*people.reached_at(phone)[:1], *abroad[:1]]
    return found[0] if found else None


def email_for_codes(account: Citizen | None, phone: str) -> str:
    """Return where the code of an account goes by e-mail; empty where it goes by SMS.

    Without an account it is an address that nobody has: the message is written all the same, and never sent.
    """
    if account is None:
        return "" if phones.takes_sms(phone) else NOBODY
    return account.confirmed_email if account.is_reached_by_email_only else ""


def set_password(number: str, *, phone: str, email: str = "", birth_date: date, password: str, at: datetime) -> bool:
    """Set the password of the citizen with this number and date of birth, and the phone or ``email`` that was proven.

    Tell whether there is one.
    Ends every session, marks the phone as reachable again, and notifies the citizen by SMS. Raise ``RateLimitReached``
    after five tries a day for one number and phone.
    """
    counted = (rate_limits.RESET_PROOFS_PER_NUMBER_AND_PHONE, f"{number}/{phone}")
    rate_limits.spend(*counted, at=at)
    with uncounted_if_busy(counted, at=at):
        password_hash = hash_for_number(password, number)
    with transaction.atomic():
        people = Citizen.objects.signing_in_with(number).select_for_update(of=("self",))
        people = people.confirmed_at(email).filter(is_phone_proven=False) if email else people.reached_at(phone)
        person = next((citizen for citizen in people if citizen.birth_date == birth_date), None)
        if person is None or person.user is None:
            return False
        person.user.password = password_hash
        person.user.save(update_fields=["password"])
        if not person.is_reached_by_email_only:
            addresses.clear(Channel.SMS, phone)
        owe_password_changed(person, at=at)
    return True


# ---- Pages for a forgotten password: number and phone, the code, the date of birth with the new password. ----


@visitors_only
@require_http_methods(["GET", "POST"])
def forgot(request: HttpRequest) -> HttpResponse:
    """Ask for number and phone, and send a code if the two belong together; the answer is always the same."""
    at = timezone.now()
    form = ForgotForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        session = held_forms.session_hash(request)
        draft = {"number": form.cleaned_data["number"], "phone": form.cleaned_data["mobile"]}
        held_forms.keep(Purpose.RESET, session, draft, at=at)
        codes.send_again(_code_context(request, draft), at=at)
        return redirect("forgot-code")
    return render(request, "accounts/sign_in/forgotten_password/forgot.html", {"form": form})


@visitors_only
@require_http_methods(["GET", "POST"])
def forgot_code(request: HttpRequest) -> HttpResponse:
    """Check the code; a right one leads to the next page, not into the account."""
    at = timezone.now()
    draft = _draft(request, at=at)
    if not draft:
        return redirect("forgot")
    context = _code_context(request, draft)
    if codes.asks_again(request):
        codes.code_page_send_again(request, context, at=at)
        return codes.redirect_here(request)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and codes.is_proven(form, context, at=at):
        held_forms.keep(Purpose.RESET, context.session, draft | {"proven": True, "email": context.email}, at=at)
        return redirect("forgot-password")
    return codes.page(request, form, context, at=at, step="forgot", change_url="forgot")


@visitors_only
@require_http_methods(["GET", "POST"])
def forgot_password(request: HttpRequest) -> HttpResponse:
    """Check the date of birth and set the new password."""
    at = timezone.now()
    draft = _draft(request, at=at)
    if not draft.get("proven"):
        return redirect("forgot-code" if draft else "forgot")
    form = ResetForm(request.POST or None, owner=passwords.PasswordOwner(number=draft["number"]))
    if request.method == "POST" and form.is_valid() and _is_reset(form, draft, at=at):
        held_forms.forget(Purpose.RESET, held_forms.session_hash(request))
        messages.success(request, gettext("Your password has been changed. Sign in with the new one"))
        return redirect("sign-in")
    return render(request, "accounts/sign_in/forgotten_password/new_password.html", {"form": form})


def _is_reset(form: ResetForm, draft: dict[str, Any], *, at: datetime) -> bool:
    done = set_password(
        draft["number"],
        phone=draft["phone"],
        email=draft["email"],
        birth_date=form.cleaned_data["birth_date"],
        password=form.cleaned_data["password"],
        at=at,
    )
    if not done:
        form.add_error("birth_date", gettext("This date of birth does not match the account"))
    return done


def _draft(request: HttpRequest, *, at: datetime) -> dict[str, Any]:
    return held_forms.draft_for(request, Purpose.RESET, at=at)


def _code_context(request: HttpRequest, draft: dict[str, Any]) -> CodeContext:
    session = held_forms.session_hash(request)
    number, phone = draft["number"], draft["phone"]
    account = account_for_code(number, phone)
    return codes.code_context(
        request,
        Purpose.RESET,
        session=session,
        phone=phone,
        email=email_for_codes(account, phone),
        number=number,
        silent=account is None,
    )
