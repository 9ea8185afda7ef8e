"""The page that shows a citizen their own account."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts import countries
from accounts.decorators import citizen_required, signed_in_citizen


@require_GET
@citizen_required
def account(request: HttpRequest) -> HttpResponse:
    """Show the account, with everything that identifies a person masked."""
    citizen = signed_in_citizen(request)
    page = {"citizen": citizen, "country": countries.name(citizen.country)}
    return render(request, "accounts/account/account.html", page)
