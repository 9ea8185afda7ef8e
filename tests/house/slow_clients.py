"""Clients that send slowly, and one that does not: how long it waits meanwhile."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection, HTTPException, HTTPSConnection

#: A request whose end never comes: half of the headers, or a body of which one byte in a million has come.
HALF_HEADERS = b"POST /ar/track/ HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
HALF_BODY = (
    b"POST /ar/track/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 1000000\r\n\r\nr"
)


@contextmanager
def slow_clients(port: int, count: int, *, tls: ssl.SSLContext | None = None) -> Iterator[None]:
    """Keep ``count`` unfinished requests open, half of them without the end of their headers."""
    with ExitStack() as stack:
        for number in range(count):
            plain = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
            client = stack.enter_context(tls.wrap_socket(plain, server_hostname="localhost")) if tls else plain
            client.sendall(HALF_BODY if number % 2 else HALF_HEADERS)
        yield


def seconds_for_a_page(
    port: int, *, within: float, tls: ssl.SSLContext | None = None, path: str = "/ar/help/"
) -> float:
    """Return how long a page took; raises AssertionError unless it is answered ``within`` so many seconds."""
    began = time.monotonic()
    connection = (
        HTTPSConnection("localhost", port, timeout=within, context=tls)
        if tls
        else HTTPConnection("localhost", port, timeout=within)
    )
    try:
        connection.request("GET", "/ar/help/")
        status = connection.getresponse().status
    except (OSError, HTTPException) as error:
        message = f"no answer within {within} seconds: {type(error).__name__}"
        raise AssertionError(message) from error
    finally:
        connection.close()
    assert status == 200
    return time.monotonic() - began
