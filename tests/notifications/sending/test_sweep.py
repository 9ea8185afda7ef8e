"""What senders left behind, and what no signal announced, is found by the sweep."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from notifications import tasks
from notifications.carriers import Declined, Meaning
from notifications.models import Attempt, Message, MessageState
from notifications.runtime import USUAL
from notifications.sending import claims, delivery, sweep
from notifications.sending.claims import MOST_CLAIMED, batch_sizer, claim_messages
from tests.notifications.acts import code
from tests.notifications.conftest import ObedientCarrier, notice, owed

pytestmark = pytest.mark.django_db

type Signals = list[str]


class TestLeases:
    """A sender that does not come back leaves what is certain pending, and the rest unknown."""

    def abandoned(self, *, on_wire: bool) -> Message:
        (message,) = owed()
        Message.objects.update(
            state="sending", carrier="obedient", tries=1, fence=1, lease_until=Now() - timedelta(seconds=1)
        )
        Attempt.objects.create(
            message=message, number=1, fence=1, carrier="obedient", wire_at=timezone.now() if on_wire else None
        )
        return message

    @pytest.mark.parametrize(("on_wire", "state"), [(False, "pending"), (True, "unknown")])
    def test_a_lease_that_is_over(self, signals: Signals, state: str, *, on_wire: bool) -> None:
        message = self.abandoned(on_wire=on_wire)
        assert sweep.settle_abandoned() == 1
        message.refresh_from_db()
        assert (message.state, message.lease_until, Attempt.objects.get().ended_at is None) == (state, None, False)

    def test_a_running_lease_is_left_alone(self, signals: Signals) -> None:
        self.abandoned(on_wire=True)
        Message.objects.update(lease_until=Now() + timedelta(seconds=1))
        assert sweep.settle_abandoned() == 0

    def test_a_sender_that_lost_its_lease_keeps_off_the_wire(
        self, signals: Signals, carrier: ObedientCarrier, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (message,) = owed()
        monkeypatch.setattr(claims, "timings", lambda: replace(USUAL, lease=USUAL.least_lease))
        assert (delivery.deliver(str(message.pk)), carrier.ledger) == ("pending", [])
        message.refresh_from_db()
        assert (message.tries, Attempt.objects.count()) == (0, 0)

    def test_a_sender_that_was_stopped_after_its_mark_says_nothing(
        self, signals: Signals, carrier: ObedientCarrier, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (message,) = owed()
        monkeypatch.setattr(delivery, "timings", lambda: replace(USUAL, mark_to_send=timedelta()))
        assert (delivery.deliver(str(message.pk)), carrier.ledger) == ("pending", [])
        message.refresh_from_db()
        assert (message.tries, Attempt.objects.count()) == (0, 0)

    def test_a_late_acceptance_is_evidence(self, signals: Signals, carrier: ObedientCarrier) -> None:
        (message,) = owed()

        def lease_runs_out() -> None:
            Message.objects.update(lease_until=Now())
            assert sweep.settle_abandoned() == 1
            assert Message.objects.get().state == MessageState.UNKNOWN

        carrier.meanwhile = lease_runs_out
        assert delivery.deliver(str(message.pk)) == "accepted"
        assert [(each.outcome, each.provider_id) for each in Attempt.objects.all()] == [("accepted", "obedient-1")]

    def test_a_late_failure_changes_nothing(self, signals: Signals, carrier: ObedientCarrier) -> None:
        (message,) = owed()

        def lease_runs_out() -> None:
            Message.objects.update(lease_until=Now())
            sweep.settle_abandoned()
            raise Declined(Meaning.BUSY)

        carrier.meanwhile = lease_runs_out
        assert delivery.deliver(str(message.pk)) == "unknown"

    @pytest.mark.parametrize("field", ["ended_at", "outcome"])
    def test_the_database_allows_one_open_and_one_accepted_attempt(self, signals: Signals, field: str) -> None:
        (message,) = owed()
        made = {"message": message, "fence": 1, "carrier": "obedient"}
        given: dict[str, Any] = {"outcome": "accepted", "ended_at": timezone.now()} if field == "outcome" else {}
        Attempt.objects.create(**made, number=1, **given)
        with pytest.raises(IntegrityError), transaction.atomic():
            Attempt.objects.create(**made, number=2, **given)


class TestSweep:
    """The sweep finds what a lost signal announced."""

    def test_a_message_whose_signal_was_lost_is_announced_and_sent(
        self, carrier: ObedientCarrier, signals: Signals
    ) -> None:
        owed()
        signals.clear()
        tasks.sweep_up()
        for lane in signals:
            tasks.deliver(lane)
        assert (signals, len(carrier.ledger)) == (["notices"], 1)

    def test_codes_and_notices_are_announced_in_their_own_lanes(self, signals: Signals) -> None:
        owed()
        code()
        signals.clear()
        tasks.sweep_up()
        assert sorted(signals) == ["codes", "notices"]

    def test_much_that_waits_is_announced_more_than_once(self, signals: Signals) -> None:
        owed(*(notice(recipient=f"user:{number}") for number in range(2 * MOST_CLAIMED)))
        signals.clear()
        assert (sweep.notify_due(), signals) == (3, ["notices"] * 3)

    def test_nothing_that_left_or_waits_is_announced(self, signals: Signals) -> None:
        owed()
        signals.clear()
        Message.objects.update(next_try_at=Now() + timedelta(minutes=1))
        assert (sweep.notify_due(), signals) == (0, [])

    def test_a_lane_is_drained_oldest_first(self, signals: Signals, carrier: ObedientCarrier) -> None:
        messages = [owed(occasion=f"case:1:{number}")[0] for number in range(3)]
        assert delivery.drain("notices") is True
        assert [sent.message_id for sent in carrier.ledger] == [str(message.pk) for message in messages]

    def test_a_task_out_of_time_announces_the_rest(
        self, signals: Signals, carrier: ObedientCarrier, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        owed(notice(), notice(recipient="user:omar"))
        signals.clear()
        monkeypatch.setattr(delivery, "monotonic", iter(range(0, 1000, 20)).__next__)
        tasks.deliver("notices")
        assert (carrier.ledger, signals) == ([], ["notices"])

    def test_what_could_not_be_handed_over_in_time_is_given_back(
        self, signals: Signals, carrier: ObedientCarrier
    ) -> None:
        owed(notice(), notice(recipient="user:omar"), notice(recipient="user:nadia"))

        def lease_runs_out() -> None:
            Message.objects.filter(state="sending").update(lease_until=Now())

        carrier.meanwhile = lease_runs_out
        held, _ = claim_messages(Q(lane="notices"), 3)
        delivery.hand_over(held, batch_sizer("notices"))
        states = sorted(Message.objects.values_list("state", flat=True))
        assert (len(carrier.ledger), states) == (1, ["accepted", "pending", "pending"])
