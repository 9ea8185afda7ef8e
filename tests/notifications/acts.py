"""What the tests of the sending let happen: a try that fails, a word of a carrier, the passing of time."""

import math
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from notifications import reconciliation
from notifications.actions import readdress
from notifications.carriers import Meaning, Status, StatusReport, Uncertain
from notifications.models import Attempt, Channel, Lane, Message, MessageState
from notifications.outbox import Notice
from notifications.sending import delivery
from tests.complaints.threads import be_patient
from tests.notifications.conftest import AnsweringCarrier, ObedientCarrier, notice, owed

OLD, NEW, EMAIL = "+962790001234", "+962790009999", "amina@example.com"


class Killed(BaseException):
    """The sender was killed: nothing it would have done afterwards is done."""


class SecondCarrier(AnsweringCarrier):
    """Another carrier that can be asked."""

    name = "second"


def raising(error: BaseException) -> Callable[[], None]:
    """Return something to do meanwhile that fails."""

    def fail() -> None:
        raise error

    return fail


def nothing() -> None:
    """Let a carrier take what it is given."""


def sent(given: Notice | None = None, *, occasion: str = "case:1:4") -> Message:
    """Owe a notice and hand it over."""
    (message,) = owed(given or notice(), occasion=occasion)
    delivery.deliver(str(message.pk))
    return again(message)


def unsure(carrier: ObedientCarrier, given: Notice | None = None, *, occasion: str = "case:1:4") -> Message:
    """Owe a notice and hand it over to a carrier that does not say whether it took it."""
    carrier.meanwhile = raising(Uncertain("500"))
    message = sent(given, occasion=occasion)
    carrier.meanwhile = nothing
    assert message.state == MessageState.UNKNOWN
    return message


def code(**options: Any) -> Message:
    """Owe a one-time code."""
    given = notice(template="code", context={"code": "12345"}, reference="")
    (message,) = owed(given, occasion="code:1", lane=Lane.CODES, **options)
    return message


def again(message: Message) -> Message:
    """Return the message as it is now."""
    return Message.objects.get(pk=message.pk)


def state_of(message: Message) -> str:
    """Return the state of the message as it is now."""
    return again(message).state


def last_try(message: Message) -> Attempt:
    """Return the newest attempt of a message."""
    return message.attempts.order_by("number").last()


def said(
    attempt: Attempt, status: Status, *, meaning: Meaning = Meaning.UNFIT, code: str = "", changes_state: bool = True
) -> None:
    """Let the carrier say a word about an attempt, as a callback would."""
    provider_id = Attempt.objects.get(pk=attempt.pk).provider_id or f"given-{attempt.pk}"
    word = status.name.lower() if changes_state else "frobnicated"
    reconciliation.record_report(
        attempt.carrier,
        StatusReport(provider_id, status, word, code, meaning),
        attempt_id=attempt.pk,
        changes_state=changes_state,
    )


def check_now(message: Message) -> int:
    """Let the time come to ask about a message, and ask."""
    Message.objects.filter(pk=message.pk).update(next_check_at=Now())
    return reconciliation.check_due_messages()


def aged(message: Message, field: str, **span: float) -> None:
    """Let what happened to a message have happened so long ago, by the database's clock."""
    Message.objects.filter(pk=message.pk).update(**{field: Now() - timedelta(**span)})


def wait_of(message: Message, field: str = "next_check_at") -> int | None:
    """Return for how many seconds the message waits, by the database's clock, to the next five: looking takes time."""
    wait = Message.objects.values_list(F(field) - Now(), flat=True).get(pk=message.pk)
    return None if wait is None else math.ceil(wait.total_seconds() / 5) * 5


def moved_to(address: str, *, channel: Channel = Channel.SMS, recipient: str = "citizen:amina") -> int:
    """Let a person have another address from now on."""
    with transaction.atomic():
        return readdress(recipient, channel, address, at=timezone.now())


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Do things in threads that start together; return what each returned or raised, in their order."""
    results: list[object] = [None] * len(acts)
    start = threading.Barrier(len(acts))

    def work(place: int, act: Callable[[], object]) -> None:
        try:
            be_patient()
            start.wait(60)
            results[place] = act()
        except Exception as error:  # noqa: BLE001 - what it raised is its result
            results[place] = type(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return results
