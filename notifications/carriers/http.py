"""SMS through any gateway with an HTTP interface: settings say how it is asked and what its answers mean."""

import json
import re
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlencode

import requests
from django.conf import settings
from urllib3 import Timeout
from urllib3.exceptions import HTTPError

from kit.request_settings import filled
from notifications.carriers import Accepted, Declined, OutgoingMessage, Uncertain, read_in_flight
from notifications.carriers.connections import kept_connections, never_reached, read_text
from notifications.carriers.gateway import Rule, read_body, read_client, read_headers, read_rules, read_url, read_way
from notifications.models import Channel
from notifications.runtime import timings

CONTENT_TYPES: Final = {"json": "application/json", "form": "application/x-www-form-urlencoded"}
COUNTRY_CODE: Final = "+962"
# A gateway says little: a longer answer is cut off here.
LONGEST_ANSWER: Final = 16 * 1024
# Of a gateway's text only what can be an id or a code is kept.
LONGEST_WORD: Final = 40


class HttpCarrier:
    """Hand SMS to the gateway that the ``SMS_HTTP_…`` settings describe, many at once over kept connections.

    A connection is used again only while it is fresh, because one that the gateway closes just then leaves its message
    unknown. So does an answer that fits no rule.
    """

    name = "http"
    channels = (Channel.SMS,)

    def __init__(self) -> None:
        """Read the settings; raise ImproperlyConfigured naming the first that is wrong."""
        self._method, self._form = read_way(settings.SMS_HTTP_METHOD, settings.SMS_HTTP_FORMAT)
        # The address as requests normalises it, with the header that a user and a password in it make.
        asked = requests.Request(self._method, read_url(settings.SMS_HTTP_URL)).prepare()
        url, _, _ = str(asked.url).partition("#")
        content = {"Content-Type": CONTENT_TYPES[self._form]} if self._form in CONTENT_TYPES else {}
        self._headers = {**content, **_authorization(asked), **read_headers(settings.SMS_HTTP_HEADERS)}
        self._body = read_body(settings.SMS_HTTP_BODY, self._form)
        self._rules = read_rules(settings.SMS_HTTP_ANSWERS)
        self.in_flight = read_in_flight("SMS_HTTP_IN_FLIGHT")
        client = read_client(settings.SMS_HTTP_CERT_FILE, settings.SMS_HTTP_KEY_FILE)
        self._connections, self._url = kept_connections(url, self.in_flight, client)

    def send(self, message: OutgoingMessage) -> Accepted:
        """Make one request to the gateway."""
        status, text = self._ask(message)
        for rule in self._rules:
            if rule.status == status and (found := rule.matches.search(text)):
                return _apply_rule(rule, found, message)
        raise Uncertain(code=str(status))

    def _ask(self, message: OutgoingMessage) -> tuple[int, str]:
        """Return the status and the text of the gateway's answer."""
        value_of = placeholder_values(message).__getitem__
        url, body = self._written(value_of)
        try:
            # An answer that was not read to its end closes its connection.
            with self._connections.urlopen(
                self._method,
                url,
                body=body,
                headers=filled(self._headers, value_of),
                timeout=Timeout(connect=timings().connect.total_seconds(), read=timings().read.total_seconds()),
                redirect=False,
                retries=False,
                preload_content=False,
            ) as answer:
                return answer.status, read_text(answer, longest=LONGEST_ANSWER)
        except HTTPError as error:
            # Without its cause: an error quotes the whole address, which may hold the message.
            raise never_reached(error) or Uncertain(code="connection") from None

    def _written(self, value_of: Callable[[str], str]) -> tuple[str, bytes | None]:
        """Return the address and the body of a request, with every value escaped."""
        body = filled(self._body, value_of)
        if self._form == "json":
            return self._url, json.dumps(body).encode()
        pairs = urlencode([tuple(pair) for pair in body])
        if self._form == "form":
            return self._url, pairs.encode()
        return f"{self._url}{'&' if '?' in self._url else '?'}{pairs}", None


def _authorization(asked: requests.PreparedRequest) -> dict[str, Any]:
    return {name: value for name, value in asked.headers.items() if name == "Authorization"}


def placeholder_values(message: OutgoingMessage) -> dict[str, str]:
    """Return the value of each placeholder; ``id`` is the same at every try of a message."""
    digits = message.to.removeprefix("+")
    return {
        "to": message.to,
        "to_digits": digits,
        "to_local": "0" + message.to.removeprefix(COUNTRY_CODE)
        if message.to.startswith(COUNTRY_CODE)
        else "00" + digits,
        "body": message.body,
        "sender": settings.SMS_SENDER,
        "id": message.message_id,
    }


def _apply_rule(rule: Rule, found: re.Match[str], message: OutgoingMessage) -> Accepted:
    """Return Accepted or raise Declined, as the rule means; without an id of the gateway's, ours is recorded."""
    named = found.groupdict()
    if rule.means is None:
        return Accepted(_word(named.get("id")) or message.message_id)
    raise Declined(rule.means, _word(named.get("code")) or str(rule.status))


def _word(text: str | None) -> str:
    """Return what a gateway calls an id or a code; "" where it is too long or unprintable to be one."""
    return text if text and len(text) <= LONGEST_WORD and text.isprintable() else ""
