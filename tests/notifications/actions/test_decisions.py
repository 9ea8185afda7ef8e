"""What a person may decide about a message in each state, and what then happens; of two at once the first is heard."""

from datetime import timedelta
from functools import partial
from typing import Any, Final

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from notifications import actions
from notifications.actions import DecisionNotPossible
from notifications.carriers import Status, StatusReport
from notifications.models import Attempt, CallTask, Channel, Message, MessageState
from notifications.reconciliation import record_report
from notifications.sending import delivery
from tests.notifications.acts import (
    EMAIL,
    NEW,
    OLD,
    again,
    at_once,
    code,
    last_try,
    moved_to,
    said,
    sent,
    state_of,
    unsure,
)
from tests.notifications.conftest import AnsweringCarrier, notice, owed

pytestmark = pytest.mark.django_db
committed = pytest.mark.django_db(transaction=True)

SAY_AGAIN: Final = {"resend", "resend_by_other_channel", "call_instead"}
# Of a message to a citizen who has both channels, nothing of which is said again yet.
POSSIBLE: Final[dict[str, set[str]]] = {
    "pending": {"release"},
    "sending": set(),
    "accepted": SAY_AGAIN,
    "delivered": SAY_AGAIN,
    "undeliverable": SAY_AGAIN,
    "unknown": {"call_instead", "decide_taken", "decide_not_taken"},
    "cancelled": set(),
    "expired": SAY_AGAIN,
}
VERBS: Final = sorted(set().union(*POSSIBLE.values()))


def message_in(state: str, **changes: Any) -> Message:
    """Return a message that one attempt was made of, in a state."""
    given = {"other_address": EMAIL, "must_reach": True} | changes
    (message,) = owed(notice(**given))
    ended = {"ended_at": Now(), "outcome": "accepted" if state in {"accepted", "delivered"} else "unknown"}
    Attempt.objects.create(
        message=message, number=1, fence=1, carrier="answering", wire_at=Now(), **({} if state == "sending" else ended)
    )
    Message.objects.update(
        state=state,
        tries=1,
        fence=1,
        carrier="answering",
        lease_until=Now() if state == "sending" else None,
        unsure_since=Now() if state == "unknown" else None,
    )
    return again(message)


def decide(verb: str, message: Message, by: str = "user:lina") -> None:
    """Let a person decide."""
    getattr(actions, verb)(message, by=by, at=timezone.now())


class TestTable:
    """Each verb has the states it starts from."""

    def test_every_state_and_every_verb_is_in_the_table(self) -> None:
        assert set(POSSIBLE) == set(MessageState.values)
        assert set(VERBS) == set(actions._ALLOWED)

    @pytest.mark.parametrize("state", POSSIBLE)
    def test_what_is_possible(self, signals: list[str], state: str) -> None:
        assert actions.possible(message_in(state)) == POSSIBLE[state]

    @pytest.mark.parametrize("verb", VERBS)
    @pytest.mark.parametrize("state", POSSIBLE)
    def test_the_verb_agrees(self, signals: list[str], answering: AnsweringCarrier, state: str, verb: str) -> None:
        message = message_in(state)
        before = Message.objects.filter(pk=message.pk).values().get()
        if verb in POSSIBLE[state]:
            decide(verb, message)
            return
        with pytest.raises(DecisionNotPossible):
            decide(verb, message)
        assert Message.objects.filter(pk=message.pk).values().get() == before
        assert (Message.objects.count(), CallTask.objects.count()) == (1, 0)

    @pytest.mark.parametrize("state", POSSIBLE)
    def test_without_another_channel_it_is_not_chosen(self, signals: list[str], state: str) -> None:
        message = message_in(state, other_address="")
        assert actions.possible(message) == POSSIBLE[state] - {"resend_by_other_channel"}

    @pytest.mark.parametrize("state", POSSIBLE)
    def test_staff_are_not_called(self, signals: list[str], state: str) -> None:
        assert actions.possible(message_in(state, must_reach=False)) == POSSIBLE[state] - {"call_instead"}

    @pytest.mark.parametrize("state", ["accepted", "delivered", "undeliverable", "unknown", "expired"])
    def test_nobody_is_called_twice(self, signals: list[str], state: str) -> None:
        message = message_in(state)
        decide("call_instead", message)
        assert actions.possible(again(message)) == POSSIBLE[state] - {"call_instead"}

    @pytest.mark.parametrize("state", ["pending", "accepted", "undeliverable", "expired"])
    def test_nobody_decides_about_a_code(self, signals: list[str], state: str) -> None:
        message = code()
        Message.objects.update(state=state, must_reach=True)
        assert actions.possible(again(message)) == set()


