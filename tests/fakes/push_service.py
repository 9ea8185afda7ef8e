"""A push service and the browser behind it: takes what is pushed, opens it with the browser's keys, and misbehaves."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey

from notifications.carriers.push_encryption import from_text, to_text
from notifications.models.addresses import PushAddress


@dataclass
class FakePushService:
    """Answers with ``status``; ``shown`` are the notifications of its one browser, by their tag."""

    status: int = 201
    url: str = ""
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    secret: bytes = field(default_factory=lambda: os.urandom(16))
    calls: list[dict[str, str]] = field(default_factory=list)
    shown: dict[str, dict[str, Any]] = field(default_factory=dict)

    def address(self, path: str = "/browser") -> PushAddress:
        """Return what the browser tells us when it subscribes."""
        return PushAddress(f"{self.url}{path}", to_text(_encoded(self.key.public_key())), to_text(self.secret))

    def take(self, headers: dict[str, str], body: bytes) -> None:
        """Check who sends, and show what is pushed."""
        self.calls.append(headers)
        if self.status == 201:
            content = json.loads(self.open(body))
            self.shown[content["tag"]] = content

    def open(self, body: bytes) -> bytes:
        """Return what only this browser can read (RFC 8291)."""
        salt, ours = body[:16], body[21 : 21 + body[20]]
        sender = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), ours)
        info = b"WebPush: info\0" + _encoded(self.key.public_key()) + ours
        material = HKDF(hashes.SHA256(), 32, self.secret, info).derive(self.key.exchange(ec.ECDH(), sender))
        key = HKDF(hashes.SHA256(), 16, salt, b"Content-Encoding: aes128gcm\0").derive(material)
        nonce = HKDF(hashes.SHA256(), 12, salt, b"Content-Encoding: nonce\0").derive(material)
        return AESGCM(key).decrypt(nonce, body[21 + body[20] :], None).rstrip(b"\2")


def claims_of(authorization: str) -> dict[str, Any]:
    """Return what the sender says of itself, if its signature is that of the key beside it."""
    token, key = authorization.removeprefix("vapid t=").split(", k=")
    point = from_text(key)
    public = {"kty": "EC", "crv": "P-256", "x": to_text(point[1:33]), "y": to_text(point[33:])}
    return dict(jwt.decode(token, ECKey.import_key(public)).claims)


def _encoded(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        service = cast("_Server", self.server).service
        service.take(dict(self.headers), body)
        self.send_response(service.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name in the base class
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    service: FakePushService


@contextmanager
def fake_push_service() -> Iterator[FakePushService]:
    """Run a push service on a port of its own."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.service = FakePushService(url=f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.service
    finally:
        server.shutdown()
        server.server_close()
