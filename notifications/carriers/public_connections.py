"""Connections to addresses that outsiders named: only to public machines, and to the very address that was checked.

A name is resolved once, every address it has must be public, and the connection goes to one of them: a name that leads
somewhere else at the next look-up leads nowhere. No proxy is used, because a proxy would resolve the name again.
"""

import socket
from functools import cache
from typing import Any, Final

import requests.utils
from urllib3 import PoolManager
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.util import connection

from kit.cut_connections import Cut
from notifications.carriers.connections import FreshHttpPool, FreshHttpsPool, HttpConnection, HttpsConnection
from notifications.carriers.public_addresses import public_addresses

MOST_POOLS: Final = 50


class _Public:
    """Resolves, checks and connects in one step; the certificate is still checked against the name.

    What comes back may be hostile, and has its time.
    """

    def _new_conn(self: Any) -> socket.socket:
        try:
            addresses = public_addresses(self._dns_host, self.port)
        except (OSError, UnicodeError) as error:
            # What is no name of a machine, as "a..example", has no address either.
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

    def getresponse(self: Any) -> Any:
        """Read the head of an answer within the time to be answered: letter by letter it could take days."""
        with Cut(self.sock, seconds=self.timeout) as cut:
            answer = super().getresponse()  # type: ignore[misc]
        if cut.is_done:
            # What was cut off in its middle reads like a shorter head.
            answer.close()
            raise TimeoutError
        return answer


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
