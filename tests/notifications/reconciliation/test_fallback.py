"""A notice that does not reach its person goes by the other channel, and then somebody calls."""

from typing import Any

import pytest
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from notifications import actions, addresses, outbox
from notifications.carriers import Declined, Meaning, Status
from notifications.models import CallTask, Channel, Message, Verdict
from notifications.sending import delivery, sweep
from notifications.sending.claims import batch_sizer, claim_messages
from tests.notifications.acts import (
    EMAIL,
    NEW,
    OLD,
    again,
    aged,
    check_now,
    code,
    last_try,
    moved_to,
    nothing,
    raising,
    said,
    sent,
    state_of,
)
from tests.notifications.conftest import AnsweringCarrier, notice, owed

pytestmark = pytest.mark.django_db

UNFIT = raising(Declined(Meaning.UNFIT, "21617"))


def reachable(**changes: Any) -> Message:
    """Owe and send a notice to a citizen who must be reached and has both channels."""
    return sent(notice(**({"other_address": EMAIL, "must_reach": True} | changes)))


def by(channel: Channel) -> Message:
    """Return the one message of a channel."""
    return Message.objects.get(channel=channel)


def fail(message: Message) -> None:
    """Let the carrier say that a message did not arrive."""
    said(last_try(message), Status.FAILED)


class TestOtherChannel:
    """First the other channel, once."""

    @pytest.mark.parametrize(
        ("channel", "address", "other", "other_address"),
        [(Channel.SMS, OLD, Channel.EMAIL, EMAIL), (Channel.EMAIL, EMAIL, Channel.SMS, OLD)],
    )
    def test_the_notice_is_said_by_the_other_channel(
        self,
        signals: list[str],
        answering: AnsweringCarrier,
        channel: Channel,
        address: str,
        other: Channel,
        other_address: str,
    ) -> None:
        message = reachable(channel=channel, address=address, other_address=other_address)
        fail(message)
        repetition = by(other)
        assert (repetition.repeats, repetition.address, repetition.state) == (message, other_address, "pending")
        for name in ("occasion", "template", "recipient", "reference", "language", "lane", "must_reach", "daytime"):
            assert getattr(repetition, name) == getattr(message, name)
        assert (repetition.token == message.token, CallTask.objects.count()) == (False, 0)
        assert delivery.deliver(str(repetition.pk)) == "accepted"
        assert (answering.ledger[-1].to, "2604821735" in answering.ledger[-1].body) == (other_address, True)

    def test_it_is_announced(
        self, signals: list[str], answering: AnsweringCarrier, django_capture_on_commit_callbacks: Any
    ) -> None:
        message = reachable()
        signals.clear()
        with django_capture_on_commit_callbacks(execute=True):
            fail(message)
        assert signals == ["notices"]

    def test_it_is_said_once_however_often_the_failure_is(
        self, signals: list[str], answering: AnsweringCarrier
    ) -> None:
        message = reachable()
        for _ in range(3):
            fail(message)
        assert (Message.objects.count(), CallTask.objects.count()) == (2, 0)

    def test_a_refusal_at_the_counter_leads_there_too(self, signals: list[str], answering: AnsweringCarrier) -> None:
        answering.meanwhile = UNFIT
        assert reachable().state == "undeliverable"
        assert by(Channel.EMAIL).state == "pending"

    def test_three_days_without_a_word_lead_there_too(self, signals: list[str], answering: AnsweringCarrier) -> None:
        message = reachable()
        aged(message, "accepted_at", hours=73)
        check_now(message)
        assert by(Channel.EMAIL).repeats == message

    def test_it_waits_for_the_morning_no_less_than_the_first(
        self, signals: list[str], answering: AnsweringCarrier
    ) -> None:
        message = reachable(channel=Channel.EMAIL, address=EMAIL, other_address=OLD, daytime=True)
        fail(message)
        assert by(Channel.SMS).daytime is True


