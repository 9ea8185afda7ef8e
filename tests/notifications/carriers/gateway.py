"""A gateway over HTTP as the settings describe it: what it is asked, and what its answers mean."""

from notifications.carriers import Accepted, Declined, Meaning, OutgoingMessage, Uncertain
from notifications.carriers.http import HttpCarrier
from tests.notifications.outgoing import SMS

RULES = [
    {"status": 200, "matches": r"^OK (?P<id>\S+)", "means": "accepted"},
    {"status": 200, "matches": r"^ERR (?P<code>11)\b", "means": "dead"},
    {"status": 200, "matches": r"^ERR 12\b", "means": "stopped"},
    {"status": 200, "matches": r"^ERR 13\b", "means": "unfit"},
    {"status": 200, "matches": r"^ERR (?P<code>\d+)", "means": "busy"},
    {"status": 202, "means": "accepted"},
    {"status": 401, "means": "account"},
    {"status": 429, "means": "busy"},
]
BODY = {"from": "{sender}", "to": [{"number": "{to_digits}"}], "text": "{body}", "reference": "{id}", "flash": False}
PAIRS = "user=cmu&from={sender}&to={to}&text={body}&ref={id}"


def said(message: OutgoingMessage = SMS) -> Accepted | tuple[Meaning | None, str]:
    """Return what a new carrier makes of the gateway's answer; None is not knowing."""
    try:
        return HttpCarrier().send(message)
    except Declined as declined:
        return declined.meaning, declined.code
    except Uncertain as unsure:
        return None, unsure.code
