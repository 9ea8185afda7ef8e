"""Small servers that speak as a carrier would, and can be told to misbehave."""

import json
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple, cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


class Asked(NamedTuple):
    """One request a gateway got."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class GatewayLike:
    """Answers everything as it was told: at once, a letter at a time, or by hanging up."""

    status: int = 200
    answer: bytes = b"OK 17"
    headers: dict[str, str] = field(default_factory=dict)
    hangs_up: bool = False
    drips: bool = False
    asked: list[Asked] = field(default_factory=list)
    url: str = ""
    over: threading.Event = field(default_factory=threading.Event)


class _Gateway(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._told.asked.append(Asked(self.command, self.path, dict(self.headers), body))
        if self._told.hangs_up:
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(self._told.status)
        for name, value in self._told.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self._answer()

    def do_GET(self) -> None:
        self.do_POST()

    def _answer(self) -> None:
        if not self._told.drips:
            self.wfile.write(self._told.answer)
            return
        for letter in self._told.answer:
            self.wfile.write(bytes([letter]))
            self._told.over.wait(0.02)

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    @property
    def _told(self) -> GatewayLike:
        return cast("_GatewaySocket", self.server).told


class _GatewaySocket(ThreadingHTTPServer):
    told: GatewayLike

    def handle_error(self, *_: object) -> None:
        """Let a client hang up."""


@contextmanager
def gateway_like(*, tls: ssl.SSLContext | None = None) -> Iterator[GatewayLike]:
    """Serve an SMS gateway of one's own."""
    with _GatewaySocket(("127.0.0.1", 0), _Gateway) as server:
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        address = f"127.0.0.1:{server.server_address[1]}/send"
        server.told = GatewayLike(url=f"{'https' if tls else 'http'}://{address}")
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        try:
            yield server.told
        finally:
            server.told.over.set()
            server.shutdown()


@dataclass
class Keeping:
    """A gateway that keeps connections open, and counts them and its answers; ``padding`` makes an answer longer."""

    url: str = ""
    hangs_up: bool = False
    padding: int = 0
    connections: int = 0
    asked: int = 0
    open: list[socket.socket] = field(default_factory=list)

    def close_all(self) -> None:
        """Close what is open, as a gateway does with idle connections, and wait until the other end can know."""
        for connection in self.open:
            connection.shutdown(socket.SHUT_RDWR)


class _KeepingHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        super().setup()
        self._told.connections += 1
        self._told.open.append(self.connection)

    def do_POST(self) -> None:
        asked = self.rfile.read(int(self.headers["Content-Length"]))
        self._told.asked += 1
        if self._told.hangs_up:
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        number, reference = self._told.asked, json.loads(asked)["reference"]
        answer = f"OK {number} for={reference}".encode() + b"." * self._told.padding
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    @property
    def _told(self) -> Keeping:
        return cast("_KeepingSocket", self.server).told


class _KeepingSocket(ThreadingHTTPServer):
    told: Keeping
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Let a client hang up."""


@contextmanager
def keeping_gateway() -> Iterator[Keeping]:
    """Serve a gateway that keeps connections open."""
    with _KeepingSocket(("127.0.0.1", 0), _KeepingHandler) as server:
        server.told = Keeping(url=f"http://127.0.0.1:{server.server_address[1]}/send")
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        try:
            yield server.told
        finally:
            server.shutdown()


def of_nobody(certificate: Path | None = None, *, host: str = "") -> ssl.SSLContext:
    """Return the context of a server whose certificate nobody vouches for, unless they trust the file it is left in."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = datetime.now(UTC)
    unsigned = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    if host:
        unsigned = unsigned.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with TemporaryDirectory() as folder:
        file, signed = Path(folder) / "server.pem", unsigned.sign(key, hashes.SHA256())
        public = signed.public_bytes(serialization.Encoding.PEM)
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + public
        )
        if certificate:
            certificate.write_bytes(public)
        context.load_cert_chain(file)
    return context


#: How long a server that drips takes over each letter.
DRIP_SECONDS = 0.02


@dataclass
class MailServer:
    """Answers SMTP commands with a yes, or with what it was told for a command; ``None`` hangs up."""

    answers: dict[str, str | None] = field(default_factory=dict)
    silent_at: str = ""
    dripping_at: str = ""
    #: How many letters drip, unless the server is over before.
    drips: int = 1500
    seconds_before_each: float = 0
    over: threading.Event = field(default_factory=threading.Event)
    mails: list[EmailMessage] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    port: int = 0


class _Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        if self._say("GREETING", "220 ready"):
            while self._turn():
                pass

    def _turn(self) -> bool:
        line = self.rfile.readline().decode().strip()
        command = line.split(" ")[0].upper()
        if not command:
            return False
        self._told.commands.append(line)
        usual = {"DATA": "354 go on", "QUIT": "221 bye"}.get(command, "250 ok")
        said = self._say(command, usual)
        if command == "DATA" and said.startswith("354"):
            said = self._take()
        return bool(said) and command != "QUIT"

    def _take(self) -> str:
        lines: list[bytes] = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        mail = message_from_bytes(b"".join(lines), policy=policy.default)
        self._told.mails.append(mail)
        return self._say("BODY", "250 taken")

    def _say(self, moment: str, usual: str) -> str:
        self._told.over.wait(None if moment == self._told.silent_at else self._told.seconds_before_each)
        answer = self._told.answers.get(moment, usual)
        if answer is None:
            return ""
        if moment == self._told.dripping_at:
            self._drip(f"{answer[:4]}{'x' * self._told.drips}")
        self.wfile.write(answer.encode() + b"\r\n")
        return answer

    def _drip(self, text: str) -> None:
        """Send a line that goes on, letter by letter: each read is quick, and all of them together are not."""
        for letter in f"{text[:3]}-{text[4:]}\r\n":
            self.wfile.write(letter.encode())
            self._told.over.wait(DRIP_SECONDS)

    @property
    def _told(self) -> MailServer:
        return cast("_MailSocket", self.server).told


class _MailSocket(socketserver.ThreadingTCPServer):
    told: MailServer

    def handle_error(self, *_: object) -> None:
        """Let a client hang up."""


@contextmanager
def mail_server(*, tls: ssl.SSLContext | None = None) -> Iterator[MailServer]:
    """Serve an SMTP server that keeps what it took."""
    with _MailSocket(("127.0.0.1", 0), _Session) as server:
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        server.told = MailServer(port=server.server_address[1])
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        yield server.told
        server.told.over.set()
        server.shutdown()
