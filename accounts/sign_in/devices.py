"""What a person recognises a device by: browser and system, and the network it came from."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Final

from django.http import HttpRequest

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
