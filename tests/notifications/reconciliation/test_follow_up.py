"""What was taken is asked about until its end is known."""

import pytest

from notifications import reconciliation
from notifications.addresses import verdict
from notifications.carriers import Meaning, Status, StatusReport
from notifications.models import Channel, Receipt, Verdict
from tests.notifications.acts import (
    OLD,
    again,
    aged,
    check_now,
    last_try,
    said,
    sent,
    state_of,
    wait_of,
)
from tests.notifications.conftest import AnsweringCarrier

pytestmark = pytest.mark.django_db

MINUTE = 60


class TestFollowUp:
    """What was taken is asked about until its fate is known, and counts as lost after three days."""

    def test_the_first_question_comes_after_half_an_hour(self, signals: list[str], answering: AnsweringCarrier) -> None:
        message = sent()
        assert (wait_of(message), reconciliation.check_due_messages()) == (30 * MINUTE, 0)

    @pytest.mark.parametrize("is_listed", [True, False])
    @pytest.mark.parametrize(
        ("waited", "wait"), [(30, 30 * MINUTE), (60, 60 * MINUTE), (600, 600 * MINUTE), (1, 30 * MINUTE)]
    )
    def test_the_waits_grow(
        self, signals: list[str], answering: AnsweringCarrier, waited: int, wait: int, *, is_listed: bool
    ) -> None:
        message = sent()
        if is_listed:
            report = answering.list(message)
            message.attempts.update(provider_id=report.provider_id)
        aged(message, "accepted_at", minutes=waited)
        assert (check_now(message), answering.asked, state_of(message)) == (1, 1, "accepted")
        # As long as it has waited by then, to the next five seconds.
        assert wait_of(message) in {wait, wait + 5}

    def test_no_wait_goes_beyond_the_third_day(self, signals: list[str], answering: AnsweringCarrier) -> None:
        message = sent()
        for hours in (20, 40, 64, 71):
            aged(message, "accepted_at", hours=hours)
            check_now(message)
            assert wait_of(message) <= (72 - hours) * 60 * MINUTE

    @pytest.mark.parametrize(("status", "state"), [(Status.DELIVERED, "delivered"), (Status.FAILED, "undeliverable")])
    def test_the_final_word_is_believed(
        self, signals: list[str], answering: AnsweringCarrier, status: Status, state: str
    ) -> None:
        message = sent()
        answering.listed["x"] = StatusReport("answering-1", status, "word", "30003", Meaning.DEAD)
        check_now(message)
        assert (state_of(message), again(message).next_check_at) == (state, None)
        assert Receipt.objects.get().attempt == last_try(message)
        dead = {"undeliverable": Verdict.DEAD}.get(state)
        assert verdict(Channel.SMS, OLD) == dead

    @pytest.mark.parametrize("hours", [71, 73])
    def test_three_days(self, signals: list[str], answering: AnsweringCarrier, hours: int) -> None:
        message = sent()
        answering.listed["x"] = StatusReport("answering-1", Status.TAKEN, "sent")
        aged(message, "accepted_at", hours=hours)
        check_now(message)
        assert state_of(message) == ("accepted" if hours < 72 else "undeliverable")
        assert verdict(Channel.SMS, OLD) is None

    def test_three_days_are_over_even_where_the_carrier_cannot_say(
        self, signals: list[str], answering: AnsweringCarrier
    ) -> None:
        message = sent()
        answering.unreadable = True
        check_now(message)
        assert state_of(message) == "accepted"
        aged(message, "accepted_at", hours=73)
        check_now(message)
        assert state_of(message) == "undeliverable"

    def test_proof_after_three_days_is_proof(self, signals: list[str], answering: AnsweringCarrier) -> None:
        message = sent()
        aged(message, "accepted_at", hours=73)
        check_now(message)
        said(last_try(message), Status.DELIVERED)
        assert state_of(message) == "delivered"
