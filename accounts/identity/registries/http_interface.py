"""Reads the ``REGISTRY_HTTP_…`` settings, which describe a registry's interface and what its answers mean.

A wrong one raises ImproperlyConfigured with a sentence that names the setting and does not quote it: it may hold keys.
"""

from __future__ import annotations

import base64
import logging
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from django.core.exceptions import ImproperlyConfigured

from accounts.identity.registries import BIRTH_DATE, NAME
from accounts.models import NumberKind
from kit.request_settings import is_header, is_http_address, read_json, read_placeholders, refuse

logger = logging.getLogger(__name__)

#: What a template may say of a person.
CLAIMED: Final = frozenset(
    {
        "number",
        "number_kind",
        "first_name",
        "father_name",
        "grandfather_name",
        "family_name",
        "birth_date",
        "nationality",
    }
)
#: Somebody waits for the answer.
LONGEST_TIMEOUT: Final = 20.0
_FILES: Final = ("REGISTRY_HTTP_CA_FILE", "REGISTRY_HTTP_CERT_FILE", "REGISTRY_HTTP_KEY_FILE")
_AUTH: Final = '{"bearer": "…"}, {"basic": {"user": "…", "password": "…"}} or {"header": {"X-Api-Key": "…"}}'


class Meaning(StrEnum):
    """What an answer means."""

    MATCH = "match"
    MISMATCH = "mismatch"
    UNKNOWN = "unknown"
    NOT_COVERED = "not_covered"
    ERROR = "error"


@dataclass(frozen=True)
class Rule:
    """What an answer with this status means that has ``value`` at ``path``; an empty path asks for the status alone."""

    status: int
    path: str
    value: str | bool | int | None
    means: Meaning


class TlsFiles:
    """Our certificate and those that we trust, read anew when one of their files changed: no restart is needed.

    While a file is being replaced, and the new ones do not fit together, the old ones are used on.
    """

    def __init__(self, given: Mapping[str, str]) -> None:
        """Read the files. Raise ImproperlyConfigured naming the setting of one that cannot be used."""
        self._given = given
        self._stamps, self._context = self._stamped(), _tls(given)

    def context(self) -> ssl.SSLContext:
        """Return what a connection is made with now."""
        stamps = self._stamped()
        if stamps != self._stamps:
            try:
                self._context = _tls(self._given)
            except ImproperlyConfigured:
                logger.warning("the new certificate of the registry cannot be used yet")
            else:
                self._stamps = stamps
        return self._context

    def _stamped(self) -> list[tuple[int, int] | None]:
        return [_stamp(Path(self._given[name])) for name in _FILES if self._given[name]]


