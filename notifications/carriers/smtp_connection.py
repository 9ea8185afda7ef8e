"""A connection to a mail server that ends at a moment, whatever the server does.

smtplib limits each read: a server that sends a letter every second would hold a sender for hours.
"""

from __future__ import annotations

import io
import smtplib
import socket
from collections.abc import Callable
from functools import partial
from time import monotonic
from typing import Any, Final, cast

from django.core.mail.backends.smtp import EmailBackend

from notifications.runtime import timings

#: One record of TLS: what the system writes before the time is looked at again.
PIECE: Final = 16 * 1024


class BoundedBackend(EmailBackend):
    """Django's connection, every step of which must be done ``until`` a moment of the monotonic clock."""

    def __init__(self, *, until: float, **server: Any) -> None:
        """Take the moment, and host, port, credentials and encryption of the server."""
        super().__init__(alias="carrier", timeout=timings().read.total_seconds(), **server)
        self._until = until

    @property
    def connection_class(self) -> Callable[..., smtplib.SMTP]:  # type: ignore[override]  # all that Django does is call it
        """Return what makes the connection."""
        return partial(_BoundedTls if self.use_ssl else _Bounded, until=self._until)


class _Bounded(smtplib.SMTP):
    """Gives each step what is left of the time, and at most the time of one read."""

    def __init__(self, *given: Any, until: float, **named: Any) -> None:
        self._until = until
        super().__init__(*given, **named)

    def limit_step(self) -> None:
        """Let the next step take what is left; raise TimeoutError if nothing is."""
        left = self._until - monotonic()
        if left <= 0:
            raise TimeoutError
        if self.sock is not None:
            self.sock.settimeout(min(left, timings().read.total_seconds()))

    def _limit_or_close(self) -> None:
        try:
            self.limit_step()
        except TimeoutError:
            self.close()
            text = "The time is over."
            raise smtplib.SMTPServerDisconnected(text) from None

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        """Connect, and shake hands where the connection begins with TLS."""
        del timeout
        made: socket.socket = super()._get_socket(host, port, timings().connect.total_seconds())  # type: ignore[misc]
        return made

    def getreply(self) -> tuple[int, bytes]:
        """Read one answer, letter by letter if the server wants it so."""
        if self.file is None:
            self.file = io.BufferedReader(_Answers(self))
        return super().getreply()

    def send(self, s: Any) -> None:
        """Send a command, or the message."""
        data = s.encode(self.command_encoding) if isinstance(s, str) else s
        for start in range(0, len(data), PIECE):
            self._limit_or_close()
            super().send(data[start : start + PIECE])

    def starttls(self, **named: Any) -> tuple[int, bytes]:
        """Change to TLS; the handshake is a step like any other."""
        self._limit_or_close()
        return super().starttls(**named)


class _BoundedTls(_Bounded, smtplib.SMTP_SSL):
    """A connection that begins with TLS."""


class _Answers(io.RawIOBase):
    """What the server sends, each read limited by what is left of the time."""

    def __init__(self, connection: _Bounded) -> None:
        self._connection, self._socket = connection, cast("socket.socket", connection.sock)

    def readable(self) -> bool:
        """Tell that it is read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read what is there."""
        self._connection.limit_step()
        return self._socket.recv_into(buffer)
