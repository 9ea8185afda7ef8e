"""The primary is lost and its standby, which lacks the last seconds, takes over: nothing is sent twice.

It uses a pair of clusters up, and comes last of those that share one.
"""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from django.urls import reverse

from notifications import alarms, carriers, runtime, tasks
from notifications.carriers import Accepted, OutgoingMessage, Status, StatusReport
from notifications.models import Message
from notifications.sending import claims, delivery
from tests.cast import sign_in
from tests.notifications.acts import check_now
from tests.notifications.conftest import AnsweringCarrier, notice, owed
from tests.scaling.clusters import Pair

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("clusters")]

MESSAGES = 6


class Ledger(AnsweringCarrier):
    """A carrier that lists what it took."""

    def send(self, message: OutgoingMessage) -> Accepted:
        accepted = super().send(message)
        self.listed[message.token or message.body] = StatusReport(
            f"listed-{message.token}", Status.TAKEN, "queued", "", body=message.body, to=message.to
        )
        return accepted

    @property
    def taken(self) -> list[str]:
        return [message.message_id for message in self.ledger]


@pytest.fixture
def ledger(monkeypatch: pytest.MonkeyPatch) -> Ledger:
    made = Ledger()
    monkeypatch.setattr(carriers, "carriers_for", lambda _channel: [made])
    monkeypatch.setattr(runtime, "notify_workers", lambda _lane: True)
    return made


@pytest.fixture
def after_failover(pair: Pair, ledger: Ledger, client: Client, lina: object) -> list[Message]:
    """Lose the primary after five of six messages were sent, of which the standby knows three."""
    sign_in(client, lina)
    claims.begin_if_restored()
    messages = owed(*(notice(recipient=f"citizen:{number}") for number in range(MESSAGES)))
    send(messages[:3])
    pair.catch_up()
    pair.cut()
    send(messages[3:5])
    assert open_reports(client) == 200
    pair.primary.crash()
    client.raise_request_exception = False
    assert open_reports(client) == 503
    pair.standby.promote()
    return messages


def open_reports(client: Client) -> int:
    """Open a page that needs the database, and let go of the connection as a server does."""
    status = client.get(reverse("reports")).status_code
    connections["default"].close()
    return status


def send(messages: list[Message]) -> None:
    for message in messages:
        assert delivery.deliver(str(message.pk)) == "accepted"


def states() -> list[str]:
    return list(Message.objects.order_by("recipient").values_list("state", flat=True))


def test_a_promoted_standby_sends_nothing_twice(
    after_failover: list[Message], ledger: Ledger, client: Client, pair: Pair, move: Callable[[str], None]
) -> None:
    # The address names both, so that the site is back without being told.
    assert open_reports(client) == 200
    assert states() == ["accepted"] * 3 + ["pending"] * 3
    sends_twice_without_the_hold(pair, ledger, move)

    tasks.sweep_up()
    tasks.deliver("notices")
    assert (len(ledger.taken), claims.current() is None) == (5, False)
    assert [alarm.kind for alarm in alarms.open_alarms()] == ["on_hold"]

    claims.end(by="user:huda")
    for message in after_failover[3:]:
        check_now(message)
        check_now(message)
    delivery.drain("notices")
    assert states() == ["accepted"] * MESSAGES
    assert sorted(ledger.taken) == sorted(str(message.pk) for message in after_failover)


def sends_twice_without_the_hold(pair: Pair, ledger: Ledger, move: Callable[[str], None]) -> None:
    """Let senders that do not check where they are work in a copy of the promoted database: the control."""
    name, taken = str(connections["default"].settings_dict["NAME"]), list(ledger.ledger)
    listed = dict(ledger.listed)
    connections["default"].close()
    pair.standby.ask(f'CREATE DATABASE control TEMPLATE "{name}"')
    move(pair.here(settings.DATABASE_URL, "control"))
    delivery.drain("notices")
    assert len(ledger.taken) == MESSAGES + 2
    assert len(set(ledger.taken)) == MESSAGES
    ledger.ledger, ledger.listed = taken, listed
    move(pair.here(settings.DATABASE_URL, name))
