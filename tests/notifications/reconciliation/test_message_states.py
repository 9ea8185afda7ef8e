"""Whatever a carrier says, in whatever order and how often: one final state, and it never moves back."""

from functools import partial
from itertools import count
from typing import Final

import pytest
from django.db.models import Q
from django.db.models.functions import Now
from hypothesis import HealthCheck, given, settings, strategies as st

from notifications import alarms, outbox, reconciliation
from notifications.carriers import Declined, Meaning, Status, StatusReport, StatusUnavailable, Uncertain
from notifications.models import Alarm, AlarmKind, Attempt, Message, Outcome, Receipt
from notifications.runtime import timings
from notifications.sending import delivery, sweep
from notifications.sending.claims import batch_sizer, claim_messages
from tests.notifications.acts import (
    Killed,
    again,
    at_once,
    check_now,
    code,
    last_try,
    nothing,
    raising,
    said,
    sent,
    state_of,
    unsure,
    wait_of,
)
from tests.notifications.conftest import AnsweringCarrier, ObedientCarrier, notice, owed

pytestmark = pytest.mark.django_db
committed = pytest.mark.django_db(transaction=True)

RANK: Final = {"pending": 0, "sending": 0, "unknown": 0, "accepted": 1, "undeliverable": 2, "delivered": 3}
WORDS: Final = {"sent": Status.TAKEN, "delivered": Status.DELIVERED, "failed": Status.FAILED, "odd": Status.TAKEN}
ENDINGS: Final = {"taken": nothing, "unsure": raising(Uncertain("500")), "killed": raising(Killed())}

events = st.lists(st.sampled_from([*WORDS, "recover"]), max_size=6)
occasions = count()
# The database is that of one test for all examples: each has a message of its own.
examples = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)


def happen(message: Message, event: str, seen: list[str]) -> None:
    """Let an event happen to a message, and note the state it is in afterwards."""
    if event == "recover":
        Message.objects.filter(pk=message.pk, state="sending").update(lease_until=Now())
        sweep.settle_abandoned()
    else:
        said(message.attempts.get(number=1), WORDS[event], changes_state=event != "odd")
    seen.append(state_of(message))


def truth(ending: str, words: set[str]) -> str:
    """Return the state that what is known amounts to, in any order."""
    if "delivered" in words:
        return "delivered"
    if "failed" in words:
        return "undeliverable"
    return "accepted" if "sent" in words or ending == "taken" else "unknown"


def test_proof_moves_the_fence_of_a_claimed_message(signals: list[str], answering: AnsweringCarrier) -> None:
    (message,) = owed()
    ((claim,), _) = claim_messages(Q(pk=message.pk), 1)
    said(claim.attempt, Status.TAKEN)
    proven = again(message)
    assert (proven.state, proven.fence) == ("accepted", claim.attempt.fence + 1)
    assert wait_of(message) == timings().follow_up.total_seconds()


def test_proof_of_a_carrier_that_cannot_be_asked_leaves_nothing_to_ask(
    signals: list[str], carrier: ObedientCarrier
) -> None:
    (message,) = owed()
    ((claim,), _) = claim_messages(Q(pk=message.pk), 1)
    said(claim.attempt, Status.TAKEN)
    assert (state_of(message), wait_of(message)) == ("accepted", None)


@examples
@given(before=events, ending=st.sampled_from([*ENDINGS]), after=events)
def test_any_order_and_any_repetition_end_in_one_state(
    signals: list[str], answering: AnsweringCarrier, before: list[str], ending: str, after: list[str]
) -> None:
    (message,) = owed(occasion=f"case:1:{next(occasions)}")
    seen: list[str] = []

    def meanwhile() -> None:
        for event in before:
            happen(message, event, seen)
        ENDINGS[ending]()

    answering.meanwhile = meanwhile
    try:
        delivery.deliver(str(message.pk))
    except Killed:
        assert ending == "killed"
    for event in (*after, "recover"):
        happen(message, event, seen)
    ranks = [RANK[state] for state in seen]
    assert (seen[-1], ranks) == (truth(ending, {*before, *after}), sorted(ranks))
    assert message.attempts.count() == 1
    assert not Alarm.objects.filter(about=str(message.pk)).exists()


@settings(examples, max_examples=25)
@given(words=st.permutations([(number, word) for number in (1, 2) for word in WORDS]), kept=st.integers(1, 8))
def test_the_words_about_two_tries_end_in_one_state(
    signals: list[str], answering: AnsweringCarrier, words: list[tuple[int, str]], kept: int
) -> None:
    finals = []
    for order in (words[:kept], sorted(words[:kept]), sorted(words[:kept], reverse=True) * 2):
        message = unsure(answering, occasion=f"case:2:{next(occasions)}")
        check_now(message)
        check_now(message)
        assert delivery.deliver(str(message.pk)) == "accepted"
        ranks = [1]
        for number, word in order:
            said(message.attempts.get(number=number), WORDS[word], changes_state=word != "odd")
            ranks.append(RANK[state_of(message)])
        assert ranks == sorted(ranks)
        finals.append(state_of(message))
    assert len(set(finals)) == 1
    heard = {word for _, word in words[:kept]}
    if "delivered" in heard:
        assert finals[0] == "delivered"
    elif "failed" in heard:
        assert finals[0] == "undeliverable"


