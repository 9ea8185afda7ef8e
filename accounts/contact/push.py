"""Notifications on the devices of a citizen: which browser has one, and that it ends when its person signs out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase

from accounts.contact.recipients import citizen_key
from accounts.models import Citizen, User
from notifications.addresses import subscriptions
from notifications.models import PushSubscription
from notifications.models.subscriptions import PushAddress

_SALT: Final = "subscription of a browser"
#: As long as browsers keep a cookie.
_COOKIE_LIFE: Final = timedelta(days=400)


def notified_browsers(citizen: Citizen) -> list[PushSubscription]:
    """Return the browsers that show notifications to ``citizen``, the oldest first."""
    key = citizen_key(citizen.pk)
    return subscriptions.subscriptions_by_recipient([key]).get(key, [])


def subscribe(
    request: HttpRequest,
    response: HttpResponseBase,
    citizen: Citizen,
    address: PushAddress,
    *,
    device: str,
    at: datetime,
) -> None:
    """Let the browser of ``request`` show notifications to ``citizen``; repeating it is harmless."""
    before = _of_browser(request)
    row = subscriptions.subscribe(citizen_key(citizen.pk), address, device=device, at=at)
    if before is not None and before.pk != row.pk:
        # The browser has another endpoint by now, or shows them to somebody else.
        subscriptions.remove(before, at=at)
    response.set_cookie(
        settings.PUSH_COOKIE_NAME,
        signing.Signer(salt=_SALT).sign(str(row.pk)),
        max_age=_COOKIE_LIFE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def remove(citizen: Citizen, pk: UUID, *, at: datetime) -> None:
    """End the notifications on one of the citizen's browsers; one that is not theirs stays as it is."""
    for row in PushSubscription.objects.filter(pk=pk, recipient=citizen_key(citizen.pk)):
        subscriptions.remove(row, at=at)


def is_on_here(request: HttpRequest, browsers: Iterable[PushSubscription]) -> bool:
    """Tell whether the browser of ``request`` is one of ``browsers``."""
    return _key_of_browser(request) in {str(row.pk) for row in browsers}


def forget_browser(
    request: HttpRequest, response: HttpResponseBase, *, at: datetime, unless: User | None = None
) -> None:
    """End the notifications in the browser of ``request``: telephones are shared; those of ``unless`` go on."""
    row = _of_browser(request)
    if row is None or (unless is not None and _is_shown_to(row, unless)):
        return
    subscriptions.remove(row, at=at)
    response.delete_cookie(settings.PUSH_COOKIE_NAME, samesite="Lax")


def _is_shown_to(row: PushSubscription, user: User) -> bool:
    citizen = getattr(user, "citizen", None)
    return citizen is not None and row.recipient == citizen_key(citizen.pk)


def _of_browser(request: HttpRequest) -> PushSubscription | None:
    key = _key_of_browser(request)
    return PushSubscription.objects.filter(pk=key).first() if key else None


def _key_of_browser(request: HttpRequest) -> str:
    value = request.COOKIES.get(settings.PUSH_COOKIE_NAME, "")
    try:
        return signing.Signer(salt=_SALT).unsign(value) if value else ""
    except signing.BadSignature:
        return ""
