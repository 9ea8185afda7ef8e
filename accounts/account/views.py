"""The page that shows a citizen their own account."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts import countries
from accounts.decorators import citizen_required, signed_in_citizen
from accounts.models import Citizen, DecisionKind, Identity, IdentityDecision


@require_GET
@citizen_required
def account(request: HttpRequest) -> HttpResponse:
    """Show the account, with everything that identifies a person masked."""
    citizen = signed_in_citizen(request)
    page = {"citizen": citizen, "country": countries.name(citizen.country), "rejection": _rejection(citizen)}
    return render(request, "accounts/account/account.html", page)


def _rejection(citizen: Citizen) -> IdentityDecision | None:
    """Return the decision that rejected the identity, where it is rejected."""
    if citizen.identity != Identity.REJECTED:
        return None
    return citizen.decisions.filter(kind=DecisionKind.REJECTED).order_by("-at").first()