@pytest.mark.parametrize("first", [1, 2])
def test_of_two_tries_that_were_taken_one_failure_is_enough(
    signals: list[str], answering: AnsweringCarrier, first: int
) -> None:
    message = unsure(answering, notice(other_address="amina@example.com"))
    check_now(message)
    check_now(message)
    delivery.deliver(str(message.pk))
    for number in (first, 3 - first):
        said(message.attempts.get(number=number), Status.FAILED)
        assert (state_of(message), Message.objects.count()) == ("undeliverable", 2)


class TestReceipts:
    """Every word is kept once, with its attempt where there is one."""

    def test_a_repetition_is_no_second_row(self, signals: list[str], answering: AnsweringCarrier) -> None:
        attempt = last_try(sent())
        for status in (Status.TAKEN, Status.DELIVERED, Status.TAKEN, Status.DELIVERED):
            said(attempt, status)
        assert [(each.status, each.attempt_id) for each in Receipt.objects.order_by("pk")] == [
            ("taken", attempt.pk),
            ("delivered", attempt.pk),
        ]

    def test_what_is_said_of_nobody_is_parked(self, signals: list[str], answering: AnsweringCarrier) -> None:
        message = sent()
        for attempt_id in (None, 0, 987_654):
            reconciliation.record_report(
                "answering", StatusReport(f"x-{attempt_id}", Status.FAILED, "failed", "30003"), attempt_id=attempt_id
            )
        parked = Receipt.objects.filter(carrier="answering", status="failed", error_code="30003", attempt=None)
        assert (parked.count(), Receipt.objects.count()) == (3, 3)
        assert state_of(message) == "accepted"

    @pytest.mark.parametrize(("carrier", "provider_id"), [("second", "answering-1"), ("answering", "answering-2")])
    def test_what_is_said_of_another_message_is_parked(
        self, signals: list[str], answering: AnsweringCarrier, carrier: str, provider_id: str
    ) -> None:
        message = sent()
        report = StatusReport(provider_id, Status.FAILED, "failed")
        reconciliation.record_report(carrier, report, attempt_id=last_try(message).pk)
        assert (Receipt.objects.get().attempt, state_of(message)) == (None, "accepted")

    def test_a_word_nobody_knows_moves_nothing(self, signals: list[str], answering: AnsweringCarrier) -> None:
        message = unsure(answering)
        said(last_try(message), Status.DELIVERED, changes_state=False)
        assert (state_of(message), Receipt.objects.get().status) == ("unknown", "frobnicated")

    def test_what_a_carrier_says_at_length_is_cut(self, signals: list[str], answering: AnsweringCarrier) -> None:
        message = unsure(answering)
        report = StatusReport("x" * 500, Status.TAKEN, "w" * 500, "c" * 500)
        reconciliation.record_report("answering", report, attempt_id=last_try(message).pk)
        receipt = Receipt.objects.get()
        assert (len(receipt.provider_id), len(receipt.status), len(receipt.error_code)) == (120, 40, 40)
        assert last_try(message).provider_id == "x" * 120


class TestBeforeTheRecord:
    """A callback may be quicker than the sender's own record."""

    @pytest.mark.parametrize(
        ("status", "state"),
        [(Status.TAKEN, "accepted"), (Status.DELIVERED, "delivered"), (Status.FAILED, "undeliverable")],
    )
    def test_the_word_stands_and_the_record_changes_nothing(
        self, signals: list[str], answering: AnsweringCarrier, status: Status, state: str
    ) -> None:
        (message,) = owed()

        def callback() -> None:
            report = StatusReport("answering-1", status, "word")
            reconciliation.record_report("answering", report, attempt_id=last_try(message).pk)

        answering.meanwhile = callback
        assert delivery.deliver(str(message.pk)) == state
        attempt = Attempt.objects.get()
        assert (attempt.outcome, attempt.provider_id, attempt.error_code) == ("accepted", "answering-1", "")
        assert not alarms.open_alarms().exists()

    @pytest.mark.parametrize(
        "error", [Uncertain("500"), Declined(Meaning.BUSY), Declined(Meaning.UNFIT), StatusUnavailable()]
    )
    def test_a_sender_that_knows_less_than_the_callback_changes_nothing(
        self, signals: list[str], answering: AnsweringCarrier, error: Exception
    ) -> None:
        (message,) = owed()

        def callback_then_trouble() -> None:
            said(last_try(message), Status.TAKEN)
            raise error

        answering.meanwhile = callback_then_trouble
        assert delivery.deliver(str(message.pk)) == "accepted"
        assert [each.outcome for each in Attempt.objects.all()] == ["accepted"]


