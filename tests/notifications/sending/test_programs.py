"""Calls of programs outside: nothing lost and nothing twice by their own ledger, one that is down holds up no other."""

import base64
import hashlib
import hmac
import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from threading import Thread
from time import monotonic, sleep
from typing import Any

import pytest
from django.core.checks import run_checks
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from kit import webhook_signatures
from notifications import alarms, outbox, programs
from notifications.carriers import Declined, Meaning, webhook
from notifications.carriers.public_addresses import PrivateAddress, check_url, is_public
from notifications.models import AlarmKind, Attempt, Endpoint, Message, ProviderRoute
from notifications.sending import delivery, sweep
from notifications.sending.claims import claim_messages
from tests.fakes.centre import BUSY_AFTER, BUSY_BEFORE, DROPPED_AFTER, OK, SLOW_AFTER, FakeCentre

pytestmark = pytest.mark.django_db
STORM = (OK, BUSY_BEFORE, OK, BUSY_AFTER, DROPPED_AFTER, OK, SLOW_AFTER)


@pytest.fixture(autouse=True)
def _on_this_machine(settings: Any) -> None:
    settings.WEBHOOKS_ALLOW_PRIVATE = True
    settings.NOTIFICATIONS_TIME_FACTOR = 0.01


def registered(centre: FakeCentre, name: str = "centre:1") -> Endpoint:
    endpoint, secret = programs.register(name, at=timezone.now())
    programs.set_addresses(endpoint, url=centre.url, answers_url="", is_active=True)
    centre.keys = (secret,)
    endpoint.refresh_from_db()
    return endpoint


def owe(endpoint: Endpoint, number: int, start: int = 0) -> None:
    with transaction.atomic():
        for place in range(start, start + number):
            case = f"G-{place}"
            outbox.owe_call(
                endpoint,
                template="webhook_case",
                body={"case": case},
                occasion=f"case:{place}:1",
                reference=case,
                at=timezone.now(),
            )


@pytest.mark.django_db(transaction=True)
def test_a_call_is_owed_in_the_transaction_of_what_it_tells_about_or_not_at_all() -> None:
    endpoint, _secret = programs.register("centre:1", at=timezone.now())
    told = {"template": "webhook_case", "body": {}, "occasion": "case:1:1", "reference": "G-1", "at": timezone.now()}
    with pytest.raises(transaction.TransactionManagementError):
        outbox.owe_call(endpoint, **told)
    assert not Message.objects.exists()


def drain(endpoint: Endpoint, *, seconds: float = 30.0) -> None:
    until = monotonic() + seconds
    while Message.objects.filter(recipient=endpoint.name).waiting().exists() and monotonic() < until:
        delivery.drain("webhooks", seconds=0.2)
        sleep(0.03)


@pytest.fixture
def centre() -> Iterator[FakeCentre]:
    """Return a running centre that answers well."""
    with FakeCentre().running() as made:
        yield made


@pytest.mark.parametrize("forgets_ids", [False, True], ids=["by-id", "control"])
def test_nothing_is_lost_and_nothing_taken_twice_in_a_storm(*, forgets_ids: bool) -> None:
    with FakeCentre(STORM, forgets_ids=forgets_ids).running() as centre:
        endpoint = registered(centre)
        owe(endpoint, 12)
        owe(endpoint, 12)
        drain(endpoint)
    assert set(Message.objects.values_list("state", flat=True)) == {"accepted"}
    assert len(centre.ledger) == 12
    assert centre.calls > 12
    taken_twice = [case for case, times in centre.ledger.items() if times > 1]
    # A centre that takes every call as a new case has some twice: otherwise the storm would prove nothing.
    assert bool(taken_twice) == forgets_ids


