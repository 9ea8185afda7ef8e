"""What a person recognises a device by: browser and system, and the network it came from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from ipaddress import ip_network
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import User
from accounts.rate_limits import client_address

#: The first mark found in the User-Agent names it; browsers that pretend to be another one stand above it.
BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)
#: Of an IPv4 address the last part is left out; the address of IPv6 is a network already.
IPV4_PREFIX: Final = 24


def place(request: HttpRequest) -> dict[str, str]:
    """Return device and network of a request, for the session to keep."""
    return {"device": device_name(request), "network": _network(client_address(request))}


def device_name(request: HttpRequest) -> str:
    """Return browser and system, as "Firefox, Windows"; empty where the browser does not say."""
    agent = request.headers.get("User-Agent", "")
    found = (next((name for mark, name in marks if mark in agent), "") for marks in (BROWSERS, SYSTEMS))
    return ", ".join(filter(None, found))


def _network(address: str) -> str:
    is_ipv4 = "." in address and ":" not in address
    return str(ip_network((address, IPV4_PREFIX), strict=False)) if is_ipv4 else address


# ---- Devices from which somebody signed in before: strangers who fail elsewhere do not lock these out. ----
#
# The cookie holds a keyed hash of user and password hash for each person who signed in here, and nothing else: a
# changed password makes every device unknown, and nobody can read who used it.


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