class TestProofInBetween:
    """Proof that a try was taken ends every other try."""

    def freed(self, answering: AnsweringCarrier) -> Message:
        """Return a message that two checks did not find, and that waits to be sent again."""
        message = unsure(answering)
        check_now(message)
        check_now(message)
        assert state_of(message) == "pending"
        return message

    def test_proof_while_it_waits_to_be_sent_again(self, signals: list[str], answering: AnsweringCarrier) -> None:
        message = self.freed(answering)
        said(message.attempts.get(), Status.TAKEN)
        assert (delivery.deliver(str(message.pk)), answering.ledger) == ("accepted", [])
        assert message.attempts.get().outcome == Outcome.ACCEPTED

    def test_proof_while_it_is_claimed_keeps_it_off_the_wire(
        self, signals: list[str], answering: AnsweringCarrier
    ) -> None:
        message = self.freed(answering)
        claims, _ = claim_messages(Q(pk=message.pk), 1)
        said(message.attempts.get(number=1), Status.TAKEN)
        delivery.hand_over(claims, batch_sizer("notices"))
        assert (state_of(message), answering.ledger, message.attempts.filter(ended_at=None).count()) == (
            "accepted",
            [],
            0,
        )
        assert not alarms.open_alarms().exists()

    def test_proof_while_it_is_on_the_wire_again_is_an_alarm(
        self, signals: list[str], answering: AnsweringCarrier
    ) -> None:
        message = self.freed(answering)
        answering.meanwhile = lambda: said(message.attempts.get(number=1), Status.TAKEN)
        assert delivery.deliver(str(message.pk)) == "accepted"
        assert list(message.attempts.order_by("number").values_list("outcome", flat=True)) == ["accepted", "repeated"]
        alarm = alarms.open_alarms().get()
        assert (alarm.kind, alarm.about) == (AlarmKind.SENT_TWICE, str(message.pk))

    def test_a_second_try_that_was_refused_is_no_alarm(self, signals: list[str], answering: AnsweringCarrier) -> None:
        message = self.freed(answering)

        def proof_then_refusal() -> None:
            said(message.attempts.get(number=1), Status.TAKEN)
            raise Declined(Meaning.BUSY)

        answering.meanwhile = proof_then_refusal
        assert delivery.deliver(str(message.pk)) == "accepted"
        assert not alarms.open_alarms().exists()

    def test_two_acceptances_are_told_once_however_often_they_are_said(
        self, signals: list[str], answering: AnsweringCarrier
    ) -> None:
        message = self.freed(answering)
        delivery.deliver(str(message.pk))
        for number in (1, 2, 1, 2):
            said(message.attempts.get(number=number), Status.TAKEN)
        assert list(message.attempts.order_by("number").values_list("outcome", flat=True)) == ["repeated", "accepted"]
        assert (state_of(message), Alarm.objects.count()) == ("accepted", 1)


class TestSettled:
    """A settled message stays settled, unless it proves to have arrived."""

    def test_delivered_stays(self, signals: list[str], answering: AnsweringCarrier) -> None:
        message = sent()
        said(last_try(message), Status.DELIVERED)
        settled_at = again(message).settled_at
        for status in (Status.FAILED, Status.TAKEN, Status.DELIVERED):
            said(last_try(message), status)
        assert (state_of(message), again(message).settled_at, Message.objects.count()) == (
            "delivered",
            settled_at,
            1,
        )

    def test_what_failed_and_then_arrived_is_delivered(self, signals: list[str], answering: AnsweringCarrier) -> None:
        message = sent()
        for status in (Status.FAILED, Status.TAKEN, Status.DELIVERED):
            said(last_try(message), status)
        assert state_of(message) == "delivered"

    def test_a_code_that_expired_unknown_and_then_proves_delivered_is_delivered(
        self, signals: list[str], answering: AnsweringCarrier
    ) -> None:
        message = code()
        answering.meanwhile = raising(Uncertain("500"))
        delivery.deliver(str(message.pk))
        Message.objects.update(expires_at=Now())
        assert sweep.expire() == 1
        for status, state in ((Status.TAKEN, "accepted"), (Status.DELIVERED, "delivered")):
            said(last_try(message), status)
            assert (state_of(message), sweep.expire()) == (state, 0)
        assert outbox.has_left(message.occasion) is True

    def test_a_settled_message_is_asked_about_no_more(self, signals: list[str], answering: AnsweringCarrier) -> None:
        message = sent()
        said(last_try(message), Status.DELIVERED)
        assert (again(message).next_check_at, again(message).lease_until, again(message).times_not_found) == (
            None,
            None,
            0,
        )


@committed
def test_two_words_at_the_same_moment_end_in_one_state(signals: list[str], answering: AnsweringCarrier) -> None:
    for number in range(5):
        message = sent(occasion=f"case:3:{number}")
        attempt = last_try(message)
        results = at_once(
            partial(said, attempt, Status.DELIVERED),
            partial(said, attempt, Status.FAILED),
            partial(said, attempt, Status.DELIVERED),
        )
        assert (results, state_of(message), attempt.receipts.count()) == ([None] * 3, "delivered", 2)
