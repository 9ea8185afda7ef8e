"""The page that shows a citizen their own account."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts import countries
from accounts.decorators import citizen_of, citizen_required


@require_GET
@citizen_required
def account(request: HttpRequest) -> HttpResponse:
    """Show the account, with everything that identifies a person masked."""
    citizen = citizen_of(request)
    page = {"citizen": citizen, "country": countries.name(citizen.country)}
    return render(request, "accounts/account/account.html", page)
