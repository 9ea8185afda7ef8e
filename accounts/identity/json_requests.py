"""One request to somebody else's JSON interface: bounded in time and size, without redirects and repetitions."""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from time import monotonic
from typing import Any, Final
from urllib.parse import urlsplit

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from kit.cut_connections import Cut

#: Such interfaces say little; a longer answer is none.
LONGEST_ANSWER: Final = 64 * 1024


class Failure(TextChoices):
    """Why there was no answer."""

    SILENT = "silent", _("It could not be reached, or did not answer in time.")
    CERTIFICATE = "certificate", _("It wants a certificate and did not accept ours, or its own could not be verified.")
    REDIRECT = "redirect", _("It redirected us to another address, which is not followed.")
    TOO_LONG = "too_long", _("Its answer was too long.")
    WRONG_TYPE = "wrong_type", _("Its answer was not JSON.")
    GARBAGE = "garbage", _("Its answer could not be read, or lacked a field.")
    CONTRADICTION = "contradiction", _("Its answer contradicted itself.")
    NO_RULE = "no_rule", _("No rule of REGISTRY_HTTP_ANSWERS fits its answer.")
    ERROR = "error", _("It answered with an error.")


class Unavailable(Exception):
    """The interface cannot be reached or its answer makes no sense: ask again later."""

    def __init__(self, failure: Failure = Failure.SILENT) -> None:
        super().__init__(failure.value)
        self.failure = failure


@dataclass(frozen=True)
class Answer:
    """What came back: the status, and the JSON of the body."""

    status: int
    content: Any = field(repr=False)


@dataclass(frozen=True)
class JsonRequest:
    """A GET, or with a ``body`` a POST, that may take ``seconds`` from beginning to end."""

    url: str
    seconds: float
    body: bytes | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    content_type: str = "application/json"
    tls: ssl.SSLContext | None = None


def ask(request: JsonRequest) -> Answer:
    """Make the request once. Raise ``Unavailable`` with the failure."""
    parts, until = urlsplit(request.url), monotonic() + request.seconds
    connection = _connection(request, str(parts.hostname), parts.port)
    try:
        connection.connect()
        with Cut(connection.sock, seconds=max(until - monotonic(), 0.01)):
            target = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
            headers = {**request.headers, "Accept": "application/json"}
            if request.body is not None:
                headers["Content-Type"] = request.content_type
            connection.request("GET" if request.body is None else "POST", target, request.body, headers)
            return _read(connection.getresponse())
    except Unavailable as away:
        # What was cut off in its middle is no garbage.
        raise Unavailable(Failure.SILENT if monotonic() > until else away.failure) from None
    except (OSError, HTTPException) as failed:
        # Without the cause, which may quote the answer.
        raise Unavailable(Failure.CERTIFICATE if _is_about_certificates(failed) else Failure.SILENT) from None
    finally:
        connection.close()


def _is_about_certificates(failed: Exception) -> bool:
    """Tell whether one side did not take the certificate of the other, by the name that OpenSSL gives the reason.

    By TLS 1.2 a server that gets none from us says no more than that the handshake failed.
    """
    reason = str(getattr(failed, "reason", "") or "")
    named = ("CERT", "UNKNOWN_CA", "ALERT_HANDSHAKE_FAILURE")
    return isinstance(failed, ssl.SSLError) and any(name in reason for name in named)


def _connection(request: JsonRequest, host: str, port: int | None) -> HTTPConnection:
    if request.tls is None:
        return HTTPConnection(host, port, timeout=request.seconds)
    return HTTPSConnection(host, port, timeout=request.seconds, context=request.tls)


def _read(response: HTTPResponse) -> Answer:
    if 300 <= response.status < 400:  # noqa: PLR2004 - RFC 9110, 15.4
        raise Unavailable(Failure.REDIRECT)
    body = response.read(LONGEST_ANSWER + 1)
    if len(body) > LONGEST_ANSWER:
        raise Unavailable(Failure.TOO_LONG)
    if response.length:
        raise Unavailable(Failure.SILENT)
    kind = response.headers.get_content_type()
    is_json = kind == "application/json" or kind.endswith("+json")
    if is_json:
        return Answer(response.status, _parsed(body))
    # An error says something by its status; nothing else does without JSON.
    if response.status < 400:  # noqa: PLR2004 - RFC 9110, 15.5
        raise Unavailable(Failure.WRONG_TYPE)
    return Answer(response.status, None)


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise Unavailable(Failure.GARBAGE) from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse an object that says one thing twice."""
    content = dict(pairs)
    if len(content) != len(pairs):
        raise Unavailable(Failure.CONTRADICTION)
    return content
