"""Devices from which somebody signed in before: strangers who fail elsewhere do not lock these out.

The cookie holds a keyed hash of user and password hash for each person who signed in here, and nothing else: a changed
password makes every device unknown, and nobody can read who used it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import User

COOKIE_LIFE: Final = timedelta(days=365)
#: A family's phone; beyond it the one that signed in longest ago is forgotten.
MOST_PEOPLE: Final = 5
_SEPARATOR: Final = "."


def known_key(request: HttpRequest, users: Iterable[User]) -> str:
    """Return the key of this device for the first of ``users`` who signed in here before; empty for a stranger."""
    held = _keys_in_cookie(request)
    keys = (_key(user) for user in users)
    return next((key for key in keys if any(constant_time_compare(key, one) for one in held)), "")


def remember(request: HttpRequest, response: HttpResponseBase, user: User) -> None:
    """Let ``response`` mark the device as one of ``user``, unless it is marked already."""
    key, held = _key(user), _keys_in_cookie(request)
    if key in held:
        return
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        _SEPARATOR.join([key, *held][:MOST_PEOPLE]),
        max_age=COOKIE_LIFE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _keys_in_cookie(request: HttpRequest) -> list[str]:
    return list(filter(None, request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "").split(_SEPARATOR)))[:MOST_PEOPLE]


def _key(user: User) -> str:
    return salted_hmac("known device", f"{user.pk}:{user.password}", algorithm="sha256").hexdigest()