def _stamp(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


@dataclass(frozen=True)
class Interface:
    """How a registry is asked, and what its answers mean."""

    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: Any = field(repr=False)
    rules: tuple[Rule, ...]
    fields: Mapping[str, str]
    kinds: frozenset[str]
    seconds: float
    tls: TlsFiles | None


def read_interface(given: Mapping[str, str], *, is_embedded: bool) -> Interface:
    """Read all settings; plain HTTP only where ``is_embedded``. Raise ImproperlyConfigured."""
    url = _url(given["REGISTRY_HTTP_URL"], schemes=("https", "http") if is_embedded else ("https",))
    return Interface(
        url=url,
        headers=_headers(given["REGISTRY_HTTP_AUTH"]),
        body=_body(given["REGISTRY_HTTP_BODY"]),
        rules=_rules(given["REGISTRY_HTTP_ANSWERS"]),
        fields=_fields(given["REGISTRY_HTTP_FIELDS"]),
        kinds=_kinds(given["REGISTRY_HTTP_KINDS"]),
        seconds=_seconds(given["REGISTRY_HTTP_TIMEOUT"]),
        tls=TlsFiles(given) if url.startswith("https:") else None,
    )


def _url(text: str, *, schemes: tuple[str, ...]) -> str:
    if not is_http_address(text, schemes=schemes):
        refuse("REGISTRY_HTTP_URL", f"is not like {schemes[0]}://registry.example/check, without placeholders")
    if "@" in text:
        refuse("REGISTRY_HTTP_URL", "has a user in it: write user and password into REGISTRY_HTTP_AUTH")
    return text


def _headers(text: str) -> dict[str, str]:
    headers: dict[Any, Any]
    match read_json("REGISTRY_HTTP_AUTH", text):
        case {"bearer": str(token), **rest} if token and not rest:
            headers = {"Authorization": f"Bearer {token}"}
        case {"basic": {"user": str(user), "password": str(password)}, **rest} if not rest:
            headers = {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}
        case {"header": {**named}, **rest} if not rest:
            headers = named
        case {**rest} if not rest:
            headers = {}
        case _:
            refuse("REGISTRY_HTTP_AUTH", f"is neither {{}} nor like {_AUTH}")
    if not all(map(is_header, headers, headers.values())):
        refuse("REGISTRY_HTTP_AUTH", "has a name or a value that cannot be a header: ASCII, on one line")
    return dict(headers)


def _body(text: str) -> Any:
    body = read_json("REGISTRY_HTTP_BODY", text)
    if "number" not in read_placeholders("REGISTRY_HTTP_BODY", body, known=CLAIMED):
        refuse("REGISTRY_HTTP_BODY", "does not say {number}")
    return body


def _rules(text: str) -> tuple[Rule, ...]:
    rules = read_json("REGISTRY_HTTP_ANSWERS", text)
    if not isinstance(rules, list):
        refuse("REGISTRY_HTTP_ANSWERS", "is not a JSON list of rules")
    read = tuple(_rule(f"REGISTRY_HTTP_ANSWERS, rule {number},", rule) for number, rule in enumerate(rules, start=1))
    if all(rule.means != Meaning.MATCH for rule in read):
        refuse("REGISTRY_HTTP_ANSWERS", 'has no rule that means "match"')
    return read


def _rule(where: str, rule: Any) -> Rule:
    keys = rule.keys() if isinstance(rule, dict) else frozenset()
    if keys not in ({"status", "means"}, {"status", "path", "is", "means"}):
        refuse(where, 'is not like {"status": 200, "path": "result.code", "is": "OK", "means": "match"}')
    status, path, value, means = rule["status"], rule.get("path", ""), rule.get("is"), rule["means"]
    if not isinstance(path, str) or not isinstance(value, str | bool | int | None):
        refuse(where, 'has a "path" that is no text, or an "is" that is no text, number, true, false or null')
    if type(status) is not int or not 100 <= status < 600:  # noqa: PLR2004 - RFC 9110, 15
        refuse(where, "has a status that is no HTTP status, such as 200")
    if not isinstance(means, str) or means not in list(Meaning):
        refuse(where, f'has a "means" that is none of {", ".join(Meaning)}')
    if means == Meaning.MATCH and not path:
        # The page of a proxy in between must not prove who somebody is.
        refuse(where, 'means "match" by its status alone: name the "path" and what "is" there')
    return Rule(status, path, value, Meaning(means))


def _fields(text: str) -> dict[str, str]:
    fields = read_json("REGISTRY_HTTP_FIELDS", text)
    if not isinstance(fields, dict) or not fields.keys() <= {NAME, BIRTH_DATE}:
        refuse("REGISTRY_HTTP_FIELDS", 'is not like {"name": "result.name", "birth_date": "result.birth"}')
    if not all(isinstance(path, str) and path for path in fields.values()):
        refuse("REGISTRY_HTTP_FIELDS", "has a path that is no text")
    return fields


def _kinds(text: str) -> frozenset[str]:
    kinds = frozenset(filter(None, (kind.strip() for kind in text.split(","))))
    if not kinds or not kinds <= set(NumberKind.values):
        refuse("REGISTRY_HTTP_KINDS", f"is not a list of some of {', '.join(NumberKind.values)}")
    return kinds


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0
    if not 0 < seconds <= LONGEST_TIMEOUT:
        refuse("REGISTRY_HTTP_TIMEOUT", f"is not above 0 and at most {LONGEST_TIMEOUT:g} seconds")
    return seconds


def _tls(given: Mapping[str, str]) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=given["REGISTRY_HTTP_CA_FILE"] or None)
    except OSError:
        refuse("REGISTRY_HTTP_CA_FILE", "is no file of certificates that can be read")
    if given["REGISTRY_HTTP_CERT_FILE"]:
        try:
            context.load_cert_chain(given["REGISTRY_HTTP_CERT_FILE"], given["REGISTRY_HTTP_KEY_FILE"] or None)
        except OSError:
            refuse("REGISTRY_HTTP_CERT_FILE", "and REGISTRY_HTTP_KEY_FILE are no certificate with its key")
    return context
