"""How a person is told: the e-mail address and its confirmation, the language and the way of the messages."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.account.email.forms import ChangeEmailForm
from accounts.contact import email_address, unreachable
from accounts.decorators import answers_too_many, citizen_of, citizen_required
from accounts.models import Citizen
from accounts.sign_in.passwords.confirmation import is_own
from notifications import standing
from notifications.models import Channel

NOT_FOUND = 404


@require_http_methods(["GET", "POST"])
@citizen_required
@answers_too_many
def email(request: HttpRequest) -> HttpResponse:
    """Set, change or remove the e-mail address; a new one is sent the link that confirms it."""
    at = timezone.now()
    citizen = citizen_of(request)
    form = ChangeEmailForm(request.POST or None, is_removal="remove" in request.POST)
    if request.method == "POST" and is_own(form, request, at=at) and _is_another(form, citizen):
        address = form.cleaned_data["email"]
        if address:
            email_address.change(citizen, address, at=at)
        else:
            email_address.remove(citizen, at=at)
        return _changed(request, address)
    return render(request, "accounts/account/email/change_email.html", {"form": form, "citizen": citizen})


@require_POST
@citizen_required
@answers_too_many
def email_again(request: HttpRequest) -> HttpResponse:
    """Send the link to the address of the account once more; it needs no password, for nothing changes."""
    citizen = citizen_of(request)
    if citizen.email:
        email_address.change(citizen, citizen.email, at=timezone.now())
        messages.success(request, _sent())
    return redirect("account")


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def email_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Open from the link with a button to press: programs that look at every link in a mail confirm nothing by it."""
    at = timezone.now()
    if request.method == "POST" and (person := email_address.confirm(token, at=at)):
        if _is_signed_in(request, person):
            unreachable.forget(request.session, Channel.EMAIL)
        return redirect(request.path)
    person = email_address.read(token, at=at)
    status = None if person else NOT_FOUND
    return render(request, "accounts/account/email/confirm_email.html", {"person": person}, status=status)


def _is_another(form: ChangeEmailForm, citizen: Citizen) -> bool:
    """Refuse the confirmed address of now, unless nothing reaches it: then a link to it proves that it does."""
    address = citizen.confirmed_email
    is_same = bool(address) and email_address.is_same(form.cleaned_data["email"], address)
    if not is_same or standing.verdict(Channel.EMAIL, address):
        return True
    form.add_error("email", gettext("This is already your address, and it is confirmed"))
    return False


def _changed(request: HttpRequest, address: str) -> HttpResponse:
    unreachable.forget(request.session, Channel.EMAIL)
    messages.success(request, _sent() if address else gettext("Your e-mail address is removed"))
    return redirect("account")


def _sent() -> str:
    return gettext("We have sent a link to your e-mail address. Open it to confirm the address")


def _is_signed_in(request: HttpRequest, person: Citizen) -> bool:
    return request.user.is_authenticated and request.user.pk == person.user_id
