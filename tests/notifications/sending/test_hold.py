"""A database restored from a copy says nothing until an operator lets it, and then asks before it repeats."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from notifications import alarms, reconciliation, tasks
from notifications.carriers import OutgoingMessage, StatusReport
from notifications.models import Alarm, AlarmKind, Attempt, Channel, DatabaseIdentity, Hold, Lane, Message
from notifications.sending import claims, delivery, sweep
from tests.notifications.acts import EMAIL, SecondCarrier, again, at_once, check_now, code, sent, state_of, unsure
from tests.notifications.conftest import AnsweringCarrier, ObedientCarrier, notice, owed

pytestmark = pytest.mark.django_db
committed = pytest.mark.django_db(transaction=True)


def restored() -> None:
    """Let these rows be found in another database than the one they were written in."""
    claims.begin_if_restored()
    DatabaseIdentity.objects.update(name="7300000000000000000/1/16384")
    claims.begin_if_restored()


def alarm_notice() -> Message:
    """Owe an operator an alarm."""
    given = notice(
        template="operator_alarm",
        recipient="user:huda",
        reference="",
        context={"alarm": "sending is on hold", "date": "4/1/2026"},
    )
    return owed(given, occasion="alarm:1")[0]


class TestBegin:
    """The first check remembers; another name begins a hold."""

    def test_the_first_check_records_where_the_rows_are(self) -> None:
        for _ in range(2):
            claims.begin_if_restored()
        assert (DatabaseIdentity.objects.count(), claims.current(), Alarm.objects.count()) == (1, None, 0)

    def test_another_database_begins_one_hold_and_one_alarm(self) -> None:
        restored()
        claims.begin_if_restored()
        begun = claims.current()
        assert begun is not None
        assert (begun.database == DatabaseIdentity.objects.get().name, Hold.objects.count()) == (False, 1)
        assert [(alarm.kind, alarm.about) for alarm in alarms.open_alarms()] == [(AlarmKind.ON_HOLD, "")]

    def test_callbacks_about_attempts_made_since_the_copy_meet_no_new_attempt(
        self, signals: list[str], answering: AnsweringCarrier
    ) -> None:
        in_the_copy = sent(occasion="case:1:1").attempts.get().pk
        restored()
        (message,) = owed(occasion="case:1:2")
        claims.end(by="user:huda")
        delivery.deliver(str(message.pk))
        assert message.attempts.get().pk > in_the_copy + claims.SKIPPED_IDS

    @pytest.mark.parametrize("task", ["sweep_up", "deliver"])
    def test_the_workers_check_before_they_send(
        self, signals: list[str], answering: AnsweringCarrier, task: str
    ) -> None:
        claims.begin_if_restored()
        (message,) = owed()
        DatabaseIdentity.objects.update(name="elsewhere")
        getattr(tasks, task)(*(["notices"] if task == "deliver" else []))
        assert (state_of(message), answering.ledger, claims.current() is None) == ("pending", [], False)

    def test_a_copy_restored_into_its_own_database_begins_one_too(self) -> None:
        claims.begin_if_restored()
        claims.begin_if_restored()
        without_the_mark = claims.current()
        claims.mark_as_copy("2026-01-04T100000Z")
        claims.begin_if_restored()
        assert (without_the_mark, claims.current() is None) == (None, False)

    def test_a_copy_that_never_ran_is_marked_as_well(self) -> None:
        claims.mark_as_copy("2026-01-04T100000Z")
        claims.begin_if_restored()
        assert (DatabaseIdentity.objects.count(), claims.current() is None) == (1, False)

    @committed
    def test_two_processes_begin_one_hold(self) -> None:
        claims.begin_if_restored()
        DatabaseIdentity.objects.update(name="elsewhere")
        results = at_once(claims.begin_if_restored, claims.begin_if_restored, claims.begin_if_restored)
        assert (results, Hold.objects.count(), Alarm.objects.count()) == ([None] * 3, 1, 1)


class TestDuring:
    """Nothing leaves, but for the word to the operators."""

    def test_nothing_leaves_but_the_alarm(self, signals: list[str], answering: AnsweringCarrier) -> None:
        messages = [
            *owed(notice(), notice(recipient="user:omar")),
            *owed(notice(channel=Channel.EMAIL, address=EMAIL), occasion="case:email"),
            code(),
        ]
        restored()
        alarm = alarm_notice()
        messages += owed(occasion="case:since")
        signals.clear()
        tasks.sweep_up()
        for lane in Lane:
            assert delivery.drain(lane)
        assert [delivery.deliver(str(message.pk)) for message in messages] == ["pending"] * 5
        assert ([message.message_id for message in answering.ledger], signals) == ([str(alarm.pk)], ["notices"])

    def test_what_is_unknown_is_asked_about_and_not_sent(self, signals: list[str], answering: AnsweringCarrier) -> None:
        message = unsure(answering)
        restored()
        check_now(message)
        check_now(message)
        assert (delivery.drain("notices"), state_of(message), answering.ledger) == (True, "pending", [])

    def test_it_lasts_until_it_is_ended(self, signals: list[str], answering: AnsweringCarrier) -> None:
        restored()
        Hold.objects.update(began_at=Now() - timedelta(days=9))
        (message,) = owed()
        tasks.sweep_up()
        assert delivery.deliver(str(message.pk)) == "pending"


class TestEnd:
    """What was owed before may have been sent since the copy was made; what came later has not."""

    def test_what_was_owed_before_is_asked_about(self, signals: list[str], answering: AnsweringCarrier) -> None:
        there, not_there = (owed(occasion=f"case:1:{number}")[0] for number in range(2))
        restored()
        claims.end(by="user:huda")
        assert [state_of(there), state_of(not_there)] == ["unknown", "unknown"]
        answering.list(there)
        assert (reconciliation.check_due_messages(), state_of(there), state_of(not_there)) == (2, "accepted", "unknown")
        assert delivery.drain("notices")
        assert answering.ledger == []
        check_now(not_there)
        assert (delivery.drain("notices"), state_of(not_there)) == (True, "accepted")
        assert [message.message_id for message in answering.ledger] == [str(not_there.pk)]

    def test_the_carrier_is_asked_about_all_the_time_since_it_was_owed(
        self, signals: list[str], answering: AnsweringCarrier, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (message,) = owed()
        Message.objects.update(created_at=Now() - timedelta(days=3))
        restored()
        claims.end(by="user:huda")
        asked_since: list[datetime] = []

        def find(outgoing: OutgoingMessage, *, since: datetime) -> StatusReport | None:
            asked_since.append(since)
            return None

        monkeypatch.setattr(answering, "find", find)
        reconciliation.check_due_messages()
        assert len(asked_since) == 1
        assert asked_since[0] <= again(message).created_at

    def test_the_two_checks_are_twenty_minutes_apart(self, signals: list[str], answering: AnsweringCarrier) -> None:
        (message,) = owed()
        restored()
        claims.end(by="user:huda")
        assert [reconciliation.check_due_messages(), reconciliation.check_due_messages()] == [1, 0]
        assert (state_of(message), again(message).times_not_found) == ("unknown", 1)

    def test_every_carrier_may_have_had_it(
        self, signals: list[str], answering: AnsweringCarrier, use: Callable[..., None]
    ) -> None:
        second = SecondCarrier()
        use(answering, second)
        there, not_there = (owed(occasion=f"case:1:{number}")[0] for number in range(2))
        restored()
        claims.end(by="user:huda")
        second.list(there)
        answering.unreadable = True
        reconciliation.check_due_messages()
        assert [state_of(there), again(not_there).times_not_found] == ["accepted", 0]
        answering.unreadable = False
        check_now(not_there)
        check_now(not_there)
        delivery.drain("notices")
        assert state_of(not_there) == "accepted"
        assert [message.message_id for message in (*answering.ledger, *second.ledger)] == [str(not_there.pk)]

    def test_where_a_carrier_cannot_be_asked_a_person_decides(
        self, signals: list[str], carrier: ObedientCarrier
    ) -> None:
        (message,) = owed()
        restored()
        claims.end(by="user:huda")
        for _ in range(4):
            check_now(message)
        assert (delivery.drain("notices"), state_of(message), carrier.ledger) == (True, "unknown", [])

    def test_what_a_sender_held_when_the_copy_was_made_is_asked_about_too(
        self, signals: list[str], answering: AnsweringCarrier
    ) -> None:
        (message,) = owed()
        Message.objects.update(state="sending", carrier="answering", tries=1, fence=1, lease_until=Now())
        Attempt.objects.create(message=message, number=1, fence=1, carrier="answering")
        restored()
        claims.end(by="user:huda")
        sweep.settle_abandoned()
        delivery.drain("notices")
        assert (state_of(message), answering.ledger) == ("unknown", [])

    @pytest.mark.parametrize("hours", [2, -2])
    def test_what_was_owed_before_is_so_by_the_databases_clock(
        self, signals: list[str], answering: AnsweringCarrier, monkeypatch: pytest.MonkeyPatch, hours: int
    ) -> None:
        real = timezone.now
        with monkeypatch.context() as patch:
            patch.setattr(timezone, "now", lambda: real() + timedelta(hours=hours))
            (message,) = owed()
        restored()
        claims.end(by="user:huda")
        assert state_of(message) == "unknown"

    @pytest.mark.django_db(transaction=True)
    def test_what_was_owed_during_the_hold_leaves_without_asking(
        self, signals: list[str], answering: AnsweringCarrier
    ) -> None:
        restored()
        (message,) = owed()
        claims.end(by="user:huda")
        assert (delivery.deliver(str(message.pk)), answering.asked) == ("accepted", 0)

    def test_what_is_owed_after_it_leaves_at_once(self, signals: list[str], answering: AnsweringCarrier) -> None:
        restored()
        claims.end(by="user:huda")
        (message,) = owed()
        assert (delivery.deliver(str(message.pk)), answering.asked) == ("accepted", 0)

    def test_codes_are_asked_for_anew_by_their_owners(self, signals: list[str], answering: AnsweringCarrier) -> None:
        message = code()
        restored()
        Message.objects.update(expires_at=Now())
        claims.end(by="user:huda")
        tasks.sweep_up()
        assert (state_of(message), answering.ledger) == ("expired", [])

    def test_what_is_settled_or_taken_stays_so(self, signals: list[str], answering: AnsweringCarrier) -> None:
        taken = sent(occasion="case:1:1")
        cancelled = owed(occasion="case:1:2")[0]
        Message.objects.filter(pk=cancelled.pk).update(state="cancelled")
        restored()
        claims.end(by="user:huda")
        assert [state_of(taken), state_of(cancelled)] == ["accepted", "cancelled"]

    def test_the_hold_knows_who_ended_it_and_does_not_come_back(
        self, signals: list[str], answering: AnsweringCarrier
    ) -> None:
        restored()
        claims.end(by="user:huda")
        claims.begin_if_restored()
        ended = Hold.objects.get()
        assert (ended.ended_by, ended.ended_at is None, claims.current()) == ("user:huda", False, None)
        assert not alarms.open_alarms().exists()

    def test_a_second_end_is_harmless(self, signals: list[str], answering: AnsweringCarrier) -> None:
        restored()
        claims.end(by="user:huda")
        (message,) = owed()
        claims.end(by="user:lina")
        assert (Hold.objects.get().ended_by, state_of(message)) == ("user:huda", "pending")

    def test_ending_nothing_is_harmless(self, signals: list[str]) -> None:
        (message,) = owed()
        claims.end(by="user:huda")
        assert (Hold.objects.count(), state_of(message)) == (0, "pending")

    def test_a_second_restore_is_a_second_hold(self, signals: list[str]) -> None:
        restored()
        claims.end(by="user:huda")
        restored()
        assert (Hold.objects.count(), claims.current() is None, alarms.open_alarms().count()) == (2, False, 1)

    @committed
    def test_two_operators_end_it_once(self, signals: list[str], answering: AnsweringCarrier) -> None:
        (message,) = owed()
        restored()
        results = at_once(lambda: claims.end(by="user:huda"), lambda: claims.end(by="user:lina"))
        assert (results, state_of(message), message.attempts.count()) == ([None, None], "unknown", 1)

    @committed
    def test_a_sender_at_work_while_it_ends_sends_nothing_of_before(
        self, signals: list[str], answering: AnsweringCarrier, monkeypatch: Any
    ) -> None:
        messages = owed(*(notice(recipient=f"citizen:{number}") for number in range(5)))
        restored()
        stop = threading.Event()

        def drain() -> None:
            try:
                while not stop.is_set():
                    delivery.drain("notices")
            finally:
                connection.close()

        sender = threading.Thread(target=drain)
        sender.start()
        claims.end(by="user:huda")
        stop.set()
        sender.join(60)
        assert ([state_of(message) for message in messages], answering.ledger) == (["unknown"] * 5, [])