def test_the_signature_is_that_of_the_standard(centre: FakeCentre) -> None:
    """Count the signature here by hand, as a receiver would."""
    _, secret = programs.register("centre:9", at=timezone.now())
    at, body = datetime(2026, 11, 28, 9, tzinfo=UTC), '{"case": "ج"}'.encode()
    headers = webhook_signatures.headers("id-1", body, keys=[secret], at=at)
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = b"id-1." + headers["webhook-timestamp"].encode() + b"." + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    found = webhook_signatures.signed_id
    assert found(headers, body, keys=["whsec_AAAA", secret], at=at) == "id-1"
    wrong = [
        found(headers, body + b" ", keys=[secret], at=at),
        found({**headers, "webhook-id": "id-2"}, body, keys=[secret], at=at),
        found(headers, body, keys=["whsec_AAAA"], at=at),
        found(headers, body, keys=[secret], at=at + timedelta(minutes=6)),
        found({**headers, "webhook-timestamp": "1e9"}, body, keys=[secret], at=at),
        found({}, body, keys=[secret], at=at),
        found({**headers, "webhook-signature": "v1,é"}, body, keys=[secret], at=at),
    ]
    assert wrong == [""] * len(wrong)


def test_one_that_is_down_holds_up_no_other_and_drains_by_itself(centre: FakeCentre) -> None:
    with ExitStack() as stack:
        down = stack.enter_context(FakeCentre().running())
        down.status = 503
        dead, well = registered(down), registered(centre, "centre:2")
        owe(dead, 3)
        owe(well, 3, start=10)
        drain(well)
        assert (len(centre.ledger), down.ledger) == (3, {})
        (status, other) = programs.program_status(dead, well, at=timezone.now())
        assert (status.is_down, status.waiting, status.stopped_by, other.is_down) == (True, 3, "503", False)
        Message.objects.filter(recipient=dead.name).update(created_at=timezone.now() - timedelta(hours=1))
        sweep.check_programs()
        assert [alarm.about for alarm in alarms.open_alarms()] == ["webhook centre:1"]
        down.status = 0
        drain(dead)
        assert len(down.ledger) == 3
    assert not alarms.open_alarms().exists()
    assert not programs.program_status(dead, at=timezone.now())[0].is_down


@pytest.mark.parametrize(
    ("status", "state", "alarmed"),
    [(422, "undeliverable", False), (401, "pending", True), (302, "pending", True), (429, "pending", False)],
    ids=["unfit", "signature", "redirect", "too-many"],
)
def test_what_an_answer_means(centre: FakeCentre, status: int, state: str, *, alarmed: bool) -> None:
    endpoint = registered(centre)
    centre.status = status
    owe(endpoint, 1)
    delivery.drain("webhooks", seconds=0.1)
    assert set(Message.objects.values_list("state", flat=True)) == {state}
    assert alarms.open_alarms().filter(kind=AlarmKind.ROUTE_STOPPED).exists() == alarmed
    # A redirect is followed nowhere.
    assert (centre.asked, centre.calls >= 1) == ([], True)


def test_the_reference_is_kept_and_a_lost_sender_calls_again(centre: FakeCentre) -> None:
    endpoint = registered(centre)
    owe(endpoint, 1)
    claims, _ = claim_messages(Q(lane="webhooks"), 1, programs=True)
    Attempt.objects.update(wire_at=timezone.now())
    Message.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert sweep.settle_abandoned() == 1
    assert Message.objects.get().state == "pending"
    drain(endpoint)
    assert Attempt.objects.get(outcome="accepted").provider_id == "W-1"
    assert len(claims) == 1


def test_a_new_secret_leaves_the_earlier_one_valid_for_a_day(centre: FakeCentre) -> None:
    endpoint, now = registered(centre), timezone.now()
    fresh = programs.new_secret(endpoint, at=now)
    owe(endpoint, 1)
    drain(endpoint)
    assert sum(centre.ledger.values()) == 1
    endpoint.refresh_from_db()
    assert (len(endpoint.keys(now)), endpoint.keys(now + timedelta(days=1))) == (2, (fresh,))
    raw = Endpoint.objects.raw("SELECT id, secret AS sealed FROM notifications_endpoint")[0]
    assert fresh.encode() not in bytes(raw.sealed)


