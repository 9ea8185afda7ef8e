"""Many senders at once: people who move, notices that are overtaken, routes that fail, rows that cannot be read."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from notifications import outbox, reconciliation, tasks
from notifications.carriers import Declined, Meaning, Uncertain
from notifications.models import Alarm, Attempt, Channel, DailySpend, Lane, Message, ProviderRoute
from notifications.sending import delivery, routes, sweep
from notifications.sending.claims import BatchSizer, claim_messages, give_back
from notifications.sending.delivery import mark_on_wire
from notifications.sending.recording import record_once
from tests.notifications.acts import (
    EMAIL,
    NEW,
    OLD,
    SecondCarrier,
    again,
    aged,
    at_once,
    code,
    moved_to,
    nothing,
    raising,
    state_of,
    unsure,
    wait_of,
)
from tests.notifications.conftest import AnsweringCarrier, ObedientCarrier, notice, owed

pytestmark = pytest.mark.django_db
committed = pytest.mark.django_db(transaction=True)

BUSY = Declined(Meaning.BUSY, "429")


def once(act: Callable[[], None], then: BaseException) -> Callable[[], None]:
    """Return something to do meanwhile that happens, and fails, the first time only."""
    left = [act]

    def happen() -> None:
        if left:
            left.pop()()
            raise then

    return happen


class TestMovedMeanwhile:
    """The person moves while a carrier is spoken to, and the carrier says no."""

    def test_the_other_channel_is_the_new_one(self, signals: list[str], answering: AnsweringCarrier) -> None:
        owed(notice(channel=Channel.EMAIL, address=EMAIL, other_address=OLD, must_reach=True))
        answering.meanwhile = once(lambda: moved_to(NEW) and None, Declined(Meaning.DEAD, "550"))
        delivery.drain("notices")
        assert [message.to for message in answering.ledger] == [NEW]

    def test_the_way_back_is_the_new_one(self, signals: list[str], answering: AnsweringCarrier) -> None:
        (message,) = owed(notice(address=OLD, other_address=EMAIL, must_reach=True))
        answering.meanwhile = once(lambda: moved_to(NEW) and None, Declined(Meaning.UNFIT, "21408"))
        delivery.drain("notices")
        assert Message.objects.get(repeats=message).other_address == NEW


class TestOvertakenMeanwhile:
    """A notice is cancelled while a sender lets go of it."""

    @committed
    def test_it_slips_through_no_gap(self, signals: list[str], carrier: ObedientCarrier) -> None:
        (message,) = owed()
        claims, _ = claim_messages(Q(pk=message.pk), 1)

        def let_go() -> None:
            try:
                give_back(claims)
            finally:
                connection.close()

        sender = threading.Thread(target=let_go)
        with transaction.atomic():
            cancelled = outbox.cancel(reference="2604821735", at=timezone.now())
            sender.start()
            left = outbox.has_left(message.occasion)
        sender.join(60)
        tasks.sweep_up()
        delivery.drain("notices")
        assert (cancelled, left, state_of(message), carrier.ledger) == ([], True, "expired", [])


class TestLateSender:
    """A sender that comes back after its lease finds that its claim is over, whoever holds the message by then."""

    def test_a_message_claimed_anew_is_marked_by_its_new_sender_alone(
        self, signals: list[str], carrier: ObedientCarrier
    ) -> None:
        (message,) = owed()
        late, _ = claim_messages(Q(lane="notices"), 1)
        aged(message, "lease_until", seconds=1)
        sweep.settle_abandoned()
        anew, _ = claim_messages(Q(lane="notices"), 1)
        assert [mark_on_wire(late), mark_on_wire(anew)] == [[], anew]
        assert [attempt.wire_at is None for attempt in message.attempts.order_by("number")] == [True, False]


class TestFailingRoutes:
    """What a failing route costs its messages, its weight and the day's money."""

    def test_each_message_is_tried_once_and_waits_for_the_first_time(
        self, signals: list[str], carrier: ObedientCarrier, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(BatchSizer, "pause", 0)
        messages = [owed(occasion=f"case:1:{number}")[0] for number in range(12)]
        carrier.meanwhile = raising(BUSY)
        delivery.drain("notices")
        found = {(again(message).tries, wait_of(message, "next_try_at")) for message in messages}
        assert {tries for tries, _ in found} == {1}
        # Five seconds from its try; whether any are left depends on the machine.
        assert all(wait is not None and wait <= 5 for _, wait in found)
        assert Attempt.objects.count() == 12

    def test_one_batch_costs_half_of_the_weight_and_not_all(
        self, signals: list[str], answering: AnsweringCarrier, use: Callable[..., None]
    ) -> None:
        use(answering, SecondCarrier())
        for number in range(8):
            owed(occasion=f"case:1:{number}")
        answering.meanwhile = raising(BUSY)
        claims, _ = claim_messages(Q(lane="notices"), 8)
        mark_on_wire(claims)
        assert record_once([(claim, BUSY) for claim in claims]) == {"answering"}
        assert ProviderRoute.objects.get(carrier="answering").weight == 50

    @committed
    def test_two_senders_that_penalise_two_routes_do_not_block_each_other(
        self, signals: list[str], answering: AnsweringCarrier, use: Callable[..., None]
    ) -> None:
        second = SecondCarrier()
        use(answering, second)
        owed(*(notice(recipient=f"user:{number}") for number in range(4)))
        claims, _ = claim_messages(Q(lane="notices"), 4)
        carriers = (answering, second, second, answering)
        mixed = [replace(claim, carrier=carrier) for claim, carrier in zip(claims, carriers, strict=True)]
        mark_on_wire(mixed)
        found = at_once(
            lambda: record_once([(claim, BUSY) for claim in mixed[:2]]),
            lambda: record_once([(claim, BUSY) for claim in mixed[2:]]),
        )
        assert found == [{"answering", "second"}] * 2
        assert set(ProviderRoute.objects.values_list("weight", flat=True)) == {25}

    @committed
    def test_a_route_that_another_sender_tries_is_left_to_it(self, answering: AnsweringCarrier) -> None:
        routes.stop("sms", answering.name, code="20003")
        ProviderRoute.objects.update(stopped_until=Now() - timedelta(seconds=1))
        with transaction.atomic():
            assert routes._claim_trial("sms", answering.name) is True
            assert at_once(transaction.atomic(lambda: routes._claim_trial("sms", answering.name))) == [False]

    def test_what_was_not_taken_costs_nothing(
        self, signals: list[str], carrier: ObedientCarrier, settings: Any
    ) -> None:
        settings.SMS_DAILY_CAP = 5
        (message,) = owed(notice(daytime=True))
        carrier.meanwhile = raising(BUSY)
        for _ in range(6):
            assert delivery.deliver(str(message.pk)) == "pending"
            Message.objects.update(next_try_at=None)
        assert DailySpend.objects.get().spent == 0
        carrier.meanwhile = nothing
        assert delivery.deliver(str(message.pk)) == "accepted"

    def test_what_was_given_back_goes_by_the_route_it_would_have(
        self, signals: list[str], answering: AnsweringCarrier, use: Callable[..., None]
    ) -> None:
        use(answering, SecondCarrier())
        (message,) = owed()
        claims, _ = claim_messages(Q(pk=message.pk), 1)
        give_back(claims)
        delivery.drain("notices")
        assert (again(message).carrier, again(message).tries) == ("answering", 1)


class TestLanes:
    """Nothing blocks a lane, and no lane hides the other."""

    def test_a_row_that_cannot_be_opened_is_settled_and_holds_nobody_up(
        self, signals: list[str], answering: AnsweringCarrier
    ) -> None:
        (bad,) = owed(occasion="case:1:1")
        (good,) = owed(occasion="case:1:2")
        with connection.cursor() as cursor:
            cursor.execute("UPDATE notifications_message SET address = %s WHERE id = %s", [b"\0" * 40, bad.pk])
        assert delivery.drain("notices") is True
        assert (state_of(bad), state_of(good)) == ("undeliverable", "accepted")

    def test_a_code_behind_five_hundred_notices_is_announced(
        self, signals: list[str], carrier: ObedientCarrier
    ) -> None:
        owed(*(notice(recipient=f"user:{number}") for number in range(501)))
        code()
        signals.clear()
        sweep.notify_due()
        assert set(signals) == {"codes", "notices"}

    def test_a_confirmation_that_may_have_been_taken_is_nobodys_decision(
        self, signals: list[str], carrier: ObedientCarrier
    ) -> None:
        given = notice(
            template="email_confirm",
            channel=Channel.EMAIL,
            address=EMAIL,
            context={"url": "https://service.example/c"},
            reference="",
        )
        (message,) = owed(given, occasion="email:1", lane=Lane.CODES, expires_at=timezone.now() + timedelta(hours=48))
        carrier.meanwhile = raising(Uncertain("data"))
        delivery.drain("codes")
        assert state_of(message) == "unknown"
        aged(message, "unsure_since", hours=3)
        tasks.sweep_up()
        assert (state_of(message), Alarm.objects.count()) == ("expired", 0)

    def test_a_list_that_cannot_be_read_is_asked_for_once_a_pass(
        self, signals: list[str], answering: AnsweringCarrier
    ) -> None:
        for number in range(3):
            unsure(answering, occasion=f"case:1:{number}")
        answering.unreadable = True
        Message.objects.update(next_check_at=Now())
        reconciliation.check_due_messages()
        assert answering.asked == 1
