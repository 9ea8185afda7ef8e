"""The page on which a citizen changes the address."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from accounts.account.address.change import change_address
from accounts.account.address.forms import ChangeAddressForm
from accounts.decorators import citizen_required, handles_rate_limits, signed_in_citizen
from accounts.sign_in.passwords.confirmation import is_confirmed_by_password


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