def test_private_addresses_are_refused(settings: Any, centre: FakeCentre) -> None:
    endpoint = registered(centre)
    settings.WEBHOOKS_ALLOW_PRIVATE = False
    owe(endpoint, 1)
    delivery.drain("webhooks", seconds=0.1)
    assert (centre.calls, Message.objects.get().state) == (0, "pending")
    assert ProviderRoute.objects.get().stopped_by == "private address"
    private = ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "fe80::1%eth0", "::ffff:10.0.0.1", "64:ff9b::a00:1"]
    kept_apart = ["0.0.0.0", "100.64.0.1", "224.0.0.1", "2002:a00:1::", "fc00::1", "fec0::1", "::127.0.0.1"]
    assert not any(map(is_public, private + kept_apart))
    assert all(map(is_public, ["193.188.66.1", "2a00:1450:4001::1"]))
    for url in ("http://example.org/", "https://127.0.0.1/", "https://localhost/", "https://u:p@example.org/", "x"):
        with pytest.raises(PrivateAddress):
            check_url(url)
    with pytest.raises(Declined) as refused:
        webhook.call("GET", centre.url, b"", call_id="1", keys=("whsec_AAAA",))
    assert refused.value.meaning == Meaning.ACCOUNT


@contextmanager
def answering(*pieces: bytes) -> Iterator[str]:
    """Serve one call with these pieces, a moment apart, and yield the address."""

    def answer() -> None:
        connection, _address = server.accept()
        with connection, suppress(OSError):
            asked = b""
            # Whoever closes a connection with something unread in it resets it.
            while not asked.endswith(b"{}"):
                asked += connection.recv(65_536)
            for piece in pieces:
                connection.sendall(piece)
                sleep(0.02)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = Thread(target=answer)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}/?number=0790001234"
        finally:
            thread.join()


def test_whatever_a_program_answers_a_call_ends_in_time_and_is_in_no_log(
    caplog: pytest.LogCaptureFixture, settings: Any
) -> None:
    head, end = b"HTTP/1.1 200 OK\r\n", b"Content-Length: 0\r\n\r\n"
    faults = {}
    for name, pieces in {
        "a head line by line": (head, *(b"X-%d: x\r\n" % place for place in range(90)), end),
        "a head letter by letter": (head, b"X: ", *(b"x" for _ in range(90)), b"\r\n", end),
        "always to be continued": (*(b"HTTP/1.1 100 Continue\r\n\r\n" for _ in range(90)), head, end),
    }.items():
        with answering(*pieces) as url, suppress(Declined):
            faults[name] = webhook.call("POST", url, b"{}", call_id="1", keys=("whsec_AAAA",))
    assert faults == {}
    settings.NOTIFICATIONS_TIME_FACTOR = 1
    with answering(head + b"no header\r\n" + end) as url:
        webhook.call("POST", url, b"{}", call_id="1", keys=("whsec_AAAA",))
    assert [line.getMessage() for line in caplog.records if line.name.startswith("urllib3")] == []
    assert webhook.reference_in("[" * webhook.LONGEST_ANSWER) == ""


def test_the_exemption_is_refused_in_production(settings: Any) -> None:
    found = {problem.id for problem in run_checks(tags=["security"], include_deployment_checks=True)}
    assert "config.E034" in found
    settings.WEBHOOKS_ALLOW_PRIVATE = False
    assert "config.E034" not in {p.id for p in run_checks(tags=["security"], include_deployment_checks=True)}


def test_answers_without_a_reference() -> None:
    wrong = [7, "x" * 61, "a\nb", None]
    texts = ["", "[1]", "{", *(json.dumps({"reference": given}) for given in wrong)]
    assert {webhook.reference_in(text) for text in texts} == {""}
    assert webhook.reference_in('{"reference": " W-77 "}') == "W-77"
