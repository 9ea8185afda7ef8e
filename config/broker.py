"""The broker: one Redis, with TLS or without, or the master that Redis Sentinel names."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

from kombu import Connection
from redis.backoff import NoBackoff
from redis.retry import Retry

TLS_SCHEME = "rediss"


@dataclass(frozen=True)
class Broker:
    """Where the broker is. With ``sentinels`` the host of ``url`` is the name of the master that they watch."""

    url: str
    sentinels: tuple[str, ...] = ()
    sentinel_password: str = ""
    ca_file: str = ""

    def address(self) -> str:
        """Return the address in the words of Celery: that of the server, or those of all sentinels."""
        if not self.sentinels:
            return self.url
        parts = urlsplit(self.url)
        login = parts.netloc.rpartition("@")[0]
        return ";".join(f"sentinel://{login}@{place}{parts.path}" for place in self.sentinels)

    def tls(self) -> dict[str, Any] | None:
        """Return the options of TLS, with which the certificate is always verified; None without TLS."""
        if urlsplit(self.url).scheme != TLS_SCHEME:
            return None
        return {"ssl_cert_reqs": ssl.CERT_REQUIRED, "ssl_ca_certs": self.ca_file or None, "ssl_check_hostname": True}

    def options(self) -> dict[str, Any]:
        """Return the options of the transport that Sentinel needs."""
        if not self.sentinels:
            return {}
        # The host as it is written: the name of a master may have capitals.
        master = urlsplit(self.url).netloc.rpartition("@")[2].partition(":")[0]
        tls = {"ssl": True, **(self.tls() or {})} if self.tls() else {}
        # A person may be waiting: the client would try three times, with pauses of seconds, before it asks the next.
        once = {"retry": Retry(NoBackoff(), 0), "socket_connect_timeout": 1, "socket_timeout": 1}
        return {"master_name": master, "sentinel_kwargs": {"password": self.sentinel_password or None, **tls, **once}}

    def answers(self, *, seconds: float) -> bool:
        """Tell whether the broker answers; each of its servers may take ``seconds``."""
        limits = {"socket_connect_timeout": seconds, "socket_timeout": seconds, "max_retries": 0}
        options = self.options() | limits
        try:
            with Connection(self.address(), ssl=self.tls() or False, transport_options=options) as connection:
                return bool(cast("Any", connection.default_channel).client.ping())
        except Exception:  # noqa: BLE001 - kombu, redis and the socket each have errors of their own
            return False
