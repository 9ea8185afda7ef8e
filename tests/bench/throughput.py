"""How many messages one sender process hands over in a second, with the whole protocol, rendered, on loopback."""

import itertools
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connections, transaction
from django.utils import timezone

from notifications import carriers, outbox
from notifications.carriers import Accepted, OutgoingMessage
from notifications.models import Channel, Lane, Message, MessageState
from notifications.sending import delivery
from tests.bench import progress
from tests.faults import town
from tests.faults.children import fork
from tests.notifications.servers import gateway_like

GOAL = 800
SECONDS = 300.0
IN_ONE_TRANSACTION = 100
AT_ONCE = "tests.bench.throughput.AtOnce"
HTTP = "notifications.carriers.http.HttpCarrier"
TWILIO = "notifications.carriers.twilio.TwilioCarrier"
RULES = [{"status": 200, "matches": r"^OK (?P<id>\S+)", "means": "accepted"}]
BODY = {"from": "{sender}", "to": "{to_digits}", "text": "{body}", "reference": "{id}"}

numbers = itertools.count()


class AtOnce:
    """A carrier that takes every message without a moment's thought."""

    name = "at once"
    channels = (Channel.SMS,)

    def __init__(self) -> None:
        self._ids = itertools.count(1)

    def send(self, message: OutgoingMessage) -> Accepted:
        """Take it."""
        return Accepted(f"{message.attempt_id}-{next(self._ids)}")


def rates(number: int, few: int, base: Path) -> dict[str, Any]:
    """Return messages a second to each carrier, and the most connections a sender had; ``few`` go to the real ones."""
    owed, sent, most = _measured(AT_ONCE, number, base)
    found: dict[str, Any] = {"owed, rendered and sealed": owed, "to a carrier that answers at once": sent}
    with _gateway(base):
        found["by the HTTP carrier"] = _measured(HTTP, few, base)[1]
    found["by the Twilio client"] = _measured(TWILIO, few, base)[1]
    return found | {"connections of a sender": most}


def _measured(carrier: str, number: int, base: Path) -> tuple[float, float, int]:
    """Return messages owed a second, messages sent a second, and the most connections seen."""
    settings.SMS_CARRIERS = [carrier]
    carriers.make_carrier.cache_clear()
    progress.say(f"Owing {number:,} messages and sending them by {carrier.rpartition('.')[2]} …")
    owing = owe(number)
    file = base / "drained.json"
    child, most = fork(lambda: _drain(file), base / "sender.log"), 0
    while child.is_alive():
        most = max(most, _connections())
        time.sleep(0.02)
    seconds = json.loads(file.read_text())
    left = Message.objects.exclude(state__in=[MessageState.ACCEPTED, MessageState.DELIVERED]).count()
    if left:
        message = f"{left} of {number} messages were not sent: {(base / 'sender.log').read_text()[-2000:]}"
        raise RuntimeError(message)
    connections.close_all()
    return round(number / owing), round(number / seconds), most


def owe(number: int) -> float:
    """Owe so many notices, each to a person of its own, and return the seconds it took."""
    began, owed = time.perf_counter(), 0
    while owed < number:
        part = min(IN_ONE_TRANSACTION, number - owed)
        notices = [town.notice(next(numbers)) for _ in range(part)]
        with transaction.atomic():
            outbox.owe(notices, occasion=f"bench:{notices[0].recipient}", at=timezone.now())
        owed += part
    took = time.perf_counter() - began
    connections.close_all()
    return took


def _drain(file: Path) -> None:
    began = time.perf_counter()
    delivery.drain(Lane.NOTICES, seconds=SECONDS)
    file.write_text(json.dumps(time.perf_counter() - began))


def _connections() -> int:
    """Return how many connections there are to our database but this one, which Django does not know of."""
    query = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


@contextmanager
def _gateway(base: Path) -> Iterator[None]:
    """Serve a gateway in a process of its own, and describe it in the settings."""
    address = base / "gateway"
    child = fork(lambda: _serve_gateway(address), base / "gateway.log")
    try:
        _wait(address.exists)
        settings.SMS_HTTP_URL = address.read_text()
        settings.SMS_HTTP_BODY, settings.SMS_HTTP_ANSWERS = json.dumps(BODY), json.dumps(RULES)
        yield
    finally:
        child.kill()


def _serve_gateway(address: Path) -> None:
    with gateway_like() as server:
        written = address.with_suffix(".new")
        written.write_text(server.url)
        written.rename(address)
        while True:
            time.sleep(60)


def _wait(happened: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.02)
