"""Calls of programs outside: one signed POST with an id under which the other side takes a message once.

Because of the id a message may be sent again whenever its answer is unclear: sending again is how we ask.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from urllib3 import Timeout
from urllib3.exceptions import HTTPError

from kit import webhook_signatures
from notifications.carriers import Accepted, Declined, Meaning, OutgoingMessage
from notifications.carriers.connections import read_text
from notifications.carriers.public_addresses import PRIVATE, PrivateAddress
from notifications.carriers.public_connections import public_connections
from notifications.models import Channel, Endpoint
from notifications.runtime import timings

#: So many calls are made at once to one program.
IN_FLIGHT: Final = 4
LONGEST_ANSWER: Final = 16 * 1024
LONGEST_REFERENCE: Final = 60
SUCCESS: Final = range(200, 300)
#: Answers about this one message: it is not taken, ever.
UNFIT: Final = frozenset({400, 409, 413, 415, 422})
TOO_MANY: Final = 429
#: From here on the other side is at fault, and may be well again in a moment.
FAILING: Final = 500


class WebhookCarrier:
    """Hands messages to one program outside. Its address and secrets are those of when it was made."""

    channels = (Channel.WEBHOOK,)
    in_flight = IN_FLIGHT

    def __init__(self, endpoint: Endpoint, *, at: datetime) -> None:
        """Take what is needed of the endpoint, so that the threads in which it is called need no database."""
        self.name = endpoint.name
        self._url = endpoint.url
        self._keys = endpoint.keys(at)

    def send(self, message: OutgoingMessage) -> Accepted:
        """Make one call; return the reference the other side gave, or our id where it gave none."""
        status, text = call("POST", self._url, message.body.encode(), call_id=message.message_id, keys=self._keys)
        if status in SUCCESS:
            return Accepted(reference_in(text) or message.message_id)
        raise Declined(answer_meaning(status), str(status))


def call(
    method: str, url: str, body: bytes, *, call_id: str, keys: tuple[str, ...], longest: int = LONGEST_ANSWER
) -> tuple[int, str]:
    """Make one signed call and return status and text; raises Declined where there is no answer.

    No redirect is followed, nothing but a public address is connected to, and no more than ``longest`` bytes are read.
    Takes at most the time to connect, to be answered and to read.
    """
    signed = webhook_signatures.headers(call_id, body, keys=keys, at=datetime.now(UTC))
    sent = {**signed, "Content-Type": "application/json", "Accept": "application/json", "User-Agent": "bekhedmatkom"}
    wait = Timeout(connect=timings().connect.total_seconds(), read=timings().program_read.total_seconds())
    try:
        with public_connections().request(
            method,
            url,
            body=body or None,
            headers=sent,
            timeout=wait,
            redirect=False,
            retries=False,
            preload_content=False,
        ) as answer:
            return answer.status, read_text(answer, longest=longest)
    except PrivateAddress:
        raise Declined(Meaning.ACCOUNT, PRIVATE) from None
    except Exception as error:  # noqa: BLE001 - whatever went wrong on the way, the same call may be made again
        code = "connection" if isinstance(error, HTTPError) else str(getattr(error, "code", "") or "failed")
        raise Declined(Meaning.DOWN, code) from None


def answer_meaning(status: int) -> Meaning:
    """Return what an answer that is no success means; redirects and refusals of our signature stop the route."""
    if status in UNFIT:
        return Meaning.UNFIT
    return Meaning.DOWN if status == TOO_MANY or status >= FAILING else Meaning.ACCOUNT


def reference_in(text: str) -> str:
    """Return the ``reference`` of a JSON answer; "" where there is none that can be printed."""
    try:
        answer: Any = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    reference = answer.get("reference") if isinstance(answer, Mapping) else None
    is_fit = isinstance(reference, str) and len(reference) <= LONGEST_REFERENCE and reference.isprintable()
    return reference.strip() if is_fit and isinstance(reference, str) else ""
