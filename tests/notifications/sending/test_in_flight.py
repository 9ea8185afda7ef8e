"""Many messages on the wire at once: how many, in which order, and what holds if a call hangs or fails."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection

from notifications.carriers import Accepted, ConcurrentCarrier, Declined, Meaning, OutgoingMessage
from notifications.models import Attempt, Lane, Message
from notifications.sending import delivery
from notifications.sending.claims import BatchSizer, Claim, batch_sizer
from notifications.sending.recording import Result
from tests.notifications.acts import at_once, code
from tests.notifications.conftest import ObedientCarrier, notice, owed

pytestmark = pytest.mark.django_db
committed = pytest.mark.django_db(transaction=True)

IN_FLIGHT = 4


class ThreadedCarrier(ObedientCarrier):
    """Takes four messages at once, and writes down how many there were."""

    name = "threaded"
    in_flight = IN_FLIGHT

    def __init__(self) -> None:
        super().__init__()
        self.inside = self.most = 0
        self.lock = threading.Lock()

    def send(self, message: OutgoingMessage) -> Accepted:
        """Take a message like any other, beside others."""
        with self.lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
        try:
            return super().send(message)
        finally:
            with self.lock:
                self.inside -= 1


@pytest.fixture
def threaded(use: Callable[..., None]) -> ThreadedCarrier:
    """Stand in for both channels' carriers, to a sender that knows it to be quick."""
    made = ThreadedCarrier()
    use(made)
    for lane in Lane:
        for _ in range(50):
            batch_sizer(str(lane)).add_duration(0)
    return made


def many(number: int) -> list[Message]:
    """Owe so many notices, each to a person of its own."""
    return owed(*(notice(recipient=f"citizen:{place}") for place in range(number)))


