"""The pages of messages: their moment and language, and a message with everything on its page."""

from datetime import datetime

import pytest

from complaints.models import Case
from notifications import alarms
from notifications.models import AlarmKind, Attempt, DailySpend, Hold, Message, Outcome, Receipt
from tests.complaints.message_states import put, told
from tests.complaints.pages import Clock
from tests.prepared_rows import prepared


@pytest.fixture(autouse=True)
def _in_english_at_the_moment_of_the_cast(clock: Clock, english: None) -> None:
    """Let every page of this room be asked for in English, at the moment the cast lives in."""


@pytest.fixture
@prepared
def full_house(referred: Case, now: datetime) -> Message:
    """A message with everything there can be on its page, and alarms, lines, spending and a hold around it."""
    message = put(told(referred), "unknown")
    attempt = Attempt.objects.create(
        message=message, number=1, fence=1, carrier="twilio", wire_at=now, ended_at=now, outcome=Outcome.UNKNOWN,
        error_code="timeout", provider_id="SM" + "0" * 32,
    )  # fmt: skip
    Receipt.objects.create(carrier="twilio", provider_id="SM" + "0" * 32, status="sent", attempt=attempt)
    DailySpend.objects.create(channel="sms", on=now.date(), spent=1240)
    Hold.objects.create(database="elsewhere")
    for kind in AlarmKind:
        alarms.raise_alarm(kind, str(message.pk) if kind == AlarmKind.UNDECIDED else "sms 2026-01-04")
    return message