class TestRelease:
    """A waiting message goes now."""

    def test_it_waits_for_no_later_day_and_no_later_try(
        self, signals: list[str], answering: AnsweringCarrier, django_capture_on_commit_callbacks: Any
    ) -> None:
        (message,) = owed()
        Message.objects.update(not_before=Now() + timedelta(days=1), next_try_at=Now() + timedelta(minutes=15))
        assert delivery.deliver(str(message.pk)) == "pending"
        signals.clear()
        with django_capture_on_commit_callbacks(execute=True):
            decide("release", message)
        assert (signals, delivery.deliver(str(message.pk))) == (["notices"], "accepted")

    def test_releasing_twice_sends_once(self, signals: list[str], answering: AnsweringCarrier) -> None:
        (message,) = owed()
        decide("release", message)
        decide("release", message)
        delivery.drain("notices")
        with pytest.raises(DecisionNotPossible):
            decide("release", message)
        assert len(answering.ledger) == 1


class TestResend:
    """It is said again as a message of its own."""

    def test_by_the_same_channel(self, signals: list[str], answering: AnsweringCarrier) -> None:
        message = sent(notice(other_address=EMAIL, must_reach=True))
        decide("resend", message)
        repetition = message.repetitions.get()
        assert (repetition.channel, repetition.address, repetition.occasion) == ("sms", OLD, "case:1:4#2")
        assert (repetition.must_reach, repetition.other_address, state_of(message)) == (True, EMAIL, "accepted")
        assert delivery.deliver(str(repetition.pk)) == "accepted"
        assert [message.to for message in answering.ledger] == [OLD, OLD]

    def test_by_the_other_channel(self, signals: list[str], answering: AnsweringCarrier) -> None:
        message = sent(notice(other_address=EMAIL))
        decide("resend_by_other_channel", message)
        repetition = message.repetitions.get()
        assert (repetition.channel, repetition.address) == ("email", EMAIL)
        assert delivery.deliver(str(repetition.pk)) == "accepted"

    @pytest.mark.parametrize("verb", ["resend", "resend_by_other_channel"])
    def test_not_while_it_is_on_its_way(self, signals: list[str], answering: AnsweringCarrier, verb: str) -> None:
        message = sent(notice(other_address=EMAIL))
        decide(verb, message)
        for other in ("resend", "resend_by_other_channel"):
            with pytest.raises(DecisionNotPossible):
                decide(other, message, by="user:huda")
        assert Message.objects.count() == 2

    def test_again_and_again_under_numbers_of_its_own(self, signals: list[str], answering: AnsweringCarrier) -> None:
        message = sent(notice(other_address=EMAIL))
        for verb in ("resend", "resend_by_other_channel", "resend"):
            decide(verb, message)
            delivery.drain("notices")
        resent = Message.objects.exclude(pk=message.pk).order_by("created_at")
        assert list(resent.values_list("occasion", flat=True)) == ["case:1:4#2", "case:1:4#3", "case:1:4#4"]
        assert len(answering.ledger) == 4

    def test_what_was_resent_is_resent_under_the_next_number(
        self, signals: list[str], answering: AnsweringCarrier
    ) -> None:
        message = sent()
        decide("resend", message)
        repetition = message.repetitions.get()
        delivery.drain("notices")
        decide("resend", repetition)
        assert repetition.repetitions.get().occasion == "case:1:4#3"

    def test_where_the_other_channel_has_begun_by_itself(self, signals: list[str], answering: AnsweringCarrier) -> None:
        message = sent(notice(other_address=EMAIL))
        said(last_try(message), Status.FAILED)
        assert actions.possible(again(message)) == set()
        delivery.drain("notices")
        decide("resend", message)
        assert sorted(Message.objects.values_list("occasion", "channel")) == [
            ("case:1:4", "email"),
            ("case:1:4", "sms"),
            ("case:1:4#3", "sms"),
        ]

    @pytest.mark.parametrize("fate", [Status.DELIVERED, Status.FAILED])
    def test_a_settled_message_is_resent_to_where_its_person_is_now(
        self, signals: list[str], answering: AnsweringCarrier, fate: Status
    ) -> None:
        message = sent()
        said(last_try(message), fate)
        moved_to(NEW)
        decide("resend", message)
        delivery.drain("notices")
        assert [message.to for message in answering.ledger] == [OLD, NEW]

    @pytest.mark.parametrize("fate", [Status.TAKEN, Status.DELIVERED, Status.FAILED])
    def test_nothing_is_resent_to_an_address_that_was_removed(
        self, signals: list[str], answering: AnsweringCarrier, fate: Status
    ) -> None:
        message = sent(notice(channel=Channel.EMAIL, address=EMAIL))
        said(last_try(message), fate)
        moved_to("", channel=Channel.EMAIL)
        assert "resend" not in actions.possible(again(message))

    def test_nor_by_another_channel_that_was_removed(self, signals: list[str], answering: AnsweringCarrier) -> None:
        message = sent(notice(other_address=EMAIL))
        said(last_try(message), Status.DELIVERED)
        moved_to("", channel=Channel.EMAIL)
        assert "resend_by_other_channel" not in actions.possible(again(message))


