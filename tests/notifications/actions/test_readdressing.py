"""A person who moves gets what is owed at the new address, and whoever has the old one gets nothing more."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from notifications import addresses
from notifications.actions import readdress
from notifications.addresses import AddressRefused
from notifications.carriers import Declined, Meaning, Status, Uncertain
from notifications.models import CallTask, Channel, Message, Verdict
from notifications.sending import delivery, routes, sweep
from notifications.sending.claims import Claim, batch_sizer, claim_messages
from notifications.sending.recording import NotTried
from tests.notifications.acts import (
    EMAIL,
    NEW,
    OLD,
    Killed,
    again,
    at_once,
    check_now,
    last_try,
    moved_to,
    nothing,
    raising,
    said,
    sent,
    state_of,
    unsure,
)
from tests.notifications.conftest import AnsweringCarrier, notice, owed

pytestmark = pytest.mark.django_db
committed = pytest.mark.django_db(transaction=True)


def recipients(answering: AnsweringCarrier) -> list[str]:
    """Return to whom the carrier took something."""
    return [message.to for message in answering.ledger]


def moves() -> None:
    """Let the person have a new number."""
    moved_to(NEW)


def all_that_follows(message: Message) -> None:
    """Let everything happen that still may, in time."""
    for _ in range(4):
        Message.objects.filter(state="sending").update(lease_until=Now())
        sweep.settle_abandoned()
        Message.objects.filter(state="pending").update(next_try_at=None)
        Message.objects.filter(state="unknown").update(next_check_at=Now())
        delivery.drain("notices")
        if state_of(message) == "unknown":
            check_now(message)


class TestOnTheSpot:
    """Where the message is when its person moves."""

    def test_waiting(self, signals: list[str], answering: AnsweringCarrier) -> None:
        (message,) = owed()
        assert moved_to(NEW) == 1
        assert (delivery.deliver(str(message.pk)), recipients(answering)) == ("accepted", [NEW])

    def test_claimed_and_not_on_the_wire(self, signals: list[str], answering: AnsweringCarrier) -> None:
        (message,) = owed()
        claims, _ = claim_messages(Q(pk=message.pk), 1)
        assert moved_to(NEW) == 1
        delivery.hand_over(claims, batch_sizer("notices"))
        assert (state_of(message), recipients(answering)) == ("pending", [])
        assert (delivery.deliver(str(message.pk)), recipients(answering)) == ("accepted", [NEW])
        assert list(message.attempts.order_by("number").values_list("outcome", flat=True)) == ["not_sent", "accepted"]

    def test_on_the_wire_and_taken(self, signals: list[str], answering: AnsweringCarrier) -> None:
        (message,) = owed()
        answering.meanwhile = moves
        assert delivery.deliver(str(message.pk)) == "accepted"
        all_that_follows(message)
        assert recipients(answering) == [OLD]

    @pytest.mark.parametrize(
        "error",
        [
            Declined(Meaning.BUSY, "429"),
            Declined(Meaning.ACCOUNT, "20003"),
            Uncertain("500"),
            TimeoutError(),
            Killed(),
        ],
    )
    def test_on_the_wire_and_repeated(
        self, signals: list[str], answering: AnsweringCarrier, error: BaseException
    ) -> None:
        (message,) = owed()

        def moves_then_fails() -> None:
            answering.meanwhile = nothing
            moved_to(NEW)
            raise error

        answering.meanwhile = moves_then_fails
        try:
            delivery.deliver(str(message.pk))
        except Killed:
            assert isinstance(error, Killed)
        routes.reopen("sms", "answering")
        all_that_follows(message)
        assert (state_of(message), recipients(answering)) == ("accepted", [NEW])

    def test_a_sender_that_came_too_late_to_its_carrier(
        self, signals: list[str], answering: AnsweringCarrier, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (message,) = owed()
        send = delivery._send

        def move_first(claim: Claim, _: float) -> delivery.Answer:
            moved_to(NEW)
            return delivery.Answer(claim, NotTried(), None)

        monkeypatch.setattr(delivery, "_send", move_first)
        assert delivery.deliver(str(message.pk)) == "pending"
        monkeypatch.setattr(delivery, "_send", send)
        assert (delivery.deliver(str(message.pk)), recipients(answering)) == ("accepted", [NEW])

    def test_unknown_and_not_taken(self, signals: list[str], answering: AnsweringCarrier) -> None:
        message = unsure(answering)
        assert moved_to(NEW) == 1
        all_that_follows(message)
        assert (state_of(message), recipients(answering)) == ("accepted", [NEW])

    def test_unknown_and_taken(self, signals: list[str], answering: AnsweringCarrier) -> None:
        message = unsure(answering)
        moved_to(NEW)
        answering.list(message)
        all_that_follows(message)
        assert (state_of(message), recipients(answering)) == ("accepted", [])

    def test_unknown_through_two_moves(self, signals: list[str], answering: AnsweringCarrier) -> None:
        message = unsure(answering)
        moved_to("+962790005555")
        moved_to(NEW)
        all_that_follows(message)
        assert recipients(answering) == [NEW]

    @pytest.mark.parametrize("status", [Status.DELIVERED, Status.FAILED])
    def test_taken(self, signals: list[str], answering: AnsweringCarrier, status: Status) -> None:
        message = sent()
        assert moved_to(NEW) == 1
        said(last_try(message), status)
        all_that_follows(message)
        assert recipients(answering) == [OLD]

    @pytest.mark.parametrize("state", ["delivered", "undeliverable", "cancelled", "expired"])
    def test_settled(self, signals: list[str], answering: AnsweringCarrier, state: str) -> None:
        (message,) = owed()
        Message.objects.update(state=state)
        moved_to(NEW)
        all_that_follows(message)
        assert (state_of(message), recipients(answering)) == (state, [])

    def test_a_number_that_died_is_not_held_against_the_new_one(
        self, signals: list[str], answering: AnsweringCarrier
    ) -> None:
        (message,) = owed()

        def moves_then_dies() -> None:
            moved_to(NEW)
            raise Declined(Meaning.DEAD, "30005")

        answering.meanwhile = moves_then_dies
        assert delivery.deliver(str(message.pk)) == "undeliverable"
        assert (addresses.verdict(Channel.SMS, OLD), addresses.verdict(Channel.SMS, NEW)) == (
            Verdict.DEAD,
            None,
        )


class TestOtherChannel:
    """The way a notice takes when the first does not arrive moves along."""

    @pytest.mark.parametrize("state", ["waiting", "taken"])
    def test_it_goes_to_the_new_one(self, signals: list[str], answering: AnsweringCarrier, state: str) -> None:
        (message,) = owed(notice(other_address=EMAIL))
        if state == "taken":
            delivery.deliver(str(message.pk))
        moved_to("new@example.com", channel=Channel.EMAIL)
        delivery.drain("notices")
        said(last_try(message), Status.FAILED)
        delivery.drain("notices")
        assert recipients(answering) == [OLD, "new@example.com"]

    def test_a_new_one_is_used_though_there_was_none(self, signals: list[str], answering: AnsweringCarrier) -> None:
        message = sent(notice(must_reach=True))
        moved_to(EMAIL, channel=Channel.EMAIL)
        said(last_try(message), Status.FAILED)
        delivery.drain("notices")
        assert (recipients(answering), CallTask.objects.count()) == ([OLD, EMAIL], 0)

    def test_one_that_was_removed_is_not_used(self, signals: list[str], answering: AnsweringCarrier) -> None:
        message = sent(notice(other_address=EMAIL, must_reach=True))
        moved_to("", channel=Channel.EMAIL)
        said(last_try(message), Status.FAILED)
        delivery.drain("notices")
        assert (recipients(answering), CallTask.objects.count()) == ([OLD], 1)

    def test_a_repetition_on_its_way_moves_too(self, signals: list[str], answering: AnsweringCarrier) -> None:
        message = sent(notice(other_address=EMAIL))
        said(last_try(message), Status.FAILED)
        moved_to("new@example.com", channel=Channel.EMAIL)
        delivery.drain("notices")
        assert recipients(answering) == [OLD, "new@example.com"]


class TestRemoved:
    """An e-mail that is removed gets nothing more, and what was owed to it is not lost."""

    def by_email(self, **changes: Any) -> Any:
        """Return a notice by e-mail to a citizen with a mobile."""
        given = {"channel": Channel.EMAIL, "address": EMAIL, "other_address": OLD, "must_reach": True}
        return notice(**(given | changes))

    def test_what_waits_goes_by_the_other_channel(self, signals: list[str], answering: AnsweringCarrier) -> None:
        (message,) = owed(self.by_email())
        moved_to("", channel=Channel.EMAIL)
        delivery.drain("notices")
        assert (state_of(message), recipients(answering)) == ("cancelled", [OLD])

    def test_what_is_claimed_too(self, signals: list[str], answering: AnsweringCarrier) -> None:
        (message,) = owed(self.by_email())
        claims, _ = claim_messages(Q(pk=message.pk), 1)
        moved_to("", channel=Channel.EMAIL)
        delivery.hand_over(claims, batch_sizer("notices"))
        delivery.drain("notices")
        assert (state_of(message), recipients(answering)) == ("cancelled", [OLD])

    @pytest.mark.parametrize(
        "meanwhile", [raising(Uncertain("500")), raising(Declined(Meaning.BUSY)), raising(Declined(Meaning.ACCOUNT))]
    )
    def test_what_was_on_the_wire_and_not_taken_too(
        self, signals: list[str], answering: AnsweringCarrier, meanwhile: Callable[[], None]
    ) -> None:
        (message,) = owed(self.by_email())

        def removed() -> None:
            answering.meanwhile = nothing
            moved_to("", channel=Channel.EMAIL)
            meanwhile()

        answering.meanwhile = removed
        delivery.deliver(str(message.pk))
        routes.reopen("email", "answering")
        all_that_follows(message)
        assert (recipients(answering), message.repetitions.count()) == ([OLD], 1)

    def test_what_is_unknown_and_proves_taken_is_not_said_again(
        self, signals: list[str], answering: AnsweringCarrier
    ) -> None:
        message = unsure(answering, self.by_email())
        moved_to("", channel=Channel.EMAIL)
        answering.list(message)
        all_that_follows(message)
        assert (state_of(message), recipients(answering)) == ("accepted", [])

    def test_where_there_is_no_other_channel_somebody_calls(
        self, signals: list[str], answering: AnsweringCarrier
    ) -> None:
        owed(self.by_email(other_address=""))
        moved_to("", channel=Channel.EMAIL)
        delivery.drain("notices")
        assert (recipients(answering), CallTask.objects.count()) == ([], 1)


class TestNobodyElse:
    """A move concerns one person, by one channel, in one transaction."""

    def test_the_second_citizen_is_left_alone(self, signals: list[str], answering: AnsweringCarrier) -> None:
        hers, his = owed(notice(), notice(recipient="citizen:karim", address="+962770000000"))
        assert moved_to(NEW) == 1
        delivery.drain("notices")
        sent_to = {message.message_id: message.to for message in answering.ledger}
        assert sent_to == {str(hers.pk): NEW, str(his.pk): "+962770000000"}

    def test_the_address_by_the_other_channel_is_left_alone(
        self, signals: list[str], answering: AnsweringCarrier
    ) -> None:
        owed(notice(channel=Channel.EMAIL, address=EMAIL, other_address=OLD))
        moved_to(NEW)
        delivery.drain("notices")
        assert (recipients(answering), again(Message.objects.get()).other_address) == ([EMAIL], NEW)

    def test_a_change_that_is_taken_back_moves_nothing(self, signals: list[str], answering: AnsweringCarrier) -> None:
        owed()
        with transaction.atomic():
            readdress("citizen:amina", Channel.SMS, NEW, at=timezone.now())
            transaction.set_rollback(True)
        delivery.drain("notices")
        assert recipients(answering) == [OLD]

    @pytest.mark.parametrize("address", ["+962790009999\nBcc: x@example.com", "  ", "\x00"])
    def test_an_address_with_a_control_character_is_refused(
        self, signals: list[str], answering: AnsweringCarrier, address: str
    ) -> None:
        owed()
        with pytest.raises(AddressRefused):
            moved_to(address)

    @committed
    def test_a_sender_and_a_move_at_once_never_leave_it_unsent_or_sent_twice(
        self, signals: list[str], answering: AnsweringCarrier
    ) -> None:
        for number in range(8):
            answering.ledger.clear()
            (message,) = owed(occasion=f"case:1:{number}")
            results = at_once(partial(delivery.deliver, str(message.pk)), moves)
            delivery.drain("notices")
            assert (results[1], state_of(message), len(answering.ledger)) == (None, "accepted", 1)
            assert results[0] in {"pending", "accepted"}
            moved_to(OLD)
