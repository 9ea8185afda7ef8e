"""How a row reaches the pages: over HTTP as a browser with the cookies of its person, or over a bare socket."""

from __future__ import annotations

import contextlib
import socket
import string
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from urllib.parse import quote

from django.conf import settings
from django.test import Client

from accounts.models import Citizen, User
from tests.bench.attack.rows import Answer, Row, WireRow, filled
from tests.cast import sign_in

TOKEN = "c" * 32
SECONDS = 30
FORM = "application/x-www-form-urlencoded"
VISITOR = "visitor"


def session_of(person: User | Citizen) -> str:
    """Open a session for ``person`` and return its key."""
    return sign_in(Client(), person).cookies[settings.SESSION_COOKIE_NAME].value


def _address(row: Row, places: Mapping[str, str]) -> str:
    """Return the address as a browser would send it: letters beyond ASCII encoded, everything else as it stands."""
    return quote(filled(row.address, places), safe=string.printable)


class Browsers:
    """A browser for each person and each stranger with a name; ``visitor`` is somebody else every time."""

    def __init__(self, port: int, people: Mapping[str, User | Citizen]) -> None:
        self.port = port
        self.cookies = {name: {settings.SESSION_COOKIE_NAME: session_of(person)} for name, person in people.items()}
        self._asked = 0

    def send(self, who: str, row: Row, places: Mapping[str, str]) -> Answer:
        """Send ``row`` as ``who``, from an address of their own, and return what came back."""
        self._asked += 1
        cookies = {} if who == VISITOR else self.cookies.setdefault(who, {})
        connection = HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        try:
            body = filled(row.body, places).encode("utf-8", "surrogatepass")
            headers = self._headers(who, row, places, cookies)
            connection.request(row.method, _address(row, places), body or None, headers)
            answer = connection.getresponse()
            for line in answer.headers.get_all("Set-Cookie") or []:
                name, _, value = line.partition(";")[0].partition("=")
                cookies[name] = value
            said = {name: ", ".join(answer.headers.get_all(name) or []) for name in answer.headers}
            return Answer(answer.status, answer.read(), said)
        except (OSError, HTTPException):
            return Answer(0)
        finally:
            connection.close()

    def _headers(self, who: str, row: Row, places: Mapping[str, str], cookies: Mapping[str, str]) -> Mapping[str, str]:
        names = [*self.cookies, VISITOR]
        number = self._asked if who == VISITOR else names.index(who)
        known = {settings.CSRF_COOKIE_NAME: TOKEN} | dict(cookies)
        headers = {
            "Host": f"localhost:{self.port}",
            "X-Forwarded-For": f"198.{18 + (who == VISITOR)}.{number // 250}.{number % 250 + 1}",
            "Cookie": "; ".join(f"{name}={value}" for name, value in known.items()),
            "Content-Type": FORM,
        }
        token = {"X-CSRFToken": known[settings.CSRF_COOKIE_NAME]} if row.has_token else {}
        return headers | token | {name: filled(value, places) for name, value in row.headers.items()}


def send_bytes(port: int, row: WireRow) -> Answer:
    """Send the bytes of ``row`` and return the first answer; bytes that no answer followed are the status 0."""
    received = b""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as connection:
        connection.sendall(row.sent)
        connection.shutdown(socket.SHUT_WR)
        while piece := connection.recv(65_536):
            received += piece
    head, _, _body = received.partition(b"\r\n")
    parts = head.split()
    status = int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else 0
    return Answer(status, received)


class InProcess:
    """The same rows through Django's own client, which is quick enough for the suite."""

    def __init__(self, people: Mapping[str, User | Citizen]) -> None:
        self.clients = {name: sign_in(Client(enforce_csrf_checks=True), person) for name, person in people.items()}

    def send(self, who: str, row: Row, places: Mapping[str, str]) -> Answer:
        """Send ``row`` as ``who`` and return what came back."""
        client = self.clients.get(who) or Client(enforce_csrf_checks=True)
        client.raise_request_exception = False
        client.cookies[settings.CSRF_COOKIE_NAME] = TOKEN
        token = {"X-CSRFToken": TOKEN} if row.has_token else {}
        headers = {"Host": "testserver"} | token | {name: filled(value, places) for name, value in row.headers.items()}
        kind = str(headers.pop("Content-Type", FORM))
        data = filled(row.body, places).encode("utf-8", "surrogatepass")
        answer = client.generic(row.method, _address(row, places), data, kind, headers=headers)
        body = b"".join(answer) if answer.streaming else answer.content
        cookies = ", ".join(f"{name}={morsel.coded_value}" for name, morsel in answer.cookies.items())
        return Answer(answer.status_code, body, dict(answer.headers.items()) | {"Set-Cookie": cookies})
