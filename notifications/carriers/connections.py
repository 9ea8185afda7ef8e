"""What carriers over HTTP share: kept connections, telling failures before anything was sent, reading answers."""

import ssl
from pathlib import Path
from time import monotonic
from typing import Any, Final

import requests
import requests.utils
from requests.adapters import HTTPAdapter
from urllib3 import BaseHTTPResponse, HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError, MaxRetryError, NewConnectionError, SSLError
from urllib3.util import parse_url

from notifications.carriers import Declined, Meaning, Uncertain
from notifications.runtime import timings

# A connection that was idle for longer may be closed by the other side just as it is used: the message would be
# unknown. Servers close after five seconds (Node, Apache) or more.
IDLE_SECONDS: Final = 2.0


class _Fresh:
    """Makes a connection count as closed when its last request is too long ago."""

    _used_at = 0.0

    def request(self, *args: Any, **options: Any) -> None:
        self._used_at = monotonic()
        super().request(*args, **options)  # type: ignore[misc]

    @property
    def is_connected(self) -> bool:
        return monotonic() - self._used_at <= IDLE_SECONDS and bool(super().is_connected)  # type: ignore[misc]


class HttpConnection(_Fresh, HTTPConnection):
    """A connection that is used again only while it is fresh."""


class HttpsConnection(_Fresh, HTTPSConnection):
    """An encrypted connection that is used again only while it is fresh."""


class FreshHttpPool(HTTPConnectionPool):
    """Keeps connections that are used again only while they are fresh."""

    ConnectionCls = HttpConnection


class FreshHttpsPool(HTTPSConnectionPool):
    """Keeps encrypted connections that are used again only while they are fresh."""

    ConnectionCls = HttpsConnection


POOLS: Final = {"http": FreshHttpPool, "https": FreshHttpsPool}


class FreshConnections(HTTPAdapter):
    """Keeps up to ``number`` connections between requests, each used again only while it is fresh.

    Like any adapter of ``requests`` it repeats nothing by itself.
    """

    def __init__(self, number: int) -> None:
        """Begin without a connection."""
        super().__init__(pool_maxsize=number)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Make the connections of direct requests."""
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = POOLS

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        """Return the connections through a proxy."""
        manager = super().proxy_manager_for(proxy, **options)
        manager.pool_classes_by_scheme = POOLS
        return manager


def kept_connections(
    url: str, number: int, client: tuple[str, str] | None = None
) -> tuple[PoolManager | HTTPConnectionPool, str]:
    """Return up to ``number`` kept connections to an address, and what to ask their ``urlopen`` for.

    They are those of urllib3, which costs half of what ``requests`` does. Proxies and certificate authorities are those
    that the environment names to ``requests``. ``client`` names the files of our certificate and its key, which are
    read at each new connection.
    """
    given = requests.Session().merge_environment_settings(url, {}, stream=None, verify=None, cert=None)
    bundle = given["verify"] if isinstance(given["verify"], str) else requests.utils.DEFAULT_CA_BUNDLE_PATH
    trusted = {"cert_reqs": "CERT_REQUIRED", "ca_cert_dir" if Path(bundle).is_dir() else "ca_certs": bundle}
    if client:
        trusted |= dict(zip(("cert_file", "key_file"), client, strict=True))
    proxy, adapter = requests.utils.select_proxy(url, given["proxies"]), FreshConnections(number)
    if proxy:
        return adapter.proxy_manager_for(requests.utils.prepend_scheme_if_needed(proxy, "http"), **trusted), url
    return adapter.poolmanager.connection_from_url(url, trusted), parse_url(url).request_uri


def never_reached(error: requests.RequestException | HTTPError) -> Declined | None:
    """Return what a failure means that certainly came before the request was sent; None for any other failure."""
    wrapped = error.args[0] if error.args else None
    reason = wrapped.reason if isinstance(wrapped, MaxRetryError) else error
    # A proxy that is not there has its own wrapping.
    reason = getattr(reason, "original_error", reason)
    if isinstance(reason, NewConnectionError | ConnectTimeoutError):
        return Declined(Meaning.BUSY, "connect")
    if isinstance(reason, SSLError) and isinstance(reason.args[0], ssl.SSLCertVerificationError):
        return Declined(Meaning.ACCOUNT, "certificate")
    return None


def read_text(answer: BaseHTTPResponse, *, longest: int) -> str:
    """Return the beginning of the text of a streamed answer; raise Uncertain where it takes too long."""
    read, until = bytearray(), monotonic() + timings().read.total_seconds()
    while len(read) < longest and (piece := answer.read1(longest, decode_content=True)):
        read += piece
        if monotonic() > until:
            raise Uncertain(code="slow")
    return read.decode(errors="replace")
