"""Messages in every state, as the pages of the unit, the operators and the contact centre find them."""

from collections.abc import Callable, Mapping
from datetime import datetime

import pytest

from accounts.models import Citizen, User
from accounts.roles import Role
from agencies.models import Agency
from complaints.models import Case
from notifications import alarms
from notifications.models import (
    AlarmKind,
    Attempt,
    CallTask,
    DailySpend,
    Hold,
    Message,
    MessageState,
    Outcome,
    Receipt,
)
from tests.cast import make_staff
from tests.complaints.desk.conftest import Clock, Desk, clock, desk, english

__all__ = ["Clock", "Desk", "clock", "desk", "english"]

type MakeMessage = Callable[..., Message]


@pytest.fixture
def adel(cmu: Agency) -> User:
    """An operator, who may see no case."""
    return make_staff("adel@ops.example", "عادل نمر", "Adel Nimer", "+962790100010", cmu, Role.OPERATOR)


def told(case: Case) -> Message:
    """Return the message that told the citizen of the filing."""
    return Message.objects.get(
        reference=case.reference, recipient=f"citizen:{case.citizen_id}", template="case_received"
    )


def put(message: Message, state: str, **more: object) -> Message:
    """Put a message into a state, with what the database asks for in it."""
    needed: Mapping[str, object] = {
        MessageState.UNKNOWN: {"unsure_since": message.created_at},
        MessageState.SENDING: {"lease_until": message.created_at},
    }.get(MessageState(state), {})
    Message.objects.filter(pk=message.pk).update(
        **({"state": state, "unsure_since": None, "lease_until": None} | dict(needed) | more)
    )
    message.refresh_from_db()
    return message


@pytest.fixture
def make_message(amina: Citizen, now: datetime) -> MakeMessage:
    """Return a function that makes a message to amina about no case, or what its arguments say instead."""

    def make(number: int = 1, **said: object) -> Message:
        return Message.objects.create(
            **{
                "occasion": f"test:{number}",
                "template": "password_changed",
                "channel": "sms",
                "recipient": f"citizen:{amina.pk}",
                "language": "ar",
                "address": amina.phone,
                "subject": "",
                "body": "تغيرت كلمة مروركم في بخدمتكم.",
                "created_at": now,
                **said,
            }  # type: ignore[arg-type]
        )

    return make


@pytest.fixture
def to_call(referred: Case) -> CallTask:
    """The task of calling amina, whom the receipt of her case did not reach."""
    return CallTask.objects.create(message=put(told(referred), "undeliverable", settled_at=referred.filed_at))


@pytest.fixture
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
