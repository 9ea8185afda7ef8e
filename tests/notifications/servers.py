"""Small servers that speak as a carrier would, and can be told to misbehave."""

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast
from urllib.parse import parse_qs


@dataclass
class TwilioLike:
    """Answers ``POST …/Messages.json`` with the status and text it was told."""

    status: int = 201
    answer: str = '{"sid": "SM1", "status": "queued"}'
    hangs_up: bool = False
    asked: list[tuple[str, dict[str, list[str]]]] = field(default_factory=list)
    url: str = ""


@contextmanager
def twilio_like() -> Iterator[TwilioLike]:
    """Serve a Twilio of one's own."""
    told = TwilioLike()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            told.asked.append((self.path, parse_qs(self.rfile.read(length).decode())))
            if told.hangs_up:
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self.send_response(told.status)
            self.end_headers()
            self.wfile.write(told.answer.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        told.url = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        yield told
        server.shutdown()


@dataclass
class MailServer:
    """Answers SMTP commands with a yes, or with what it was told for a command; ``None`` hangs up."""

    answers: dict[str, str | None] = field(default_factory=dict)
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
        answer = self._told.answers.get(moment, usual)
        if answer is None:
            return ""
        self.wfile.write(answer.encode() + b"\r\n")
        return answer

    @property
    def _told(self) -> MailServer:
        return cast("_MailSocket", self.server).told


class _MailSocket(socketserver.ThreadingTCPServer):
    told: MailServer


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """Serve an SMTP server that keeps what it took."""
    with _MailSocket(("127.0.0.1", 0), _Session) as server:
        server.told = MailServer(port=server.server_address[1])
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        yield server.told
        server.shutdown()
