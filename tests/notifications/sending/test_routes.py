"""Whom a message is given to: weights that fall and recover, routes that stop and are tried again."""

import math
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from notifications import alarms, tasks
from notifications.carriers import Declined, Meaning, Uncertain
from notifications.models import Alarm, AlarmKind, Attempt, Channel, Message, ProviderRoute
from notifications.sending import delivery, routes
from notifications.sending.routes import CarrierRoute, RoutingTable
from tests.notifications.acts import (
    EMAIL,
    Killed,
    SecondCarrier,
    again,
    aged,
    code,
    nothing,
    raising,
    state_of,
    wait_of,
)
from tests.notifications.conftest import AnsweringCarrier, ObedientCarrier, notice, owed

pytestmark = pytest.mark.django_db

BUSY = raising(Declined(Meaning.BUSY, "429"))
REFUSED = raising(Declined(Meaning.ACCOUNT, "20003"))


@pytest.fixture
def second(use: Callable[..., None], answering: AnsweringCarrier) -> SecondCarrier:
    """Stand behind the carrier that is preferred."""
    made = SecondCarrier()
    use(answering, made)
    return made


@pytest.fixture
def die(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Let every throw of the die that weights messages out show this number of a hundred."""

    def show(number: int) -> None:
        monkeypatch.setattr(routes.secrets, "randbelow", lambda sides: number % sides)

    return show


def route(carrier: ObedientCarrier, channel: str = "sms") -> CarrierRoute:
    """Return the route of a carrier as it stands."""
    return next(each for each in RoutingTable.load().by_channel[channel] if each.carrier is carrier)


def weight(carrier: ObedientCarrier) -> int:
    """Return the weight of a carrier's route now."""
    return route(carrier).weight


def passed(**span: float) -> None:
    """Let time pass for every route, by the database's clock."""
    spent = timedelta(**span)
    ProviderRoute.objects.update(weight_at=F("weight_at") - spent, stopped_until=F("stopped_until") - spent)


class TestShare:
    """A route that fails loses half of its weight and regains a tenth with every minute."""

    def test_a_new_route_has_the_full_weight(self, answering: AnsweringCarrier, second: SecondCarrier) -> None:
        assert (weight(answering), weight(second), ProviderRoute.objects.count()) == (100, 100, 0)

    def test_each_failure_takes_half(self, answering: AnsweringCarrier, second: SecondCarrier) -> None:
        weights = []
        for _ in range(10):
            routes.penalise("sms", answering.name)
            weights.append(weight(answering))
        assert (weights[:2], weights == sorted(weights, reverse=True), weights[-1]) == ([50, 25], True, 0)
        assert (weight(second), route(answering, "email").weight) == (100, 100)

    @pytest.mark.parametrize(("seconds", "regained"), [(0, 25), (59, 25), (60, 35), (185, 55), (450, 95), (9999, 100)])
    def test_it_drifts_back(
        self, answering: AnsweringCarrier, second: SecondCarrier, seconds: int, regained: int
    ) -> None:
        routes.penalise("sms", answering.name)
        routes.penalise("sms", answering.name)
        passed(seconds=seconds)
        assert weight(answering) == regained

    def test_what_was_regained_is_halved_by_the_next_failure(
        self, answering: AnsweringCarrier, second: SecondCarrier
    ) -> None:
        routes.penalise("sms", answering.name)
        passed(minutes=3)
        routes.penalise("sms", answering.name)
        assert weight(answering) == 40

    def test_it_recovers_by_the_time_factor_of_the_setting(
        self, answering: AnsweringCarrier, second: SecondCarrier, settings: object
    ) -> None:
        settings.NOTIFICATIONS_TIME_FACTOR = 0.1
        routes.penalise("sms", answering.name)
        passed(seconds=19)
        assert weight(answering) == 80

    def test_the_only_route_is_not_penalised(self, signals: list[str], answering: AnsweringCarrier) -> None:
        answering.meanwhile = BUSY
        (message,) = owed()
        delivery.deliver(str(message.pk))
        assert (weight(answering), ProviderRoute.objects.count()) == (100, 0)

    @pytest.mark.parametrize(("thrown", "taker"), [(0, "answering"), (49, "answering"), (50, "second"), (99, "second")])
    def test_messages_are_given_by_weight(
        self,
        signals: list[str],
        answering: AnsweringCarrier,
        second: SecondCarrier,
        die: Callable[[int], None],
        thrown: int,
        taker: str,
    ) -> None:
        routes.penalise("sms", answering.name)
        die(thrown)
        (message,) = owed()
        delivery.deliver(str(message.pk))
        assert Attempt.objects.get().carrier == taker

    def test_a_healthy_route_of_preference_takes_all(
        self, signals: list[str], answering: AnsweringCarrier, second: SecondCarrier, die: Callable[[int], None]
    ) -> None:
        die(99)
        owed(*(notice(recipient=f"user:{number}") for number in range(5)))
        delivery.drain("notices")
        assert (len(answering.ledger), len(second.ledger)) == (5, 0)


class TestFailover:
    """What one route did not take goes by another; what is unsure goes nowhere."""

    def test_the_next_try_goes_by_the_other_route(
        self, signals: list[str], answering: AnsweringCarrier, second: SecondCarrier, die: Callable[[int], None]
    ) -> None:
        die(0)
        answering.meanwhile = BUSY
        (message,) = owed()
        assert (delivery.deliver(str(message.pk)), weight(answering)) == ("pending", 50)
        Message.objects.update(next_try_at=Now())
        assert delivery.deliver(str(message.pk)) == "accepted"
        assert (len(answering.ledger), len(second.ledger)) == (0, 1)

    def test_and_back_where_the_other_fails_too(
        self, signals: list[str], answering: AnsweringCarrier, second: SecondCarrier, die: Callable[[int], None]
    ) -> None:
        die(0)
        answering.meanwhile = second.meanwhile = BUSY
        (message,) = owed()
        for _ in range(4):
            delivery.deliver(str(message.pk))
            Message.objects.update(next_try_at=Now())
        assert list(message.attempts.order_by("number").values_list("carrier", flat=True)) == [
            "answering",
            "second",
            "answering",
            "second",
        ]
        assert state_of(message) == "pending"

    def test_an_unsure_answer_is_penalised_and_not_failed_over(
        self, signals: list[str], answering: AnsweringCarrier, second: SecondCarrier
    ) -> None:
        answering.meanwhile = raising(Uncertain("500"))
        (message,) = owed()
        assert (delivery.deliver(str(message.pk)), weight(answering)) == ("unknown", 50)
        delivery.drain("notices")
        assert second.ledger == []

    @pytest.mark.parametrize("meaning", [Meaning.DEAD, Meaning.STOPPED, Meaning.UNFIT])
    def test_a_bad_address_is_no_fault_of_the_route(
        self, signals: list[str], answering: AnsweringCarrier, second: SecondCarrier, meaning: Meaning
    ) -> None:
        answering.meanwhile = raising(Declined(meaning, "x"))
        (message,) = owed()
        assert (delivery.deliver(str(message.pk)), weight(answering), second.ledger) == ("undeliverable", 100, [])

    def test_a_batch_does_not_follow_a_failing_route(
        self, signals: list[str], answering: AnsweringCarrier, second: SecondCarrier
    ) -> None:
        answering.meanwhile = raising(Uncertain("500"))
        owed(*(notice(recipient=f"user:{number}") for number in range(60)))
        delivery.drain("notices")
        assert Message.objects.filter(state="unknown").count() + len(second.ledger) == 60
        assert len(second.ledger) >= 30


class TestStop:
    """A refused account stops the route, not its messages; operators are told once."""

    def test_the_message_waits_and_nothing_is_marked_failed(
        self, signals: list[str], answering: AnsweringCarrier
    ) -> None:
        answering.meanwhile = REFUSED
        messages = owed(*(notice(recipient=f"citizen:{number}", must_reach=True) for number in range(4)))
        delivery.drain("notices")
        signals.clear()
        tasks.sweep_up()
        assert (signals, [state_of(message) for message in messages]) == ([], ["pending"] * 4)
        assert [delivery.deliver(str(message.pk)) for message in messages] == ["pending"] * 4
        (row,) = ProviderRoute.objects.annotate(left=F("stopped_until") - Now())
        assert (row.channel, row.carrier, row.stopped_by) == ("sms", "answering", "20003")
        assert timedelta(minutes=9) < row.left <= timedelta(minutes=10)
        assert [wait_of(message, "next_try_at") for message in messages] == [None] * 4

    def test_the_operators_are_told_once(self, signals: list[str], answering: AnsweringCarrier) -> None:
        answering.meanwhile = REFUSED
        owed(*(notice(recipient=f"citizen:{number}") for number in range(4)))
        for _ in range(3):
            delivery.drain("notices")
            passed(minutes=11)
        with transaction.atomic():
            told = alarms.lock_untold()
            for alarm in told:
                alarms.mark_told(alarm)
        delivery.drain("notices")
        with transaction.atomic():
            assert alarms.lock_untold() == []
        assert [(alarm.kind, alarm.about) for alarm in told] == [(AlarmKind.ROUTE_STOPPED, "sms answering")]

    def test_the_rest_of_the_batch_goes_by_the_other_route_at_once(
        self, signals: list[str], answering: AnsweringCarrier, second: SecondCarrier
    ) -> None:
        answering.meanwhile = REFUSED
        messages = owed(*(notice(recipient=f"citizen:{number}") for number in range(8)))
        delivery.drain("notices")
        assert [state_of(message) for message in messages] == ["accepted"] * 8
        assert (len(answering.ledger), len(second.ledger)) == (0, 8)
        assert sorted(message.message_id for message in second.ledger) == sorted(
            str(message.pk) for message in messages
        )

    def test_a_code_goes_by_the_other_route(
        self, signals: list[str], answering: AnsweringCarrier, second: SecondCarrier
    ) -> None:
        answering.meanwhile = REFUSED
        message = code()
        delivery.drain("codes")
        assert (state_of(message), len(second.ledger)) == ("accepted", 1)

    def test_where_every_route_is_stopped_messages_wait(
        self, signals: list[str], answering: AnsweringCarrier, second: SecondCarrier
    ) -> None:
        answering.meanwhile = second.meanwhile = REFUSED
        (message,) = owed(notice(must_reach=True, other_address=EMAIL))
        assert delivery.drain("notices")
        assert (state_of(message), Message.objects.count(), alarms.open_alarms().count()) == ("pending", 1, 2)
        answering.meanwhile = second.meanwhile = nothing
        assert delivery.deliver(str(message.pk)) == "pending"
        passed(minutes=10)
        assert delivery.deliver(str(message.pk)) == "accepted"

    def test_the_other_channel_of_the_same_carrier_goes_on(
        self, signals: list[str], answering: AnsweringCarrier
    ) -> None:
        routes.stop("sms", "answering", code="20003")
        sms, email = owed(notice(), notice(channel=Channel.EMAIL, address=EMAIL))
        delivery.drain("notices")
        assert (state_of(sms), state_of(email)) == ("pending", "accepted")

    def test_a_stop_ends_by_the_databases_clock(
        self, signals: list[str], answering: AnsweringCarrier, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        routes.stop("sms", "answering", code="20003")
        real = timezone.now
        (message,) = owed()
        monkeypatch.setattr(timezone, "now", lambda: real() + timedelta(hours=2))
        assert delivery.deliver(str(message.pk)) == "pending"


def test_a_rest_begins_now_and_ends_after_five_minutes_at_the_latest(db: None) -> None:
    for name, span in (("short", timedelta(minutes=1)), ("long", timedelta(days=1))):
        routes.rest(Channel.WEBHOOK, name, code="5" * 60, span=span)
    rows = ProviderRoute.objects.annotate(left=F("stopped_until") - Now())
    # To the next ten seconds: looking takes time.
    left = {row.carrier: (math.ceil(row.left.total_seconds() / 10) * 10, row.stopped_by) for row in rows}
    assert left == {"short": (60, "5" * 40), "long": (300, "5" * 40)}


class TestTrial:
    """After ten minutes one message tries the route."""

    def stopped(self, answering: AnsweringCarrier, number: int = 6) -> list[Message]:
        """Stop the route, with messages waiting, and let the ten minutes pass."""
        routes.stop("sms", answering.name, code="20003")
        messages = owed(*(notice(recipient=f"citizen:{place}") for place in range(number)))
        assert (delivery.drain("notices"), answering.ledger) == (True, [])
        passed(minutes=10)
        return messages

    def test_a_message_that_is_taken_opens_the_route(self, signals: list[str], answering: AnsweringCarrier) -> None:
        messages = self.stopped(answering)
        delivery.drain("notices")
        assert [state_of(message) for message in messages] == ["accepted"] * 6
        row = ProviderRoute.objects.get()
        assert (row.stopped_until, row.stopped_by, alarms.open_alarms().count()) == (None, "", 0)
        assert Alarm.objects.get().resolved_at is not None

    def test_only_one_message_tries(self, signals: list[str], answering: AnsweringCarrier) -> None:
        messages = self.stopped(answering)
        answering.meanwhile = REFUSED
        delivery.drain("notices")
        assert Attempt.objects.filter(wire_at__isnull=False).count() == 1
        assert [state_of(message) for message in messages] == ["pending"] * 6

    @pytest.mark.parametrize("meaning", [Meaning.DEAD, Meaning.STOPPED, Meaning.UNFIT])
    def test_an_answer_about_the_address_opens_the_route_too(
        self, signals: list[str], answering: AnsweringCarrier, meaning: Meaning
    ) -> None:
        self.stopped(answering, 1)
        answering.meanwhile = raising(Declined(meaning, "x"))
        delivery.drain("notices")
        assert (route(answering).is_open, alarms.open_alarms().count()) == (True, 0)

    def test_two_senders_make_one_trial(self, signals: list[str], answering: AnsweringCarrier) -> None:
        messages = self.stopped(answering)
        others: list[bool] = []

        def another_sender() -> None:
            answering.meanwhile = nothing
            others.append(delivery.drain("notices"))
            raise Declined(Meaning.ACCOUNT, "20003")

        answering.meanwhile = another_sender
        delivery.drain("notices")
        assert (others, answering.ledger) == ([True], [])
        assert [state_of(message) for message in messages] == ["pending"] * 6

    def test_a_sender_killed_on_trial_leaves_it_to_the_next(
        self, signals: list[str], answering: AnsweringCarrier
    ) -> None:
        self.stopped(answering, 2)
        answering.meanwhile = raising(Killed())
        with pytest.raises(Killed):
            delivery.drain("notices")
        assert (delivery.drain("notices"), answering.ledger) == (True, [])
        passed(minutes=10)
        answering.meanwhile = nothing
        delivery.drain("notices")
        assert (len(answering.ledger), route(answering).is_open, alarms.open_alarms().count()) == (1, True, 0)

    def test_a_trial_that_fails_stops_it_again_without_another_alarm(
        self, signals: list[str], answering: AnsweringCarrier
    ) -> None:
        self.stopped(answering)
        answering.meanwhile = REFUSED
        delivery.drain("notices")
        assert (route(answering).is_open, Alarm.objects.count()) == (False, 1)

    def test_a_route_that_was_opened_and_stops_again_is_another_alarm(
        self, signals: list[str], answering: AnsweringCarrier
    ) -> None:
        self.stopped(answering)
        delivery.drain("notices")
        answering.meanwhile = REFUSED
        owed(occasion="case:1:5")
        delivery.drain("notices")
        assert (Alarm.objects.count(), alarms.open_alarms().count()) == (2, 1)

    def test_an_operator_opens_it_at_once(self, signals: list[str], answering: AnsweringCarrier) -> None:
        routes.stop("sms", "answering", code="20003")
        routes.reopen("sms", "answering")
        routes.reopen("sms", "answering")
        (message,) = owed()
        assert (delivery.deliver(str(message.pk)), alarms.open_alarms().count()) == ("accepted", 0)


def test_two_hours_of_waiting_for_a_route_cost_a_message_nothing(
    signals: list[str], answering: AnsweringCarrier
) -> None:
    answering.meanwhile = REFUSED
    (message,) = owed()
    for _ in range(12):
        delivery.deliver(str(message.pk))
        passed(minutes=10)
    aged(message, "created_at", hours=2)
    answering.meanwhile = nothing
    assert (delivery.deliver(str(message.pk)), again(message).tries, len(answering.ledger)) == ("accepted", 13, 1)
