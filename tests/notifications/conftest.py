"""Carriers that obey a test, and a notice to owe."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from notifications import carriers, outbox, runtime
from notifications.carriers import Accepted, OutgoingMessage, Status, StatusReport, StatusUnavailable
from notifications.models import Channel, Message
from notifications.outbox import Notice
from notifications.sending.claims import batch_sizer


class ObedientCarrier:
    """Take every message, after doing what the test put in ``meanwhile``; cannot be asked."""

    name = "obedient"

    def __init__(self) -> None:
        """Start with an empty ledger."""
        self.ledger: list[OutgoingMessage] = []
        self.meanwhile: Callable[[], None] = lambda: None

    def send(self, message: OutgoingMessage) -> Accepted:
        """Write the message down."""
        self.meanwhile()
        self.ledger.append(message)
        return Accepted(f"{self.name}-{len(self.ledger)}")


class AnsweringCarrier(ObedientCarrier):
    """A carrier that can be asked: ``listed`` is its list, by token or words; ``unreadable`` makes it fail."""

    name = "answering"

    def __init__(self) -> None:
        """Start with an empty list."""
        super().__init__()
        self.listed: dict[str, StatusReport] = {}
        self.unreadable = False
        self.asked = 0

    def list(
        self, message: Message, status: Status = Status.TAKEN, word: str = "queued", code: str = ""
    ) -> StatusReport:
        """Put a message into the list, as if it had been taken."""
        report = StatusReport(f"listed-{message.token}", status, word, code, body=message.body, to=message.address_now)
        self.listed[message.token or message.body] = report
        return report

    def find(self, message: OutgoingMessage, *, since: datetime) -> StatusReport | None:
        """Look the token up, or the words of a message without one."""
        assert since <= timezone.now() + timedelta(days=1)
        self._ask()
        found = self.listed.get(message.token or message.body)
        return None if found is None or found.provider_id in message.known_ids else found

    def fetch(self, provider_id: str) -> StatusReport | None:
        """Look the id up."""
        self._ask()
        return next((each for each in self.listed.values() if each.provider_id == provider_id), None)

    def listing(self, *, since: datetime, until: datetime) -> Iterator[StatusReport]:
        """Yield the list."""
        assert since < until
        self._ask()
        yield from self.listed.values()

    def _ask(self) -> None:
        self.asked += 1
        if self.unreadable:
            raise StatusUnavailable


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let both channels have these carriers, in this order of preference."""

    def choose(*chosen: ObedientCarrier) -> None:
        monkeypatch.setattr(carriers, "carriers_for", lambda _channel: chosen)

    return choose


@pytest.fixture
def carrier(use: Callable[..., None]) -> ObedientCarrier:
    """Stand in for both channels' carriers."""
    obedient = ObedientCarrier()
    use(obedient)
    return obedient


@pytest.fixture
def answering(use: Callable[..., None]) -> AnsweringCarrier:
    """Stand in for both channels' carriers with one that can be asked."""
    made = AnsweringCarrier()
    use(made)
    return made


@pytest.fixture
def signals(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Write down the lanes whose workers are notified, and notify nobody."""
    heard: list[str] = []

    def notify_workers(lane: str) -> bool:
        heard.append(str(lane))
        return True

    monkeypatch.setattr(runtime, "notify_workers", notify_workers)
    return heard


@pytest.fixture(autouse=True)
def _fresh_senders() -> Iterator[None]:
    """Forget carriers and silences of earlier tests."""
    carriers.make_carrier.cache_clear()
    batch_sizer.cache_clear()
    runtime.reset()
    yield
    carriers.make_carrier.cache_clear()
    runtime.reset()


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
