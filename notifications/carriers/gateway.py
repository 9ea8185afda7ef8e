"""Reads the ``SMS_HTTP_…`` settings, which describe a gateway.

A wrong one raises ImproperlyConfigured with a sentence that names the setting and does not quote it: it may hold keys.
"""

import re
import ssl
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

from kit.request_settings import is_header, is_http_address, read_json, read_placeholders, refuse
from notifications.carriers import Meaning

METHODS: Final = ("POST", "GET")
FORMATS: Final = ("json", "form", "query")
RECIPIENTS: Final = frozenset({"to", "to_digits", "to_local"})
WORDS: Final = RECIPIENTS | {"body", "sender", "id"}
# What a rule's "means" may be: that the message was accepted, which is None, or why not.
MEANS: Final[dict[str, Meaning | None]] = {
    "accepted": None,
    **{one.name.lower(): one for one in Meaning if one is not Meaning.DOWN},
}


@dataclass(frozen=True)
class Rule:
    """What an answer with this status, and a match in its text, means; None is "accepted"."""

    status: int
    matches: re.Pattern[str]
    means: Meaning | None


def read_url(text: str) -> str:
    """Return the gateway's address."""
    if not is_http_address(text):
        refuse("SMS_HTTP_URL", "is not like https://gateway.example/send; placeholders belong in SMS_HTTP_BODY")
    return text


def read_way(method: str, form: str) -> tuple[str, str]:
    """Return the method and the format, after checking that they go together."""
    if method not in METHODS:
        refuse("SMS_HTTP_METHOD", f"is none of {', '.join(METHODS)}")
    if form not in FORMATS:
        refuse("SMS_HTTP_FORMAT", f"is none of {', '.join(FORMATS)}")
    if method == "GET" and form != "query":
        refuse("SMS_HTTP_METHOD", "is GET, which has no body: choose POST, or SMS_HTTP_FORMAT=query")
    return method, form


def read_client(certificate: str, key: str) -> tuple[str, str] | None:
    """Return the files of our certificate and its key, which is in the same one if none is named; None for neither."""
    if not certificate:
        if key:
            refuse("SMS_HTTP_KEY_FILE", "is a key without a certificate; name it in SMS_HTTP_CERT_FILE")
        return None
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(certificate, key or None)
    except OSError:
        refuse("SMS_HTTP_CERT_FILE", "and SMS_HTTP_KEY_FILE are no certificate with its key")
    return certificate, key or certificate


def read_headers(text: str) -> dict[str, str]:
    """Return the headers; they may contain ``{id}``, for gateways that take a message once under one key."""
    headers = read_json("SMS_HTTP_HEADERS", text)
    if not isinstance(headers, dict) or not all(map(is_header, headers, headers.values())):
        refuse("SMS_HTTP_HEADERS", 'is not a JSON object of ASCII texts, like {"Authorization": "Bearer …"}')
    read_placeholders("SMS_HTTP_HEADERS", headers, known={"id"})
    return headers


def read_body(text: str, form: str) -> Any:
    """Return the template of the request: any JSON, or the pairs of a form or a query."""
    body = read_json("SMS_HTTP_BODY", text) if form == "json" else _pairs(text)
    used = read_placeholders("SMS_HTTP_BODY", body, known=WORDS)
    if "body" not in used or not RECIPIENTS & used:
        refuse("SMS_HTTP_BODY", "does not say {body} and one of {to}, {to_digits} and {to_local}")
    return body


def _pairs(text: str) -> list[list[str]]:
    try:
        return [list(pair) for pair in parse_qsl(text, keep_blank_values=True, strict_parsing=True)]
    except ValueError:
        refuse("SMS_HTTP_BODY", "is not like to={to}&text={body}, which SMS_HTTP_FORMAT asks for")


def read_rules(text: str) -> tuple[Rule, ...]:
    """Return the rules, of which the first that fits an answer decides."""
    rules = read_json("SMS_HTTP_ANSWERS", text)
    if not isinstance(rules, list):
        refuse("SMS_HTTP_ANSWERS", "is not a JSON list of rules")
    read = tuple(_rule(f"SMS_HTTP_ANSWERS, rule {number},", rule) for number, rule in enumerate(rules, start=1))
    if all(rule.means is not None for rule in read):
        refuse("SMS_HTTP_ANSWERS", 'has no rule that means "accepted"')
    return read


def _rule(where: str, rule: Any) -> Rule:
    if not isinstance(rule, dict) or not {"status", "means"} <= rule.keys() <= {"status", "matches", "means"}:
        refuse(where, 'is not like {"status": 200, "matches": "…", "means": "accepted"}')
    status, pattern, means = rule["status"], rule.get("matches", ""), rule["means"]
    if type(status) is not int or not 100 <= status < 600:  # noqa: PLR2004 - RFC 9110, 15
        refuse(where, "has a status that is no HTTP status, such as 200")
    if not isinstance(means, str) or means not in MEANS:
        refuse(where, f'has a "means" that is none of {", ".join(MEANS)}')
    try:
        return Rule(status, re.compile(pattern), MEANS[means])
    except (re.error, TypeError):
        refuse(where, 'has a "matches" that is no regular expression')
