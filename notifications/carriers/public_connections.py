"""Connections to addresses that outsiders named: only to public machines, and to the very address that was checked.

A name is resolved once, every address it has must be public, and the connection goes to one of them: a name that leads
somewhere else at the next look-up leads nowhere. No proxy is used, because a proxy would resolve the name again.
"""

import ipaddress
import socket
from functools import cache
from typing import Any, Final
from urllib.parse import urlsplit

import requests.utils
from django.conf import settings
from urllib3 import PoolManager
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.util import connection

from notifications.carriers.connections import FreshHttpPool, FreshHttpsPool, HttpConnection, HttpsConnection

#: What a name without an address of its own, or with a private one, is refused with.
PRIVATE: Final = "private address"
MOST_POOLS: Final = 50


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
        ip = inner or ip
    return ip.is_global and not (ip.is_multicast or ip.is_reserved)


def _translated(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address that an address of NAT64 stands for (RFC 6052)."""
    is_translated = ip in ipaddress.IPv6Network("64:ff9b::/96")
    return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if is_translated else None


class _Public:
    """Resolves, checks and connects in one step; the certificate is still checked against the name."""

    def _new_conn(self: Any) -> socket.socket:
        try:
            addresses = public_addresses(self._dns_host, self.port)
        except OSError as error:
            raise NewConnectionError(self, "no address") from error
        failure: OSError = OSError("no address")
        for address in addresses:
            try:
                return connection.create_connection(
                    (address, self.port), self.timeout, socket_options=self.socket_options
                )
            except TimeoutError as error:
                raise ConnectTimeoutError(self, "timeout") from error
            except OSError as error:
                failure = error
        raise NewConnectionError(self, "refused") from failure


class _PublicHttp(_Public, HttpConnection):
    pass


class _PublicHttps(_Public, HttpsConnection):
    pass


class _PublicHttpPool(FreshHttpPool):
    ConnectionCls = _PublicHttp


class _PublicHttpsPool(FreshHttpsPool):
    ConnectionCls = _PublicHttps


@cache
def public_connections() -> PoolManager:
    """Return this process's kept connections to public machines; pools of the fewest used names are dropped."""
    manager = PoolManager(
        num_pools=MOST_POOLS,
        maxsize=10,
        cert_reqs="CERT_REQUIRED",
        ca_certs=requests.utils.DEFAULT_CA_BUNDLE_PATH,
    )
    manager.pool_classes_by_scheme = {"http": _PublicHttpPool, "https": _PublicHttpsPool}
    return manager
