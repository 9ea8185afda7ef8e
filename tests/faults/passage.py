"""The way to a server, which can be closed or held: what is on the other side is dead then, or frozen."""

from __future__ import annotations

import contextlib
import socket
from threading import Event, Thread


class Passage:
    """Passes on what comes to a port of its own, and what is answered.

    Closed, it refuses connections and cuts those there are, as a killed server does. Held, it takes connections and
    says nothing, as a frozen server does: the kernel goes on receiving for it.
    """

    def __init__(self, host: str, port: int) -> None:
        self._behind = (host, port)
        self._flows = Event()
        self._ends: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.open()

    def open(self) -> None:
        """Let everything through, now and from now on."""
        if self._listener.fileno() < 0:
            self._listener = socket.create_server(("127.0.0.1", self.port))
        self._flows.set()
        Thread(target=self._serve, args=[self._listener], daemon=True).start()

    def hold(self) -> None:
        """Let nothing through, and keep everything open."""
        self._flows.clear()

    def release(self) -> None:
        """Let through what was held."""
        self._flows.set()

    def close(self) -> None:
        """Refuse, and cut what there is."""
        # A thread that waits in `accept` keeps the port until it is told.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        while self._ends:
            end = self._ends.pop()
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._flows.set()

    def _serve(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.create_connection(self._behind)
                self._ends += [near, far]
                for source, target in ((near, far), (far, near)):
                    Thread(target=self._pass_on, args=[source, target], daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while said := source.recv(65536):
                self._flows.wait()
                target.sendall(said)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
