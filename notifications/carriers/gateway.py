"""Reads the ``SMS_HTTP_…`` settings, which describe a gateway.

A wrong one raises ImproperlyConfigured with a sentence that names the setting and does not quote it: it may hold keys.
"""

import json
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Final, NoReturn
from urllib.parse import parse_qsl, urlsplit

from django.core.exceptions import ImproperlyConfigured

from notifications.carriers import Meaning

METHODS: Final = ("POST", "GET")
FORMATS: Final = ("json", "form", "query")
PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")
RECIPIENTS: Final = frozenset({"to", "to_digits", "to_local"})
WORDS: Final = RECIPIENTS | {"body", "sender", "id"}
# What a rule's "means" may be: that the message was accepted, which is None, or why not.
MEANS: Final[dict[str, Meaning | None]] = {"accepted": None, **{one.name.lower(): one for one in Meaning}}


@dataclass(frozen=True)
class Rule:
    """What an answer with this status, and a match in its text, means; None is "accepted"."""

    status: int
    matches: re.Pattern[str]
    means: Meaning | None


def filled(template: Any, value_of: Callable[[str], str]) -> Any:
    """Return a template with ``value_of(name)`` for each placeholder in its values.

    A template is the parsed structure and not its text, so that values are escaped when the structure is written.
    """
    if isinstance(template, str):
        return PLACEHOLDER.sub(lambda found: value_of(found[1]), template)
    if isinstance(template, dict):
        return {key: filled(value, value_of) for key, value in template.items()}
    if isinstance(template, list):
        return [filled(value, value_of) for value in template]
    return template


def read_url(text: str) -> str:
    """Return the gateway's address."""
    try:
        parts = urlsplit(text)
        usable = parts.scheme in {"http", "https"} and bool((parts.hostname or "").encode("idna")) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or "{" in text:
        _refuse("SMS_HTTP_URL", "is not like https://gateway.example/send; placeholders belong in SMS_HTTP_BODY")
    return text


def read_way(method: str, form: str) -> tuple[str, str]:
    """Return the method and the format, after checking that they go together."""
    if method not in METHODS:
        _refuse("SMS_HTTP_METHOD", f"is none of {', '.join(METHODS)}")
    if form not in FORMATS:
        _refuse("SMS_HTTP_FORMAT", f"is none of {', '.join(FORMATS)}")
    if method == "GET" and form != "query":
        _refuse("SMS_HTTP_METHOD", "is GET, which has no body: choose POST, or SMS_HTTP_FORMAT=query")
    return method, form


def read_headers(text: str) -> dict[str, str]:
    """Return the headers; they may contain ``{id}``, for gateways that take a message once under one key."""
    headers = _json("SMS_HTTP_HEADERS", text)
    if not isinstance(headers, dict) or not all(map(_is_header, headers, headers.values())):
        _refuse("SMS_HTTP_HEADERS", 'is not a JSON object of ASCII texts, like {"Authorization": "Bearer …"}')
    _placeholders("SMS_HTTP_HEADERS", headers, known={"id"})
    return headers


def _is_header(name: str, value: Any) -> bool:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9-]+", name):
        return False
    return value.isascii() and value.isprintable() and value == value.strip()


def read_body(text: str, form: str) -> Any:
    """Return the template of the request: any JSON, or the pairs of a form or a query."""
    body = _json("SMS_HTTP_BODY", text) if form == "json" else _pairs(text)
    used = _placeholders("SMS_HTTP_BODY", body, known=WORDS)
    if "body" not in used or not RECIPIENTS & used:
        _refuse("SMS_HTTP_BODY", "does not say {body} and one of {to}, {to_digits} and {to_local}")
    return body


def _pairs(text: str) -> list[list[str]]:
    try:
        return [list(pair) for pair in parse_qsl(text, keep_blank_values=True, strict_parsing=True)]
    except ValueError:
        _refuse("SMS_HTTP_BODY", "is not like to={to}&text={body}, which SMS_HTTP_FORMAT asks for")


def _placeholders(setting: str, template: Any, *, known: Collection[str]) -> set[str]:
    """Return the placeholders a template uses."""
    used: set[str] = set()

    def note(name: str) -> str:
        used.add(name)
        return ""

    filled(template, note)
    if unknown := used - set(known):
        _refuse(
            setting, f"has a placeholder nothing stands for: {', '.join(f'{{{name}}}' for name in sorted(unknown))}"
        )
    return used


def read_rules(text: str) -> tuple[Rule, ...]:
    """Return the rules, of which the first that fits an answer decides."""
    rules = _json("SMS_HTTP_ANSWERS", text)
    if not isinstance(rules, list):
        _refuse("SMS_HTTP_ANSWERS", "is not a JSON list of rules")
    read = tuple(_rule(f"SMS_HTTP_ANSWERS, rule {number},", rule) for number, rule in enumerate(rules, start=1))
    if all(rule.means is not None for rule in read):
        _refuse("SMS_HTTP_ANSWERS", 'has no rule that means "accepted"')
    return read


def _rule(where: str, rule: Any) -> Rule:
    if not isinstance(rule, dict) or not {"status", "means"} <= rule.keys() <= {"status", "matches", "means"}:
        _refuse(where, 'is not like {"status": 200, "matches": "…", "means": "accepted"}')
    status, pattern, means = rule["status"], rule.get("matches", ""), rule["means"]
    if type(status) is not int or not 100 <= status < 600:  # noqa: PLR2004 - RFC 9110, 15
        _refuse(where, "has a status that is no HTTP status, such as 200")
    if not isinstance(means, str) or means not in MEANS:
        _refuse(where, f'has a "means" that is none of {", ".join(MEANS)}')
    try:
        return Rule(status, re.compile(pattern), MEANS[means])
    except (re.error, TypeError):
        _refuse(where, 'has a "matches" that is no regular expression')


def _json(setting: str, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        _refuse(setting, "is not JSON")


def _refuse(what: str, why: str) -> NoReturn:
    text = f"{what} {why}."
    # Without the error that led here, which may quote the setting.
    raise ImproperlyConfigured(text) from None