class TestCall:
    """Then a call, once."""

    def test_where_both_channels_fail_somebody_calls(self, signals: list[str], answering: AnsweringCarrier) -> None:
        message = reachable()
        fail(message)
        repetition = by(Channel.EMAIL)
        delivery.deliver(str(repetition.pk))
        for each in (repetition, message, repetition):
            fail(each)
        assert (Message.objects.count(), actions.open_tasks().get().message) == (2, repetition)

    def test_where_there_is_no_other_channel_somebody_calls(
        self, signals: list[str], answering: AnsweringCarrier
    ) -> None:
        message = reachable(other_address="")
        fail(message)
        fail(message)
        assert (Message.objects.count(), actions.open_tasks().get().message) == (1, message)

    def test_staff_are_not_called(self, signals: list[str], answering: AnsweringCarrier) -> None:
        answering.meanwhile = UNFIT
        reachable(must_reach=False)
        delivery.drain("notices")
        assert (sorted(Message.objects.values_list("state", flat=True)), CallTask.objects.count()) == (
            ["undeliverable", "undeliverable"],
            0,
        )

    @pytest.mark.parametrize("fate", ["accepted", "delivered"])
    def test_nobody_is_called_who_was_told_by_the_other_channel_on_the_same_occasion(
        self, signals: list[str], answering: AnsweringCarrier, fate: str
    ) -> None:
        both = {"must_reach": True}
        owed(
            notice(other_address=EMAIL, **both),
            notice(channel=Channel.EMAIL, address=EMAIL, other_address=OLD, **both),
        )
        delivery.drain("notices")
        if fate == "delivered":
            said(last_try(by(Channel.EMAIL)), Status.DELIVERED)
        fail(by(Channel.SMS))
        assert CallTask.objects.count() == 0


class TestNothingMore:
    """Codes, what was overtaken and what is held against an address."""

    @pytest.mark.parametrize("meaning", [Meaning.UNFIT, Meaning.DEAD, Meaning.STOPPED])
    def test_a_code_is_not_said_again(self, signals: list[str], answering: AnsweringCarrier, meaning: Meaning) -> None:
        message = code()
        Message.objects.update(must_reach=True)
        moved_to(EMAIL, channel=Channel.EMAIL)
        answering.meanwhile = raising(Declined(meaning, "x"))
        assert delivery.deliver(str(message.pk)) == "undeliverable"
        assert (Message.objects.count(), CallTask.objects.count()) == (1, 0)

    @pytest.mark.parametrize("verdict", Verdict)
    def test_the_other_address_is_not_used_against_its_verdict(
        self, signals: list[str], answering: AnsweringCarrier, verdict: Verdict
    ) -> None:
        addresses.record(Channel.EMAIL, EMAIL, verdict)
        fail(reachable())
        assert (Message.objects.count(), actions.open_tasks().count()) == (1, 1)

    @pytest.mark.parametrize("verdict", Verdict)
    def test_an_address_with_a_verdict_is_not_tried(
        self, signals: list[str], answering: AnsweringCarrier, verdict: Verdict
    ) -> None:
        addresses.record(Channel.SMS, OLD, verdict)
        message = reachable()
        assert (message.state, message.attempts.count(), answering.ledger) == ("undeliverable", 0, [])
        delivery.drain("notices")
        assert [message.to for message in answering.ledger] == [EMAIL]

    def test_what_was_overtaken_is_not_said_again(self, signals: list[str], answering: AnsweringCarrier) -> None:
        message = reachable()
        with transaction.atomic():
            outbox.cancel(reference=message.reference, at=timezone.now())
        fail(message)
        assert (state_of(message), Message.objects.count(), CallTask.objects.count()) == ("undeliverable", 1, 0)

    def test_what_was_overtaken_while_waiting_again_is_not_said_by_another_way(
        self, signals: list[str], answering: AnsweringCarrier
    ) -> None:
        answering.meanwhile = raising(TimeoutError())
        message = reachable()
        check_now(message)
        check_now(message)
        with transaction.atomic():
            assert outbox.cancel(reference=message.reference, at=timezone.now()) == [message.template]
        fail(message)
        assert (Message.objects.count(), CallTask.objects.count()) == (1, 0)

    def test_what_was_overtaken_while_unknown_is_not_sent_again(
        self, signals: list[str], answering: AnsweringCarrier
    ) -> None:
        answering.meanwhile = raising(TimeoutError())
        message = reachable()
        answering.meanwhile = nothing
        with transaction.atomic():
            outbox.cancel(reference=message.reference, at=timezone.now())
        check_now(message)
        check_now(message)
        delivery.drain("notices")
        sweep.expire()
        assert (answering.ledger, state_of(message)) == ([], "expired")