class TestUnknown:
    """A person settles what the machine cannot."""

    def test_taken(self, signals: list[str], answering: AnsweringCarrier) -> None:
        message = unsure(answering)
        decide("decide_taken", message)
        assert (delivery.deliver(str(message.pk)), answering.ledger) == ("accepted", [])
        assert (again(message).unsure_since, last_try(message).outcome) == (None, "accepted")

    def test_taken_and_then_proven_by_the_carrier(self, signals: list[str], answering: AnsweringCarrier) -> None:
        message = unsure(answering)
        decide("decide_taken", message)
        report = StatusReport("SM-1", Status.DELIVERED, "delivered")
        record_report("answering", report, attempt_id=last_try(message).pk)
        assert (state_of(message), last_try(message).provider_id) == ("delivered", "SM-1")

    def test_not_taken(
        self, signals: list[str], answering: AnsweringCarrier, django_capture_on_commit_callbacks: Any
    ) -> None:
        message = unsure(answering)
        signals.clear()
        with django_capture_on_commit_callbacks(execute=True):
            decide("decide_not_taken", message)
        assert (signals, delivery.deliver(str(message.pk)), len(answering.ledger)) == (["notices"], "accepted", 1)
        assert list(message.attempts.order_by("number").values_list("outcome", flat=True)) == ["not_sent", "accepted"]

    def test_not_taken_goes_to_where_its_person_is_now(self, signals: list[str], answering: AnsweringCarrier) -> None:
        message = unsure(answering)
        moved_to(NEW)
        decide("decide_not_taken", message)
        delivery.drain("notices")
        assert [message.to for message in answering.ledger] == [NEW]


class TestTwoPeople:
    """The second one is told that the message has moved on."""

    @committed
    @pytest.mark.parametrize(
        ("state", "verbs"),
        [
            ("unknown", ("decide_taken", "decide_not_taken")),
            ("unknown", ("decide_not_taken", "decide_not_taken")),
            ("unknown", ("call_instead", "call_instead")),
            ("delivered", ("resend", "resend")),
            ("undeliverable", ("resend", "resend_by_other_channel")),
        ],
    )
    def test_one_is_done(
        self, signals: list[str], answering: AnsweringCarrier, state: str, verbs: tuple[str, str]
    ) -> None:
        message = message_in(state)
        results = at_once(*(partial(decide, verb, message) for verb in verbs))
        assert sorted(results, key=str) == [DecisionNotPossible, None]
        resends = 1 if state in {"delivered", "undeliverable"} else 0
        calls = 1 if "call_instead" in verbs else 0
        assert (Message.objects.count() - 1, CallTask.objects.count()) == (resends, calls)

    @committed
    def test_a_person_and_a_callback_at_once_end_in_the_truth(
        self, signals: list[str], answering: AnsweringCarrier
    ) -> None:
        for number in range(4):
            message = unsure(answering, occasion=f"case:1:{number}")
            attempt = last_try(message)
            results = at_once(
                partial(decide, "decide_not_taken", message),
                partial(said, attempt, Status.DELIVERED),
            )
            assert (results[1], state_of(message)) == (None, "delivered")
        assert (delivery.drain("notices"), answering.ledger) == (True, [])