class TestHowMany:
    """As many calls at once as the carrier takes, and no more."""

    def test_they_are_sent_beside_each_other(self, signals: list[str], threaded: ThreadedCarrier) -> None:
        assert isinstance(threaded, ConcurrentCarrier)
        together = threading.Barrier(IN_FLIGHT, timeout=60)

        def wait() -> None:
            together.wait()

        threaded.meanwhile = wait
        many(3 * IN_FLIGHT)
        assert delivery.drain("notices") is True
        assert (threaded.most, len(threaded.ledger)) == (IN_FLIGHT, 3 * IN_FLIGHT)
        assert set(Message.objects.values_list("state", "tries")) == {("accepted", 1)}

    def test_no_more_are_marked_and_not_recorded_than_it_takes(
        self, signals: list[str], threaded: ThreadedCarrier, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        in_doubt: list[int] = []
        record = delivery.record

        def counting(results: list[tuple[Claim, Result]]) -> set[str]:
            in_doubt.append(Attempt.objects.filter(wire_at__isnull=False, ended_at__isnull=True).count())
            return record(results)

        monkeypatch.setattr(delivery, "record", counting)
        many(5 * IN_FLIGHT)
        delivery.drain("notices")
        assert (max(in_doubt), len(threaded.ledger)) == (IN_FLIGHT, 5 * IN_FLIGHT)

    def test_a_carrier_that_is_not_made_for_it_is_called_in_the_senders_own_thread(
        self, signals: list[str], carrier: ObedientCarrier
    ) -> None:
        threads: set[int] = set()
        carrier.meanwhile = lambda: threads.add(threading.get_ident())
        many(6)
        delivery.drain("notices")
        assert threads == {threading.get_ident()}


class TestOrder:
    """Each message keeps the order of the protocol, whatever the others do."""

    @committed
    def test_each_mark_is_committed_before_its_call(
        self, signals: list[str], threaded: ThreadedCarrier, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        marked: list[bool] = []
        send = ObedientCarrier.send

        def looking(carrier: ObedientCarrier, message: OutgoingMessage) -> Accepted:
            try:
                ours = Attempt.objects.filter(pk=message.attempt_id, message__state="sending", ended_at__isnull=True)
                marked.append(ours.filter(wire_at__isnull=False).exists())
            finally:
                connection.close()
            return send(carrier, message)

        monkeypatch.setattr(ObedientCarrier, "send", looking)
        many(3 * IN_FLIGHT)
        delivery.drain("notices")
        assert marked == [True] * 3 * IN_FLIGHT

    def test_a_call_that_hangs_holds_up_no_other(
        self, signals: list[str], threaded: ThreadedCarrier, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first, *others = many(3 * IN_FLIGHT)
        recorded: list[str] = []
        go_on = threading.Event()
        record, send = delivery.record, ObedientCarrier.send

        def hanging(carrier: ObedientCarrier, message: OutgoingMessage) -> Accepted:
            assert message.message_id != str(first.pk) or go_on.wait(60)
            return send(carrier, message)

        def watching(results: list[tuple[Claim, Result]]) -> set[str]:
            recorded.extend(str(claim.message.pk) for claim, _ in results)
            if len(recorded) == len(others):
                go_on.set()
            return record(results)

        monkeypatch.setattr(ObedientCarrier, "send", hanging)
        monkeypatch.setattr(delivery, "record", watching)
        assert delivery.drain("notices") is True
        assert (recorded[-1], len(threaded.ledger)) == (str(first.pk), 3 * IN_FLIGHT)

    def test_codes_go_before_notices_that_wait_longer(self, signals: list[str], threaded: ThreadedCarrier) -> None:
        many(2 * IN_FLIGHT)
        waited = code()
        delivery.drain("notices")
        assert str(waited.pk) in {message.message_id for message in threaded.ledger[:IN_FLIGHT]}

    def test_a_code_that_comes_meanwhile_goes_next(
        self, signals: list[str], threaded: ThreadedCarrier, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(delivery, "SECONDS_BETWEEN_LOOKS", 0)
        codes: list[Message] = []
        record = delivery.record

        def owing(results: list[tuple[Claim, Result]]) -> set[str]:
            if not codes:
                codes.append(code())
            return record(results)

        monkeypatch.setattr(delivery, "record", owing)
        many(6 * IN_FLIGHT)
        delivery.drain("notices")
        place = [message.message_id for message in threaded.ledger].index(str(codes[0].pk))
        assert place < 3 * IN_FLIGHT

    def test_codes_are_never_sent_behind_notices_by_the_worker_of_codes(
        self, signals: list[str], threaded: ThreadedCarrier
    ) -> None:
        many(3)
        code()
        delivery.drain("codes")
        assert len(threaded.ledger) == 1


class TestFailures:
    """A failure is met once by what is under way, and then approached slowly."""

    def test_what_waits_for_a_busy_carrier_is_not_given_to_it(
        self, signals: list[str], threaded: ThreadedCarrier
    ) -> None:
        def busy() -> None:
            raise Declined(Meaning.BUSY, "429")

        threaded.meanwhile = busy
        many(5 * IN_FLIGHT)
        delivery.drain("notices", seconds=0)
        delivery.hand_over(delivery.claim_messages(delivery.Q(), 20)[0], batch_sizer("notices"))
        tried = Attempt.objects.count()
        assert 1 <= tried <= IN_FLIGHT
        assert Message.objects.filter(state="pending", tries=0).count() == 5 * IN_FLIGHT - tried
        assert (batch_sizer("notices").to_claim, batch_sizer("notices").to_mark) == (1, 1)

    def test_a_sender_waits_longer_after_each_failure(self) -> None:
        sizer, waits = BatchSizer(timedelta(seconds=20)), []
        for _ in range(6):
            sizer.note_route_failure(failed=True)
            waits.append(round(sizer.pause, 3))
        sizer.note_route_failure(failed=False)
        assert (waits, sizer.pause) == ([0.1, 0.2, 0.4, 0.8, 1.0, 1.0], 0)

    def test_what_carriers_said_is_recorded_if_the_next_mark_fails(
        self, signals: list[str], threaded: ThreadedCarrier, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        mark = delivery.mark_on_wire
        marks: list[int] = []

        def failing(claims: Any) -> list[Claim]:
            marks.append(len(claims))
            if len(marks) > 1:
                raise OperationalError
            return mark(claims)

        monkeypatch.setattr(delivery, "mark_on_wire", failing)
        many(3 * IN_FLIGHT)
        with pytest.raises(OperationalError):
            delivery.drain("notices")
        assert Message.objects.filter(state="accepted").count() == len(threaded.ledger) == IN_FLIGHT
        assert Message.objects.filter(state="sending").count() == 2 * IN_FLIGHT
        assert not Attempt.objects.filter(wire_at__isnull=False, ended_at__isnull=True).exists()

    @pytest.mark.parametrize("possible", [0, 2])
    def test_without_threads_no_message_is_sent_twice_and_none_is_in_doubt(
        self, signals: list[str], threaded: ThreadedCarrier, monkeypatch: pytest.MonkeyPatch, possible: int
    ) -> None:
        start, started = threading.Thread.start, list[threading.Thread]()

        def failing(thread: threading.Thread) -> None:
            if len(started) == possible:
                message = "can't start new thread"
                raise RuntimeError(message)
            started.append(thread)
            start(thread)

        monkeypatch.setattr(threading.Thread, "start", failing)
        messages = many(3 * IN_FLIGHT)
        delivery.drain("notices", seconds=1)
        sent = [message.message_id for message in threaded.ledger]
        assert len(sent) == len(set(sent)) == Message.objects.filter(state="accepted").count()
        assert Message.objects.filter(state="pending", tries=0).count() == len(messages) - len(sent)
        assert (len(sent) > 0) is (possible > 0)

    @committed
    def test_two_senders_send_each_message_once(self, signals: list[str], threaded: ThreadedCarrier) -> None:
        many(10 * IN_FLIGHT)

        def drain() -> None:
            try:
                delivery.drain("notices")
            finally:
                connection.close()

        at_once(drain, drain)
        sent = [message.message_id for message in threaded.ledger]
        assert (len(sent), len(set(sent))) == (10 * IN_FLIGHT, 10 * IN_FLIGHT)
