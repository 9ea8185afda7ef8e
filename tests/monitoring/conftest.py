"""A system at rest: a broker and a disk that answer, and nothing that waits."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone, translation
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from config.monitoring import collector, facts, metrics, public, tracing
from config.monitoring.facts import DiskSpace
from notifications.models import Message

type MakeMessage = Callable[..., Message]


class Answers:
    """Stands in for a check that may hang: it answers at once, or (None) not at all."""

    def __init__(self, answer: object) -> None:
        self.given = answer

    def answer(self) -> Any:
        return self.given


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Answers:
    stand_in = Answers({"codes": 0, "notices": 2, "chores": 1})
    monkeypatch.setattr(facts, "queue_lengths", stand_in)
    return stand_in


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Answers:
    stand_in = Answers(DiskSpace(total=100 * 1024**3, free=50 * 1024**3))
    monkeypatch.setattr(facts, "disk_space", stand_in)
    return stand_in


class Here:
    """Asks in the test's own transaction, which no other thread sees."""

    def __init__(self, check: Callable[[], object]) -> None:
        self.check = check

    def answer(self) -> Any:
        with suppress(OperationalError):
            return self.check()
        return None


@pytest.fixture(autouse=True)
def _at_rest(broker: Answers, disk: Answers, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    # A worker of the suite has asked for thousands of pages before, and every scrape would tell of each.
    metrics.PAGE_SECONDS.clear()
    monkeypatch.setattr(collector, "database_gauges", Here(collector._read_database))
    monkeypatch.setattr(public, "_reading", Here(public._read))
    public.forget()
    with translation.override("en"):
        yield
    public.forget()


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """Trace into the memory of this test."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracing.trace_with(provider.get_tracer("test"))
    yield exporter
    tracing.trace_with(None)


@pytest.fixture
def at(db: None) -> datetime:
    """The present: what may leave now is judged by the database's clock."""
    return timezone.now()


@pytest.fixture
def make_message(at: datetime) -> MakeMessage:
    """Return a function that makes a notice by SMS, or what its arguments say instead."""

    def make(number: int = 1, **said: object) -> Message:
        given = {
            "occasion": f"test:{number}",
            "template": "password_changed",
            "channel": "sms",
            "recipient": f"citizen:{number}",
            "language": "ar",
            "address": "+962790001234",
            "subject": "",
            "body": "…",
            "created_at": at,
        }
        return Message.objects.create(**(given | said))

    return make
