"""The broker with a password, TLS and Sentinel: a notice still leaves after the master was lost."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from celery.contrib.testing.worker import start_worker
from django.db import connections

from config.celery import app
from notifications import carriers, runtime
from notifications.models import Message
from tests.notifications.conftest import ObedientCarrier, owed
from tests.scaling.sentinels import MASTER, Watched, watched

pytestmark = pytest.mark.xdist_group("sentinel")

PATIENCE_SECONDS = 30


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    with watched(tmp_path_factory.mktemp("sentinel")) as running:
        yield running


def test_the_broker_answers_by_itself_and_through_its_sentinel(servers: Watched) -> None:
    # Three servers and what speaks to them start at once.
    wait_until(lambda: servers.first.answers(seconds=2))
    wait_until(lambda: servers.broker.answers(seconds=2))


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": f"rediss://:wrong@{MASTER}/0"},
        {"url": "rediss://:wrong@another/0"},
        {"sentinel_password": "wrong"},
        # Certificates of the system do not vouch for this server.
        {"ca_file": ""},
        {"sentinels": ("127.0.0.1:1",)},
    ],
)
def test_a_wrong_setting_is_no_answer(servers: Watched, wrong: dict[str, Any]) -> None:
    wait_until(lambda: servers.broker.answers(seconds=2))
    began = time.monotonic()
    assert not replace(servers.broker, **wrong).answers(seconds=1)
    assert time.monotonic() - began < PATIENCE_SECONDS


def test_a_server_with_tls_takes_nobody_without(servers: Watched) -> None:
    wait_until(lambda: servers.first.answers(seconds=2))
    plain = replace(servers.first, url=servers.first.url.replace("rediss://", "redis://"))
    assert not plain.answers(seconds=2)


@pytest.fixture
def worker(servers: Watched, transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[ObedientCarrier]:
    """Run a worker behind the sentinel, and return the carrier that it hands messages to."""
    carrier, broker = ObedientCarrier(), servers.broker
    monkeypatch.setattr(carriers, "carriers_for", lambda _channel: [carrier])
    before = {name: app.conf[name] for name in ("broker_url", "broker_use_ssl", "broker_transport_options")}
    options = before["broker_transport_options"] | broker.options()
    app.conf.update(broker_url=broker.address(), broker_use_ssl=broker.tls(), broker_transport_options=options)
    runtime.reset()
    # The watch of the schedule would go on in this process after the worker has ended.
    monkeypatch.setitem(app.steps, "worker", set())
    with start_worker(app, perform_ping_check=False, queues=["notices"], pool="solo", shutdown_timeout=20):
        yield carrier
    app.conf.update(before)
    # It would go on watching the schedule of a database that other tests use.
    wait_until(lambda: "schedule watch" not in {thread.name for thread in threading.enumerate()})
    runtime.reset()
    connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_a_notice_still_leaves_after_the_master_was_lost(worker: ObedientCarrier, servers: Watched) -> None:
    owed(occasion="case:1:1")
    wait_until(lambda: len(worker.ledger) == 1)
    with servers.without_the_first():
        (message,) = owed(occasion="case:1:2")
        # What the sweep does every ten seconds, as often as a test can.
        wait_until(lambda: runtime.notify_workers("notices") and len(worker.ledger) == 2)
        # The carrier has the message before the worker has recorded that it took it.
        wait_until(lambda: Message.objects.get(pk=message.pk).state == "accepted")
        wait_until(lambda: servers.broker.answers(seconds=2))
        assert not servers.first.answers(seconds=2)


def wait_until(is_so: Any) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.2)
