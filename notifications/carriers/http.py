"""SMS through any gateway with an HTTP interface: settings say how it is asked and what its answers mean."""

import re
from typing import Final

import requests
from django.conf import settings
from urllib3.exceptions import HTTPError

from notifications.carriers import Accepted, Declined, OutgoingMessage, Uncertain
from notifications.carriers.connections import never_reached, read_text
from notifications.carriers.gateway import Rule, filled, read_body, read_headers, read_rules, read_url, read_way
from notifications.models import Channel
from notifications.runtime.timings import timings

# The argument of requests that writes and escapes each format.
WRITTEN_BY: Final = {"json": "json", "form": "data", "query": "params"}
COUNTRY_CODE: Final = "+962"
# A gateway says little: a longer answer is cut off here.
LONGEST_ANSWER: Final = 16 * 1024
# Of a gateway's text only what can be an id or a code is kept.
LONGEST_WORD: Final = 40


class HttpCarrier:
    """Hand SMS to the gateway that the ``SMS_HTTP_…`` settings describe.

    Each message has a connection of its own: one kept open may be closed by the gateway just as it is used again, and
    such a message would be unknown. So is a message whose answer fits no rule.
    """

    name = "http"
    channels = (Channel.SMS,)

    def __init__(self) -> None:
        """Read the settings; raise ImproperlyConfigured naming the first that is wrong."""
        self._url = read_url(settings.SMS_HTTP_URL)
        self._method, form = read_way(settings.SMS_HTTP_METHOD, settings.SMS_HTTP_FORMAT)
        self._headers = read_headers(settings.SMS_HTTP_HEADERS)
        self._body = read_body(settings.SMS_HTTP_BODY, form)
        self._written_by = WRITTEN_BY[form]
        self._rules = read_rules(settings.SMS_HTTP_ANSWERS)

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
        try:
            with requests.request(
                self._method,
                self._url,
                headers=filled(self._headers, value_of),
                timeout=(timings().connect.total_seconds(), timings().read.total_seconds()),
                allow_redirects=False,
                stream=True,
                **{self._written_by: filled(self._body, value_of)},
            ) as answer:
                return answer.status_code, read_text(answer, longest=LONGEST_ANSWER)
        except (requests.RequestException, HTTPError) as error:
            # Without its cause: an error quotes the whole address, which may hold the message.
            raise never_reached(error) or Uncertain(code="connection") from None


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
