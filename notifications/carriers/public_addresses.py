"""Which addresses that outsiders named lead to public machines; nothing is connected to here."""

import ipaddress
import socket
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings

#: What a name without an address of its own, or with a private one, is refused with.
PRIVATE: Final = "private address"


class PrivateAddress(Exception):
    """A name leads to a machine that is not public, or the address is not https."""


def check_url(url: str) -> None:
    """Raise PrivateAddress unless ``url`` is an https address whose name leads to public machines only.

    With WEBHOOKS_ALLOW_PRIVATE, which is for tests, any machine and http are taken. Resolves the name; a name that does
    not exist passes, since it leads nowhere today.
    """
    parts = urlsplit(url)
    if not parts.hostname or parts.username or parts.password:
        raise PrivateAddress
    if parts.scheme != "https" and not (settings.WEBHOOKS_ALLOW_PRIVATE and parts.scheme == "http"):
        raise PrivateAddress
    try:
        public_addresses(parts.hostname, parts.port or 443)
    except OSError:
        return


def public_addresses(host: str, port: int) -> list[str]:
    """Return the addresses of ``host``; raise PrivateAddress if one of them is not public, OSError if there is none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not settings.WEBHOOKS_ALLOW_PRIVATE and not all(map(is_public, addresses)):
        raise PrivateAddress
    return addresses


def is_public(address: str) -> bool:
    """Tell whether an IP address belongs to the public internet, also behind the ways to write an IPv4 one in IPv6."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None) or _translated(ip)
        if inner is None and ip.is_site_local:
            return False
        ip = inner or ip
    return ip.is_global and not (ip.is_multicast or ip.is_reserved)


def _translated(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address that an address of NAT64 stands for (RFC 6052)."""
    is_translated = ip in ipaddress.IPv6Network("64:ff9b::/96")
    return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if is_translated else None
