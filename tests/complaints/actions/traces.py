"""What an action leaves behind: event, holding, clock and messages, and whether the case is whole."""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from complaints.engine.history import first_forged
from complaints.models import Case
from notifications.models import Message

AMMAN = ZoneInfo("Asia/Amman")
SECOND_CLOSING = datetime(2026, 1, 6, 15, 30, tzinfo=AMMAN)  # two working days after Sunday the 4th
FIFTH_CLOSING = datetime(2026, 1, 11, 15, 30, tzinfo=AMMAN)


@dataclass(frozen=True)
class Traces:
    """What an action left behind."""

    event: tuple[int, str, str, str]
    held_by: str | None
    clock: tuple[str, datetime] | None
    told: set[tuple[str, str, str]]


def traces(case: Case) -> Traces:
    """Return the newest event, the open holding, the running clock and the messages of the newest event."""
    case.refresh_from_db()
    event = case.events.latest("number")
    holding = case.holdings.filter(ended_at=None).first()
    clock = case.clocks.filter(ended_at=None, paused_at=None).first()
    messages = Message.objects.filter(occasion=f"case:{case.pk}:{event.number}")
    return Traces(
        event=(event.number, event.action, event.from_state, event.to_state),
        held_by=(holding.holder if holding else None),
        clock=((clock.kind, clock.due_at) if clock else None),
        told={(m.template, m.channel, m.recipient.split(":")[0]) for m in messages},
    )


OFFICER_BOTH_WAYS = {("email", "user"), ("sms", "user")}


def officers(template: str) -> set[tuple[str, str, str]]:
    return {(template, channel, who) for channel, who in OFFICER_BOTH_WAYS}


def assert_whole(case: Case) -> None:
    """Holdings tile each open stretch, the chain holds, the running clock is the deadline."""
    events = list(case.events.order_by("number"))
    assert first_forged(events) is None
    assert [event.number for event in events] == list(range(1, case.version + 1))
    assert bytes(case.chain) == bytes(events[-1].chain)
    spans = list(case.holdings.order_by("started_at", "id"))
    for one, following in pairwise(spans):
        assert one.ended_at is not None
        assert one.ended_at == following.started_at or following.started_at in _reopenings(events)
    assert (spans[-1].ended_at is None) == (case.state != "closed")
    running = case.clocks.filter(ended_at=None, paused_at=None).first()
    assert case.deadline_at == (running.due_at if running and case.state != "closed" else None)


def _reopenings(events: list) -> set[datetime]:
    return {event.at for event in events if event.from_state == "closed" and event.to_state != "closed"}
