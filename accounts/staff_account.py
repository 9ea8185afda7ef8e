"""Pages on which staff read and change their own account: password, second factors, language, sessions."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import phones, rate_limits
from accounts.account.notices import language_cards
from accounts.account.password import ChangePasswordForm
from accounts.decorators import handles_rate_limits, members_of_staff, signed_in_user
from accounts.models import Purpose
from accounts.models.users import SmsAbout
from accounts.sign_in import factor_pages, factors as recovery_codes, held_forms, sessions
from accounts.sign_in.factors import CodesKeptForm, recent_factor_required
from accounts.sign_in.passwords import PasswordOwner, is_confirmed_by_password
from accounts.sign_in.staff import set_password
from kit.forms import Card, ChoiceCardsField, Form

# ---- The page that shows a member of staff their own account, and signs them out everywhere else. ----


logger = logging.getLogger(__name__)


@require_safe
@members_of_staff
def account(request: HttpRequest) -> HttpResponse:
    """Show the account: factors, how messages come, and where the person is signed in."""
    user = signed_in_user(request)
    factors = list(user.factors.order_by("created_at", "pk"))
    page = {
        "factors": factors,
        "is_only_one": len(factors) == 1,
        "codes_left": recovery_codes.left(user),
        "open_sessions": sessions.open_sessions(user, request.session, at=timezone.now()),
        "masked_phone": phones.mask(user.phone) if user.phone else "",
    }
    return render(request, "accounts/staff_account/account.html", page)


@require_POST
@members_of_staff
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """Sign the person out everywhere else."""
    user = signed_in_user(request)
    sessions.end_others(user, request.session)
    logger.info("other sessions were ended", extra={"user_id": str(user.pk)})
    messages.success(request, gettext("You are signed out on every other device"))
    return redirect("staff-account")


# ---- The pages on which a member of staff adds and removes factors, and renews the recovery codes. ----


@require_http_methods(["GET", "HEAD", "POST"])
@members_of_staff
@recent_factor_required()
def add(request: HttpRequest) -> HttpResponse:
    """Add one more factor: an authenticator app or a passkey."""
    user, at = signed_in_user(request), timezone.now()
    page = factor_pages.read(request, user, at=at)
    if page.factor is not None:
        with transaction.atomic():
            # Whoever takes the draft adds the factor: a form that is sent twice at once adds one.
            if held_forms.take(Purpose.FACTOR, held_forms.session_hash(request), at=at):
                factor_pages.add(user, page.factor, at=at)
        messages.success(request, gettext("The new way to confirm your sign-in has been added"))
        return redirect("staff-account")
    return render(request, "accounts/staff_account/factors/add.html", page.context)


@require_POST
@members_of_staff
@recent_factor_required()
def remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Remove a factor, but never the last one."""
    try:
        if not factor_pages.remove(signed_in_user(request), pk, at=timezone.now()):
            raise Http404
    except factor_pages.LastFactor:
        messages.error(request, gettext("This is your only way to confirm your sign-in. Add another one first"))
    else:
        messages.success(request, gettext("It has been removed"))
    return redirect("staff-account")


@require_http_methods(["GET", "HEAD", "POST"])
@members_of_staff
@recent_factor_required()
def codes(request: HttpRequest) -> HttpResponse:
    """Show new recovery codes until the person says that they are kept; only then do they replace the old ones."""
    user, at = signed_in_user(request), timezone.now()
    draft = held_forms.draft_for(request, Purpose.RECOVERY, at=at)
    # Codes that nobody has seen are never put in force.
    form = CodesKeptForm(request.POST if request.method == "POST" and draft else None)
    if form.is_bound and form.is_valid():
        factor_pages.renew_codes(user, draft["codes"], at=at)
        held_forms.forget(Purpose.RECOVERY, held_forms.session_hash(request))
        messages.success(request, gettext("Your new recovery codes are in force. The old ones no longer work"))
        return redirect("staff-account")
    if not draft:
        draft = {"codes": recovery_codes.new_codes()}
        held_forms.keep(Purpose.RECOVERY, held_forms.session_hash(request), draft, at=at)
    return render(request, "accounts/staff_account/factors/codes.html", {"form": form, "codes": draft["codes"]})


# ---- The form for the language of messages to staff, and which of them come. ----


class StaffNoticesForm(Form):
    """The language of all messages, what comes by SMS, and whether the morning summary comes."""

    language = ChoiceCardsField(label=_("Language of the messages"))
    sms_about = ChoiceCardsField(label=_("What should come by SMS?"))
    wants_digest = forms.BooleanField(label=_("Send me the summary of my cases each morning"), required=False)

    def __init__(self, data: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.offer("language", language_cards())
        self.offer("sms_about", [Card(value, label, _HINTS[SmsAbout(value)]) for value, label in SmsAbout.choices])


_HINTS = {
    SmsAbout.EVERYTHING: _("In working hours; urgent cases at any hour"),
    SmsAbout.URGENT: _("Danger to life or limb, and topics that are marked as urgent"),
}


# ---- The page on which a member of staff chooses the language of messages, and which of them come. ----


CHOICES = ("language", "sms_about", "wants_digest")


@require_http_methods(["GET", "HEAD", "POST"])
@members_of_staff
def notices(request: HttpRequest) -> HttpResponse:
    """Choose the language of all messages, what comes by SMS, and whether the morning summary comes."""
    user = signed_in_user(request)
    chosen = {name: getattr(user, name) for name in CHOICES}
    form = StaffNoticesForm(request.POST if request.method == "POST" else None, initial=chosen)
    if form.is_bound and form.is_valid():
        for name in CHOICES:
            setattr(user, name, form.cleaned_data[name])
        user.save(update_fields=CHOICES)
        messages.success(request, gettext("Your choice has been saved"))
        return redirect("staff-account")
    return render(request, "accounts/staff_account/notices/notices.html", {"form": form})


# ---- The page on which a member of staff changes the password. ----


@require_http_methods(["GET", "HEAD", "POST"])
@members_of_staff
@recent_factor_required()
@handles_rate_limits
def password(request: HttpRequest) -> HttpResponse:
    """Change the password; this session stays, every other one ends."""
    user, at = signed_in_user(request), timezone.now()
    owner = PasswordOwner(email=user.email)
    form = ChangePasswordForm(request.POST if request.method == "POST" else None, owner=owner)
    if form.is_bound and is_confirmed_by_password(form, request, at=at):
        rate_limits.spend(rate_limits.PASSWORD_CHANGES_PER_USER, str(user.pk), at=at)
        set_password(user, form.cleaned_data["password"], at=at)
        update_session_auth_hash(request, user)
        messages.success(request, gettext("Your password has been changed, and every other device is signed out"))
        return redirect("staff-account")
    return render(request, "accounts/staff_account/password/change_password.html", {"form": form})
