"""Claim, wire, send, record: one message, one send, and nothing that is unsure is sent again."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from notifications import outbox, tasks
from notifications.carriers import Declined, Meaning, OutgoingMessage, Uncertain
from notifications.models import Attempt, Channel, EmbeddedMail, Lane, Message, MessageState
from notifications.sending import delivery, sweep
from notifications.sending.recording import back_off
from tests.notifications.acts import wait_of
from tests.notifications.conftest import ObedientCarrier, notice, owed

pytestmark = pytest.mark.django_db

# For tests whose second thread must see what the first one committed.
committed = pytest.mark.django_db(transaction=True)

type Signals = list[str]


def raising(error: Exception) -> Any:
    """Return something to do meanwhile that fails."""

    def fail() -> None:
        raise error

    return fail


def sms_code(**options: Any) -> Message:
    """Owe a one-time code."""
    (message,) = owed(
        notice(template="code", context={"code": "12345"}, reference=""), occasion="code:1", lane=Lane.CODES, **options
    )
    return message


def test_a_message_is_handed_over_as_it_was_frozen(signals: Signals, carrier: ObedientCarrier) -> None:
    (message,) = owed()
    assert delivery.deliver(str(message.pk)) == MessageState.ACCEPTED
    attempt = Attempt.objects.get()
    assert carrier.ledger == [
        OutgoingMessage(
            message_id=str(message.pk),
            attempt_id=attempt.pk,
            to="+962790001234",
            subject="",
            body=message.body,
            language="ar",
            token=message.token or "",
            template=message.template,
            reference=message.reference,
            date=carrier.ledger[0].date,
        )
    ]
    assert (attempt.outcome, attempt.provider_id, attempt.number) == ("accepted", "obedient-1", 1)
    assert attempt.started_at <= attempt.wire_at <= attempt.ended_at


def test_an_accepted_message_is_not_sent_again(signals: Signals, carrier: ObedientCarrier) -> None:
    (message,) = owed()
    assert [delivery.deliver(str(message.pk)) for _ in range(3)] == ["accepted"] * 3
    assert len(carrier.ledger) == 1


def test_an_unknown_message_id_is_nothing(signals: Signals, carrier: ObedientCarrier) -> None:
    assert delivery.deliver("00000000-0000-0000-0000-000000000000") == ""


@committed
def test_two_workers_on_one_message_send_once(signals: Signals, carrier: ObedientCarrier) -> None:
    (message,) = owed()
    inside, go_on = threading.Event(), threading.Event()

    def slowly() -> None:
        inside.set()
        assert go_on.wait(60)

    carrier.meanwhile = slowly
    states: list[str] = []

    def work() -> None:
        try:
            states.append(delivery.deliver(str(message.pk)))
        finally:
            connection.close()

    first = threading.Thread(target=work)
    first.start()
    assert inside.wait(60)
    second = threading.Thread(target=work)
    second.start()
    second.join(60)
    go_on.set()
    first.join(60)
    assert (states, len(carrier.ledger), Attempt.objects.count()) == (["sending", "accepted"], 1, 1)


@committed
def test_the_wire_mark_is_committed_before_the_carrier_is_spoken_to(signals: Signals, carrier: ObedientCarrier) -> None:
    (message,) = owed()
    seen: list[bool] = []

    def look() -> None:
        other = threading.Thread(target=from_elsewhere)
        other.start()
        other.join(60)

    def from_elsewhere() -> None:
        try:
            seen.append(Attempt.objects.filter(wire_at__isnull=False, message__state="sending").exists())
        finally:
            connection.close()

    carrier.meanwhile = look
    delivery.deliver(str(message.pk))
    assert seen == [True]


@pytest.mark.parametrize(
    ("error", "state", "outcome", "code"),
    [
        (Declined(Meaning.BUSY, "connect"), "pending", "not_sent", "connect"),
        (Declined(Meaning.ACCOUNT, "20003"), "pending", "not_sent", "20003"),
        (Declined(Meaning.DEAD, "21614"), "undeliverable", "refused", "21614"),
        (Declined(Meaning.STOPPED, "21610"), "undeliverable", "refused", "21610"),
        (Declined(Meaning.UNFIT, "21617"), "undeliverable", "refused", "21617"),
        (Uncertain("500"), "unknown", "unknown", "500"),
        (TimeoutError("+962790001234"), "unknown", "unknown", "TimeoutError"),
    ],
)
def test_what_a_failure_means(
    signals: Signals, carrier: ObedientCarrier, error: Exception, state: str, outcome: str, code: str
) -> None:
    (message,) = owed()
    carrier.meanwhile = raising(error)
    assert delivery.deliver(str(message.pk)) == state
    attempt = Attempt.objects.get()
    assert (attempt.outcome, attempt.error_code, attempt.ended_at is None) == (outcome, code, False)


def test_what_an_unsure_carrier_says_is_not_logged(
    signals: Signals, carrier: ObedientCarrier, caplog: pytest.LogCaptureFixture
) -> None:
    (message,) = owed()
    carrier.meanwhile = raising(TimeoutError("no answer for +962790001234"))
    delivery.deliver(str(message.pk))
    assert [record.message for record in caplog.records] == ["It is not known whether a message was taken."]
    assert "790001234" not in caplog.text


def test_unknown_is_never_sent_again_by_itself(signals: Signals, carrier: ObedientCarrier) -> None:
    (message,) = owed()
    carrier.meanwhile = raising(Uncertain())
    delivery.deliver(str(message.pk))
    carrier.meanwhile = lambda: None
    tasks.sweep_up()
    assert (delivery.deliver(str(message.pk)), carrier.ledger) == ("unknown", [])


def test_certain_failures_wait_longer_each_time_and_then_go_out(signals: Signals, carrier: ObedientCarrier) -> None:
    (message,) = owed()
    carrier.meanwhile = raising(Declined(Meaning.BUSY))
    waits = []
    for _ in range(3):
        delivery.deliver(str(message.pk))
        waits.append(wait_of(message, "next_try_at"))
        assert delivery.deliver(str(message.pk)) == "pending"
        Message.objects.update(next_try_at=Now())
    carrier.meanwhile = lambda: None
    assert (waits, Attempt.objects.count()) == ([5, 10, 20], 3)
    assert (delivery.deliver(str(message.pk)), len(carrier.ledger)) == ("accepted", 1)


def test_the_back_off_has_a_ceiling() -> None:
    assert back_off(Message(tries=60)) == timedelta(minutes=15)


def test_a_message_for_later_is_not_sent_now(signals: Signals, carrier: ObedientCarrier) -> None:
    (message,) = owed()
    Message.objects.update(not_before=Now() + timedelta(hours=1))
    assert (delivery.deliver(str(message.pk)), carrier.ledger) == ("pending", [])


class TestCodes:
    """A code is sent in time or not at all."""

    def test_a_code_that_is_late_expires(self, signals: Signals, carrier: ObedientCarrier) -> None:
        message = sms_code()
        Message.objects.update(expires_at=Now())
        assert delivery.deliver(str(message.pk)) == "pending"
        tasks.sweep_up()
        message.refresh_from_db()
        assert (message.state, message.settled_at is None, carrier.ledger) == ("expired", False, [])

    @committed
    def test_a_code_owed_too_late_never_leaves(self, signals: Signals, carrier: ObedientCarrier) -> None:
        message = sms_code(expires_at=timezone.now() - timedelta(seconds=1))
        Message.objects.update(expires_at=Now() + timedelta(hours=2))
        assert (delivery.deliver(str(message.pk)), carrier.ledger, len(signals)) == ("expired", [], 1)

    def test_a_code_is_tried_again_soon(self, signals: Signals, carrier: ObedientCarrier) -> None:
        message = sms_code()
        Message.objects.update(tries=4)
        carrier.meanwhile = raising(Declined(Meaning.BUSY))
        delivery.deliver(str(message.pk))
        assert wait_of(message, "next_try_at") == 5

    def test_notices_do_not_expire(self, signals: Signals) -> None:
        owed()
        assert sweep.expire() == 0


class TestOvertaking:
    """A cancelled message never leaves; one in a sender's hands is not cancelled."""

    def test_cancelled_before_it_left(self, signals: Signals, carrier: ObedientCarrier) -> None:
        (message,) = owed()
        outbox.cancel(reference=message.reference, at=timezone.now())
        assert (delivery.deliver(str(message.pk)), carrier.ledger) == ("cancelled", [])

    def test_cancelling_while_it_leaves_is_too_late(self, signals: Signals, carrier: ObedientCarrier) -> None:
        (message,) = owed()
        cancelled: list[list[str]] = []
        carrier.meanwhile = lambda: cancelled.append(outbox.cancel(reference=message.reference, at=timezone.now()))
        assert (delivery.deliver(str(message.pk)), cancelled) == ("accepted", [[]])

    @committed
    def test_a_message_being_cancelled_is_not_claimed(self, signals: Signals, carrier: ObedientCarrier) -> None:
        (message,) = owed()

        def work() -> None:
            try:
                states.append(delivery.deliver(str(message.pk)))
            finally:
                connection.close()

        states: list[str] = []
        with transaction.atomic():
            outbox.cancel(reference=message.reference, at=timezone.now())
            sender = threading.Thread(target=work)
            sender.start()
            sender.join(60)
            assert outbox.has_left(message.occasion) is False
        assert (states, carrier.ledger) == (["pending"], [])


def test_the_embedded_ledger_holds_what_was_sent_encrypted(signals: Signals) -> None:
    (message,) = owed(notice(channel=Channel.EMAIL, address="amina@example.com"))
    assert delivery.deliver(str(message.pk)) == "accepted"
    mail = EmbeddedMail.objects.get()
    assert (mail.to, mail.subject, mail.body, mail.channel) == (
        "amina@example.com",
        message.subject,
        message.body,
        "email",
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(m::text, '') FROM notifications_embeddedmail m")
        (dump,) = cursor.fetchone()
    assert (b"amina@example.com".hex() in dump, str(message.pk) in dump) == (False, True)
