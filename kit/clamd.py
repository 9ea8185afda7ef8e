"""A client of clamd, the scanner of ClamAV: asks over a socket whether a file contains a known virus."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

PORT: Final = 3310
CONNECT_SECONDS: Final = 3
#: Between two pieces of the file, and until the answer.
ANSWER_SECONDS: Final = 20
SCHEMES: Final = ("tcp", "unix")
_CLEAN: Final = "stream: OK"
_FOUND: Final = " FOUND"
_MOST_ANSWERED: Final = 1024


class ScannerUnavailable(OSError):
    """clamd cannot be reached, is too slow, or could not scan the file."""


def scan(url: str, chunks: Iterable[bytes]) -> str:
    """Return the name of the virus that clamd finds in ``chunks``, empty for none; raise ``ScannerUnavailable``.

    ``url`` is tcp://host:port or unix:///path.
    """
    try:
        with _connected(url) as connection:
            connection.sendall(b"zINSTREAM\0")
            for chunk in filter(None, chunks):
                connection.sendall(len(chunk).to_bytes(4) + chunk)
            connection.sendall(bytes(4))
            answer = _answer(connection)
    except OSError as error:
        raise ScannerUnavailable(type(error).__name__) from error
    if answer.endswith(_FOUND):
        return answer.removeprefix("stream: ").removesuffix(_FOUND)
    if answer != _CLEAN:
        # For example that the file is larger than its StreamMaxLength.
        raise ScannerUnavailable(answer)
    return ""


def answers(url: str) -> bool:
    """Tell whether clamd is there."""
    try:
        with _connected(url) as connection:
            connection.sendall(b"zPING\0")
            return _answer(connection) == "PONG"
    except OSError:
        return False


def _connected(url: str) -> socket.socket:
    parts = urlsplit(url)
    if parts.scheme == "unix":
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(CONNECT_SECONDS)
        try:
            connection.connect(parts.path)
        except OSError:
            connection.close()
            raise
    else:
        connection = socket.create_connection((parts.hostname or "", parts.port or PORT), CONNECT_SECONDS)
    connection.settimeout(ANSWER_SECONDS)
    return connection


def _answer(connection: socket.socket) -> str:
    """Return what clamd says up to the NUL that ends it."""
    said = b""
    while not said.endswith(b"\0") and len(said) < _MOST_ANSWERED and (piece := connection.recv(_MOST_ANSWERED)):
        said += piece
    return said.rstrip(b"\0").decode("utf-8", "replace")
