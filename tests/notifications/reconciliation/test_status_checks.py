"""What is unknown is looked for before it is sent again; what was taken is asked after until its fate is known."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from unittest.mock import Mock

import pytest
from django.db import connection
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from notifications import actions, alarms, reconciliation, tasks
from notifications.carriers import OutgoingMessage, Status, StatusReport, StatusUnavailable, Uncertain
from notifications.models import AlarmKind, CallTask, Message, Receipt
from notifications.sending import delivery
from tests.notifications.acts import (
    SecondCarrier,
    again,
    aged,
    at_once,
    check_now,
    code,
    last_try,
    raising,
    said,
    sent,
    state_of,
    unsure,
    wait_of,
)
from tests.notifications.conftest import AnsweringCarrier, ObedientCarrier, notice

pytestmark = pytest.mark.django_db
committed = pytest.mark.django_db(transaction=True)

MINUTE = 60


class TestTwoChecks:
    """An unknown message is sent again after two checks that did not find it, and not before."""

    def test_the_checks_have_their_waits(self, signals: list[str], answering: AnsweringCarrier) -> None:
        message = unsure(answering)
        assert wait_of(message) == 10 * MINUTE
        assert (check_now(message), state_of(message), wait_of(message)) == (1, "unknown", 20 * MINUTE)
        assert delivery.deliver(str(message.pk)) == "unknown"
        assert (check_now(message), state_of(message), answering.asked) == (1, "pending", 2)
        assert (delivery.deliver(str(message.pk)), len(answering.ledger)) == ("accepted", 1)
        assert list(message.attempts.order_by("number").values_list("outcome", flat=True)) == ["not_sent", "accepted"]

    def test_nobody_is_asked_before_it_is_time(self, signals: list[str], answering: AnsweringCarrier) -> None:
        message = unsure(answering)
        Message.objects.update(next_check_at=Now() + timedelta(seconds=5))
        assert (reconciliation.check_due_messages(), answering.asked) == (0, 0)
        check_now(message)
        assert (reconciliation.check_due_messages(), answering.asked, again(message).times_not_found) == (0, 1, 1)

    def test_the_spans_follow_the_setting(
        self, signals: list[str], answering: AnsweringCarrier, settings: object
    ) -> None:
        settings.NOTIFICATIONS_TIME_FACTOR = 0.1
        message = unsure(answering)
        assert wait_of(message) == MINUTE
        check_now(message)
        assert wait_of(message) == 2 * MINUTE

    def test_each_unsure_try_needs_two_checks_of_its_own(self, signals: list[str], answering: AnsweringCarrier) -> None:
        message = unsure(answering)
        check_now(message)
        check_now(message)
        answering.meanwhile = raising(Uncertain("500"))
        assert (delivery.deliver(str(message.pk)), again(message).times_not_found) == ("unknown", 0)
        check_now(message)
        assert (state_of(message), again(message).times_not_found) == ("unknown", 1)

    @pytest.mark.parametrize(
        ("status", "state"),
        [(Status.TAKEN, "accepted"), (Status.DELIVERED, "delivered"), (Status.FAILED, "undeliverable")],
    )
    @pytest.mark.parametrize("clean_looks", [0, 1])
    def test_what_is_found_is_never_sent_again(
        self, signals: list[str], answering: AnsweringCarrier, status: Status, state: str, clean_looks: int
    ) -> None:
        message = unsure(answering)
        for _ in range(clean_looks):
            check_now(message)
        answering.list(message, status, status.name)
        check_now(message)
        assert (delivery.deliver(str(message.pk)), answering.ledger) == (state, [])
        attempt = last_try(message)
        assert (attempt.outcome, attempt.provider_id) == ("accepted", f"listed-{message.token}")
        assert Receipt.objects.get().attempt == attempt

    def test_a_code_is_not_looked_for(self, signals: list[str], answering: AnsweringCarrier) -> None:
        message = code()
        answering.meanwhile = raising(Uncertain("500"))
        assert (delivery.deliver(str(message.pk)), again(message).next_check_at) == ("unknown", None)


class TestUnfinishedChecks:
    """A check that could not be finished proves nothing."""

    @pytest.mark.parametrize("error", [StatusUnavailable(), RuntimeError("+962790001234"), TimeoutError()])
    def test_it_counts_for_nothing(
        self,
        signals: list[str],
        answering: AnsweringCarrier,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
        error: Exception,
    ) -> None:
        message = unsure(answering)
        check_now(message)

        def find(outgoing: OutgoingMessage, *, since: datetime) -> StatusReport:
            raise error

        with monkeypatch.context() as patch:
            patch.setattr(answering, "find", find)
            for _ in range(3):
                check_now(message)
        assert (state_of(message), again(message).times_not_found, wait_of(message)) == ("unknown", 1, 5 * MINUTE)
        assert "790001234" not in caplog.text
        check_now(message)
        assert state_of(message) == "pending"

    @pytest.mark.parametrize(("is_there", "state", "messages"), [(True, "accepted", 0), (False, "accepted", 1)])
    def test_a_list_that_fails_for_an_hour(
        self, signals: list[str], answering: AnsweringCarrier, state: str, messages: int, *, is_there: bool
    ) -> None:
        message = unsure(answering)
        answering.unreadable = True
        for _ in range(12):
            check_now(message)
            aged(message, "unsure_since", minutes=60)
        assert (state_of(message), again(message).times_not_found) == ("unknown", 0)
        answering.unreadable = False
        if is_there:
            answering.list(message)
        check_now(message)
        check_now(message)
        assert (delivery.deliver(str(message.pk)), len(answering.ledger)) == (state, messages)

    def test_the_trouble_of_one_message_keeps_no_other_from_being_asked_about(
        self, signals: list[str], answering: AnsweringCarrier, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        troubled, found = (unsure(answering, occasion=f"case:1:{number}") for number in range(2))
        report = answering.list(found)

        def find(outgoing: OutgoingMessage, *, since: datetime) -> StatusReport | None:
            if outgoing.token == troubled.token:
                raise RuntimeError
            return report

        monkeypatch.setattr(answering, "find", find)
        Message.objects.update(next_check_at=Now())
        assert (reconciliation.check_due_messages(), state_of(troubled), state_of(found)) == (2, "unknown", "accepted")


class TestAPersonDecides:
    """After two hours nothing is sent again by itself, however clean the checks."""

    def test_old_doubt_is_left_to_a_person(self, signals: list[str], answering: AnsweringCarrier) -> None:
        message = unsure(answering)
        aged(message, "unsure_since", hours=2)
        for _ in range(5):
            check_now(message)
        assert (state_of(message), again(message).times_not_found >= 2) == ("unknown", True)

    def test_just_before_it_is_not(self, signals: list[str], answering: AnsweringCarrier) -> None:
        message = unsure(answering)
        aged(message, "unsure_since", minutes=119)
        check_now(message)
        check_now(message)
        assert state_of(message) == "pending"

    def test_what_is_found_late_is_taken_all_the_same(self, signals: list[str], answering: AnsweringCarrier) -> None:
        message = unsure(answering)
        aged(message, "unsure_since", hours=30)
        answering.list(message, Status.DELIVERED, "delivered")
        check_now(message)
        assert state_of(message) == "delivered"

    def test_the_operators_are_told_once_until_somebody_decided(
        self, signals: list[str], answering: AnsweringCarrier
    ) -> None:
        message = unsure(answering)
        tasks.sweep_up()
        assert not alarms.open_alarms().exists()
        aged(message, "unsure_since", hours=2)
        tasks.sweep_up()
        tasks.sweep_up()
        assert alarms.open_alarms().get().kind == AlarmKind.UNDECIDED
        actions.decide_taken(again(message), by="user:huda", at=timezone.now())
        tasks.sweep_up()
        assert not alarms.open_alarms().exists()


class TestCarriersThatAreSilent:
    """Where nobody can be asked, nothing is guessed."""

    def test_a_carrier_that_cannot_be_asked(self, signals: list[str], carrier: ObedientCarrier) -> None:
        message = unsure(carrier)
        assert (again(message).next_check_at, reconciliation.check_due_messages(), state_of(message)) == (
            None,
            0,
            "unknown",
        )
        taken = sent(occasion="case:1:5")
        assert (taken.state, taken.next_check_at) == ("accepted", None)

    def test_a_try_that_never_was_on_the_wire_is_not_looked_for(
        self, signals: list[str], answering: AnsweringCarrier
    ) -> None:
        message = unsure(answering)
        attempt = last_try(message)
        attempt.wire_at = None
        with pytest.raises(StatusUnavailable):
            reconciliation._find(message, attempt)
        assert answering.asked == 0

    def test_a_carrier_that_left_the_settings(
        self, signals: list[str], answering: AnsweringCarrier, use: Callable[..., None]
    ) -> None:
        message = unsure(answering)
        use(SecondCarrier())
        for _ in range(4):
            check_now(message)
        assert (state_of(message), again(message).times_not_found, wait_of(message)) == ("unknown", 0, 5 * MINUTE)
        answering.list(message)
        use(SecondCarrier(), answering)
        check_now(message)
        assert state_of(message) == "accepted"

    def test_what_it_had_taken_is_given_up_after_three_days(
        self, signals: list[str], answering: AnsweringCarrier, use: Callable[..., None]
    ) -> None:
        message = sent(notice(must_reach=True))
        use(SecondCarrier())
        check_now(message)
        assert state_of(message) == "accepted"
        aged(message, "accepted_at", hours=72)
        check_now(message)
        assert (state_of(message), CallTask.objects.get().message_id) == ("undeliverable", message.pk)


class TestAtTheSameMoment:
    """Several processes ask; people and carriers speak while the question is in the air."""

    @committed
    def test_two_processes_ask_once_about_each(self, signals: list[str], answering: AnsweringCarrier) -> None:
        messages = [unsure(answering, occasion=f"case:1:{number}") for number in range(4)]
        Message.objects.update(next_check_at=Now())
        asked = at_once(
            reconciliation.check_due_messages, reconciliation.check_due_messages, reconciliation.check_due_messages
        )
        assert (sum(asked), answering.asked) == (4, 4)
        assert [again(message).times_not_found for message in messages] == [1, 1, 1, 1]

    @committed
    def test_no_transaction_is_open_while_a_carrier_is_asked(
        self, signals: list[str], answering: AnsweringCarrier, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        message = unsure(answering)
        open_transactions: list[bool] = []

        def find(outgoing: OutgoingMessage, *, since: datetime) -> None:
            open_transactions.append(connection.in_atomic_block)

        monkeypatch.setattr(answering, "find", find)
        check_now(message)
        assert open_transactions == [False]

    @committed
    def test_a_callback_while_the_list_is_read_wins(
        self, signals: list[str], answering: AnsweringCarrier, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        message = unsure(answering)
        check_now(message)

        def find(outgoing: OutgoingMessage, *, since: datetime) -> None:
            caller = threading.Thread(target=call_back)
            caller.start()
            caller.join(60)

        def call_back() -> None:
            try:
                said(last_try(message), Status.TAKEN)
            finally:
                connection.close()

        monkeypatch.setattr(answering, "find", find)
        check_now(message)
        assert (delivery.deliver(str(message.pk)), answering.ledger) == ("accepted", [])

    def test_a_check_of_an_earlier_try_does_not_count_for_a_later_one(
        self, signals: list[str], answering: AnsweringCarrier, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        message = unsure(answering)
        answering.meanwhile = raising(Uncertain("500"))

        def find(outgoing: OutgoingMessage, *, since: datetime) -> None:
            actions.decide_not_taken(message, by="user:lina", at=timezone.now())
            assert delivery.deliver(str(message.pk)) == "unknown"

        with monkeypatch.context() as patch:
            patch.setattr(answering, "find", find)
            check_now(message)
        assert again(message).times_not_found == 0
        check_now(message)
        assert state_of(message) == "unknown"

    def test_a_process_that_dies_while_asking_leaves_it_to_the_next(
        self, signals: list[str], answering: AnsweringCarrier, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        message = unsure(answering)

        def find(outgoing: OutgoingMessage, *, since: datetime) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(answering, "find", find)
            with pytest.raises(KeyboardInterrupt):
                check_now(message)
        assert (again(message).times_not_found, wait_of(message)) == (0, 5 * MINUTE)


@pytest.mark.parametrize("hours", [2, -2])
def test_a_process_whose_clock_is_off_changes_nothing(
    signals: list[str], answering: AnsweringCarrier, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    real = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: real() + timedelta(hours=hours))
    message = unsure(answering)
    assert (wait_of(message), reconciliation.check_due_messages()) == (10 * MINUTE, 0)
    monkeypatch.setattr(answering, "find", Mock(return_value=None))
    check_now(message)
    check_now(message)
    assert (delivery.deliver(str(message.pk)), wait_of(message)) == ("accepted", 30 * MINUTE)
    (taken,) = Message.objects.annotate(age=Now() - F("accepted_at"))
    assert timedelta() <= taken.age < timedelta(minutes=1)
