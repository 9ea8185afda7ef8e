"""The page that shows a citizen their own account."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from accounts import contact, countries
from accounts.decorators import citizen_required, signed_in_citizen, signed_in_user
from accounts.models import Citizen, DecisionKind, Identity, IdentityDecision, SessionEnd
from accounts.sign_in import app_sessions, sessions
from notifications.carriers import push_services


@require_GET
@citizen_required
def account(request: HttpRequest) -> HttpResponse:
    """Show the account, with everything that identifies a person masked."""
    citizen = signed_in_citizen(request)
    page: dict[str, object] = {"citizen": citizen, "country": countries.name(citizen.country)}
    page["rejection"] = _rejection(citizen)
    user, at = signed_in_user(request), timezone.now()
    page["open_sessions"] = sessions.open_sessions(user, request.session, at=at)
    page["app_sessions"] = app_sessions.open_sessions(user, at=at)
    if push_key := push_services.application_key():
        browsers = contact.notified_browsers(citizen)
        page |= {"push_key": push_key, "browsers": browsers, "is_push_on_here": contact.is_on_here(request, browsers)}
    return render(request, "accounts/account/account.html", page)


@require_POST
@citizen_required
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """Sign the person out in every other browser; apps have buttons of their own."""
    sessions.end_others(signed_in_user(request), request.session)
    messages.success(request, gettext("You are signed out on every other device"))
    return redirect("account")


@require_POST
@citizen_required
def end_app(request: HttpRequest, session: UUID) -> HttpResponse:
    """Sign the person out of one app; a second press says the same."""
    app_sessions.end(signed_in_user(request), session, SessionEnd.REVOKED, at=timezone.now())
    messages.success(request, gettext("You are now signed out of that app"))
    return redirect("account")


def _rejection(citizen: Citizen) -> IdentityDecision | None:
    """Return the decision that rejected the identity, where it is rejected."""
    if citizen.identity != Identity.REJECTED:
        return None
    return citizen.decisions.filter(kind=DecisionKind.REJECTED).order_by("-at", "-pk").first()
