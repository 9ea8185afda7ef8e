"""Carriers that obey a test, and a notice to owe."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from notifications import bell, carriers, delivery, outbox
from notifications.carriers import Accepted
from notifications.models import Channel, Message
from notifications.outbox import Notice


class ObedientCarrier:
    """Take every message, after doing what the test put in ``meanwhile``."""

    name = "obedient"

    def __init__(self) -> None:
        """Start with an empty ledger."""
        self.ledger: list[dict[str, str]] = []
        self.meanwhile: Callable[[], None] = lambda: None

    def send(self, **message: str) -> Accepted:
        """Write the message down."""
        self.meanwhile()
        self.ledger.append(message)
        return Accepted(f"taken-{len(self.ledger)}")


@pytest.fixture
def carrier(monkeypatch: pytest.MonkeyPatch) -> ObedientCarrier:
    """Stand in for both channels' carriers."""
    obedient = ObedientCarrier()
    monkeypatch.setattr(delivery, "carrier_for", lambda _channel: obedient)
    return obedient


@pytest.fixture
def rings(monkeypatch: pytest.MonkeyPatch) -> list[tuple[tuple[str, ...], str]]:
    """Write down the rings instead of ringing."""
    heard: list[tuple[tuple[str, ...], str]] = []

    def ring(ids: list[str], *, lane: str) -> bool:
        heard.append((tuple(ids), str(lane)))
        return True

    monkeypatch.setattr(bell, "ring", ring)
    return heard


@pytest.fixture(autouse=True)
def _fresh_bell() -> Iterator[None]:
    """Forget carriers and silences of earlier tests."""
    carriers.make_carrier.cache_clear()
    bell.forget()
    yield
    carriers.make_carrier.cache_clear()
    bell.forget()


def notice(**changes: Any) -> Notice:
    """Return a notice that case 2604821735 was answered, to one citizen by SMS."""
    given: dict[str, Any] = {
        "template": "case_answered",
        "channel": Channel.SMS,
        "recipient": "citizen:amina",
        "address": "+962790001234",
        "language": "ar",
        "context": {"ref": "2604821735", "kind": "شكوى"},
        "reference": "2604821735",
    }
    return Notice(**(given | changes))


def owed(*notices: Notice, occasion: str = "case:1:4", **options: Any) -> list[Message]:
    """Owe the notices, one of them if none is given, in a transaction of their own."""
    with transaction.atomic():
        return outbox.owe(notices or (notice(),), occasion=occasion, at=timezone.now(), **options)