class TestLateDelivery:
    """What arrives after all is not said twice."""

    def test_the_repetition_is_cancelled(self, signals: list[str], answering: AnsweringCarrier) -> None:
        message = reachable()
        fail(message)
        said(last_try(message), Status.DELIVERED)
        repetition = by(Channel.EMAIL)
        assert (state_of(message), repetition.state, repetition.settled_at is None) == ("delivered", "cancelled", False)
        assert delivery.drain("notices")
        assert len(answering.ledger) == 1

    def test_the_call_is_not_made(self, signals: list[str], answering: AnsweringCarrier) -> None:
        message = reachable(other_address="")
        fail(message)
        said(last_try(message), Status.DELIVERED)
        assert actions.open_tasks().count() == 0

    def test_the_call_about_the_repetition_is_not_made(self, signals: list[str], answering: AnsweringCarrier) -> None:
        message = reachable()
        fail(message)
        repetition = by(Channel.EMAIL)
        delivery.deliver(str(repetition.pk))
        fail(repetition)
        said(last_try(message), Status.DELIVERED)
        assert actions.open_tasks().count() == 0

    def test_a_repetition_that_has_left_is_left_alone(self, signals: list[str], answering: AnsweringCarrier) -> None:
        message = reachable()
        fail(message)
        repetition = by(Channel.EMAIL)
        delivery.deliver(str(repetition.pk))
        said(last_try(message), Status.DELIVERED)
        assert state_of(repetition) == "accepted"

    def test_a_repetition_in_the_hands_of_a_sender_is_not_broken(
        self, signals: list[str], answering: AnsweringCarrier
    ) -> None:
        message = reachable()
        fail(message)
        claims, _ = claim_messages(Q(pk=by(Channel.EMAIL).pk), 1)
        said(last_try(message), Status.DELIVERED)
        delivery.hand_over(claims, batch_sizer("notices"))
        assert by(Channel.EMAIL).state in {"accepted", "cancelled"}


class TestWhatCannotBeSaidAgain:
    """Recording a failure never fails itself."""

    @pytest.mark.parametrize("kept", [None, "{}"])
    def test_a_notice_whose_words_are_not_kept_leads_to_a_call(
        self, signals: list[str], answering: AnsweringCarrier, kept: str | None
    ) -> None:
        message = reachable()
        message.context = kept
        message.save(update_fields=["context"])
        fail(message)
        assert (state_of(message), actions.open_tasks().count()) == ("undeliverable", 1)

    def test_the_person_moved_while_it_was_on_its_way(self, signals: list[str], answering: AnsweringCarrier) -> None:
        message = reachable()
        moved_to("amina@new.example.com", channel=Channel.EMAIL)
        fail(message)
        assert by(Channel.EMAIL).address == "amina@new.example.com"

    def test_a_late_failure_of_the_old_number_is_not_held_against_the_new_one(
        self, signals: list[str], answering: AnsweringCarrier
    ) -> None:
        answering.meanwhile = raising(TimeoutError())
        message = reachable(other_address="")
        answering.meanwhile = nothing
        moved_to(NEW)
        check_now(message)
        check_now(message)
        assert delivery.deliver(str(message.pk)) == "accepted"
        said(message.attempts.get(number=1), Status.FAILED, meaning=Meaning.DEAD, code="30003")
        assert addresses.verdict(Channel.SMS, NEW) is None


def test_a_settled_message_has_its_moment(signals: list[str], answering: AnsweringCarrier) -> None:
    message = reachable()
    fail(message)
    settled = Message.objects.filter(pk=message.pk, settled_at__lte=Now(), settled_at__gte=message.created_at)
    assert (settled.count(), again(message).next_check_at) == (1, None)
