"""What the tests of the Twilio carrier send, and how an attempt at it ended."""

from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import BaseRequestHandler, TCPServer
from threading import Thread
from typing import Any

from notifications.carriers import (
    Declined,
    OutgoingMessage,
    Uncertain,
)

AMINA, KARIM = "+962790001234", "+962790005678"
BODY = "صدر الرد على شكوى 2604821735 bk.gov.jo/r/7Kq2Xd"


def outgoing(**changes: Any) -> OutgoingMessage:
    given = {
        "message_id": "5a0c2b1e-0000-4000-8000-000000000001",
        "attempt_id": 7,
        "to": AMINA,
        "subject": "",
        "body": BODY,
        "language": "ar",
        "token": "7Kq2Xd",
    }
    return OutgoingMessage(**(given | changes))


def said_by(act: Any) -> tuple[object, ...]:
    """Return how an act ended: what it returned, or what it raised with its code and its meaning."""
    try:
        return (act(),)
    except (Declined, Uncertain) as said:
        return type(said), said.code, getattr(said, "meaning", None)


@contextmanager
def answering(status: str, text: str) -> Iterator[str]:
    """Serve an address where every question gets one answer, whatever it is."""
    answer = f"HTTP/1.1 {status}\r\nContent-Length: {len(text)}\r\nConnection: close\r\n\r\n{text}".encode()

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(64 * 1024)
            self.request.sendall(answer)

    with TCPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
