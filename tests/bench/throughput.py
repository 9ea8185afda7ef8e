"""How many messages one sender process hands over in a second, with the whole protocol, rendered, on loopback."""

import itertools
import json
import os
import statistics
import time
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
from tests.bench import gateway, noop, progress
from tests.faults import town
from tests.faults.children import fork

GOAL = 800
# The fake gateway's answer takes so long, and so many messages pass before a sender has found its pace.
ANSWER_SECONDS, SLOW_START = 0.02, 300
TURNS = 3
SECONDS = 300.0
IN_ONE_TRANSACTION = 100
AT_ONCE = "tests.bench.throughput.AtOnce"
HTTP = "notifications.carriers.http.HttpCarrier"
TWILIO = "notifications.carriers.twilio.TwilioCarrier"

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
    """Return messages a second to the other carriers, ``few`` by Twilio's, and the most connections of a sender."""
    owed, sent, most = _measured(AT_ONCE, number, base)
    twilio = _measured(TWILIO, few, base)[1]
    return {
        "owed, rendered and sealed": owed,
        "to a carrier that answers at once": sent,
        "by the Twilio client": twilio,
        "connections of a sender": most,
    }


def beside_noops(number: int, noops: int, base: Path) -> dict[str, float]:
    """Return messages a second by the HTTP carrier, and Celery no-ops a second, measured in turn.

    The gateway answers after ``ANSWER_SECONDS``. In turn, because whatever else the machine does changes both.
    """
    messages, tasks = [], []
    with gateway.serving(base, seconds=ANSWER_SECONDS):
        for _ in range(TURNS):
            progress.say("Counting what a Celery worker does in a second when there is nothing to do …")
            tasks.append(noop.noops_a_second(noops // TURNS, base))
            _measured(HTTP, number // TURNS, base)
            messages.append(_accepted_a_second())
    return {"messages": round(statistics.median(messages)), "Celery no-ops": round(statistics.median(tasks))}


def _accepted_a_second() -> float:
    """Return how many of the last messages were accepted in a second, without those of the sender's slow start."""
    moments = list(Message.objects.filter(carrier="http").order_by("accepted_at").values_list("accepted_at", flat=True))
    Message.objects.filter(carrier="http").update(carrier="")
    timed = [moment for moment in moments[SLOW_START:] if moment]
    return (len(timed) - 1) / (timed[-1] - timed[0]).total_seconds()


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
