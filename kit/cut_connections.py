"""Ends a connection after a time, whatever it does: its own timeout begins anew with every letter that drips in."""

import socket
from contextlib import suppress
from threading import Timer
from typing import Self


class Cut:
    """Shuts ``connected`` down after ``seconds``, unless the block is over before; then ``is_done`` is true."""

    def __init__(self, connected: socket.socket, *, seconds: float) -> None:
        self.is_done = False
        self._socket = connected
        self._timer = Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def _cut(self) -> None:
        self.is_done = True
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
