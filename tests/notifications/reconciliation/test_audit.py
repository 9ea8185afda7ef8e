"""Every night our rows and the carriers' lists are compared both ways, and what proves taken is recorded."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from notifications import actions, alarms, reconciliation, tasks
from notifications.carriers import Status, StatusReport, StatusUnavailable
from notifications.models import Alarm, AlarmKind, Attempt, Audit, Message, Outcome
from notifications.runtime import database_now
from notifications.sending import delivery
from tests.notifications.acts import SecondCarrier, again, check_now, last_try, sent, state_of, unsure
from tests.notifications.conftest import AnsweringCarrier, ObedientCarrier, notice

pytestmark = pytest.mark.django_db

AMMAN = ZoneInfo("Asia/Amman")


def compared(carrier: AnsweringCarrier) -> Audit:
    """Compare the hour around now."""
    now = database_now()
    Audit.objects.all().delete()
    return reconciliation.compare(
        carrier.name, carrier, since=now - timedelta(minutes=30), until=now + timedelta(minutes=30)
    )


def listed(carrier: AnsweringCarrier, message: Message) -> StatusReport:
    """Have a message that was sent in the carrier's list, under the id it gave."""
    report = StatusReport(last_try(message).provider_id, Status.TAKEN, "sent", body=message.body)
    carrier.listed[message.token or ""] = report
    return report


class TestBothWays:
    """What one side has and the other has not is named, and told."""

    def test_the_same_on_both_sides_is_no_alarm(self, signals: list[str], answering: AnsweringCarrier) -> None:
        for number in range(3):
            listed(answering, sent(occasion=f"case:1:{number}"))
        made = compared(answering)
        assert (made.ours, made.theirs, made.missing_there, made.missing_here) == (3, 3, [], [])
        assert Alarm.objects.count() == 0

    def test_what_their_list_does_not_have(self, signals: list[str], answering: AnsweringCarrier) -> None:
        listed(answering, sent(occasion="case:1:1"))
        lost = sent(occasion="case:1:2")
        made = compared(answering)
        day = f"answering {made.since:%Y-%m-%d}"
        assert (made.ours, made.theirs, made.missing_here) == (2, 1, [])
        assert made.missing_there == [last_try(lost).pk]
        assert [(alarm.kind, alarm.about) for alarm in alarms.open_alarms()] == [(AlarmKind.LISTS_DIFFER, day)]

    def test_what_our_rows_do_not_have(self, signals: list[str], answering: AnsweringCarrier) -> None:
        listed(answering, sent())
        answering.listed["x"] = StatusReport("SM-stranger", Status.DELIVERED, "delivered", body="nothing of ours zzzzz")
        made = compared(answering)
        assert (made.missing_there, made.missing_here, alarms.open_alarms().count()) == ([], ["SM-stranger"], 1)

    def test_a_message_they_have_twice_is_named(self, signals: list[str], answering: AnsweringCarrier) -> None:
        message = sent()
        report = listed(answering, message)
        answering.listed["twice"] = StatusReport("SM-twice", Status.TAKEN, "sent", body=report.body)
        assert compared(answering).missing_here == ["SM-twice"]
        assert (state_of(message), alarms.open_alarms().count()) == ("accepted", 1)

    def test_another_carriers_rows_are_not_missing(
        self, signals: list[str], answering: AnsweringCarrier, use: Callable[..., None]
    ) -> None:
        sent()
        second = SecondCarrier()
        use(second)
        assert (compared(second).ours, Alarm.objects.count()) == (0, 0)


class TestHealing:
    """What the list proves taken is recorded, as if a callback had said it."""

    @pytest.mark.parametrize(
        ("status", "state"),
        [(Status.TAKEN, "accepted"), (Status.DELIVERED, "delivered"), (Status.FAILED, "undeliverable")],
    )
    @pytest.mark.parametrize("checks", [0, 1, 2])
    def test_an_unsure_message_is_found(
        self, signals: list[str], answering: AnsweringCarrier, checks: int, status: Status, state: str
    ) -> None:
        message = unsure(answering)
        for _ in range(checks):
            check_now(message)
        report = answering.list(message, status)
        made = compared(answering)
        assert (state_of(message), last_try(message).provider_id) == (state, report.provider_id)
        assert (made.ours, made.theirs, made.missing_there, made.missing_here) == (1, 1, [], [])
        assert Alarm.objects.count() == 0

    def test_a_second_try_that_was_not_needed_is_told(self, signals: list[str], answering: AnsweringCarrier) -> None:
        message = unsure(answering)
        check_now(message)
        check_now(message)
        delivery.deliver(str(message.pk))
        listed(answering, message)
        answering.listed["first"] = StatusReport("SM-first", Status.DELIVERED, "delivered", body=message.body)
        made = compared(answering)
        assert (made.ours, made.missing_there, made.missing_here) == (2, [], [])
        assert list(message.attempts.order_by("number").values_list("outcome", flat=True)) == ["repeated", "accepted"]
        assert [alarm.kind for alarm in alarms.open_alarms()] == [AlarmKind.SENT_TWICE]

    def test_what_a_person_called_taken_gets_its_id(self, signals: list[str], answering: AnsweringCarrier) -> None:
        message = unsure(answering)
        actions.decide_taken(message, by="user:lina", at=timezone.now())
        answering.list(message, Status.DELIVERED)
        made = compared(answering)
        assert (made.ours, made.missing_there, made.missing_here, state_of(message)) == (1, [], [], "delivered")

    def test_an_attempt_that_was_never_on_the_wire_is_not_taken_for_it(
        self, signals: list[str], answering: AnsweringCarrier
    ) -> None:
        message = unsure(answering)
        Attempt.objects.update(wire_at=None)
        answering.list(message)
        assert (compared(answering).missing_here, state_of(message)) == ([f"listed-{message.token}"], "unknown")


class TestEdges:
    """Clocks differ, carriers fall silent, and a comparison may be made again."""

    def test_the_list_is_read_an_hour_wider(
        self, signals: list[str], answering: AnsweringCarrier, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[tuple[datetime, datetime]] = []

        def listing(*, since: datetime, until: datetime) -> Iterator[StatusReport]:
            asked.append((since, until))
            yield from ()

        monkeypatch.setattr(answering, "listing", listing)
        (made,) = reconciliation.compare_day(date(2026, 1, 4))
        midnight = datetime(2026, 1, 4, tzinfo=AMMAN)
        assert (made.since, made.until) == (midnight, midnight + timedelta(days=1))
        assert asked == [(midnight - timedelta(hours=1), midnight + timedelta(hours=25))]

    @pytest.mark.parametrize("minutes", [-40, 40])
    def test_a_neighbour_at_the_edge_is_missing_on_no_side(
        self, signals: list[str], answering: AnsweringCarrier, minutes: int
    ) -> None:
        message = sent()
        listed(answering, message)
        Attempt.objects.update(wire_at=Now() + timedelta(minutes=minutes))
        made = compared(answering)
        assert (made.ours, made.missing_there, made.missing_here, Alarm.objects.count()) == (0, [], [], 0)

    def test_comparing_again_is_harmless_and_ends_the_alarm(
        self, signals: list[str], answering: AnsweringCarrier
    ) -> None:
        message = sent()
        Attempt.objects.update(wire_at=datetime(2026, 1, 4, 12, tzinfo=AMMAN))
        day = date(2026, 1, 4)
        for _ in range(2):
            reconciliation.compare_day(day)
        assert (Audit.objects.count(), len(Audit.objects.get().missing_there), Alarm.objects.count()) == (1, 1, 1)
        listed(answering, message)
        reconciliation.compare_day(day)
        reconciliation.compare_day(day)
        assert (Audit.objects.count(), Audit.objects.get().missing_there) == (1, [])
        assert alarms.open_alarms().count() == 0
        assert list(message.attempts.values_list("outcome", flat=True)) == [Outcome.ACCEPTED]

    def test_a_good_day_does_not_end_the_alarm_of_a_bad_one(
        self, signals: list[str], answering: AnsweringCarrier
    ) -> None:
        sent()
        Attempt.objects.update(wire_at=datetime(2026, 1, 4, 12, tzinfo=AMMAN))
        reconciliation.compare_day(date(2026, 1, 4))
        reconciliation.compare_day(date(2026, 1, 5))
        assert [alarm.kind for alarm in alarms.open_alarms()] == [AlarmKind.LISTS_DIFFER]

    @pytest.mark.parametrize("error", [StatusUnavailable(), RuntimeError("+962790001234")])
    def test_a_silent_carrier_is_not_compared_and_keeps_no_other_from_it(
        self,
        signals: list[str],
        answering: AnsweringCarrier,
        use: Callable[..., None],
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
        error: Exception,
    ) -> None:
        second = SecondCarrier()
        use(answering, second)
        message = sent()

        def listing(*, since: datetime, until: datetime) -> Iterator[StatusReport]:
            yield listed(answering, message)
            raise error

        monkeypatch.setattr(answering, "listing", listing)
        made = reconciliation.compare_day(date(2026, 1, 4))
        assert [each.carrier for each in made] == ["second"]
        assert list(Audit.objects.values_list("carrier", flat=True)) == ["second"]
        alarms_of = list(Alarm.objects.values_list("kind", "about"))
        assert (alarms_of, "790001234" in caplog.text) == ([("lists_differ", "answering 2026-01-04")], False)

    def test_a_carrier_without_a_list_is_not_compared(self, signals: list[str], carrier: ObedientCarrier) -> None:
        sent()
        assert (reconciliation.compare_day(date(2026, 1, 4)), Audit.objects.count()) == ([], 0)

    def test_the_nightly_task_compares_yesterday(self, signals: list[str], answering: AnsweringCarrier) -> None:
        tasks.compare_yesterday()
        yesterday = database_now().astimezone(AMMAN).date() - timedelta(days=1)
        assert [each.since.astimezone(AMMAN).date() for each in Audit.objects.all()] == [yesterday]

    def test_a_thousand_differences_are_counted_and_a_hundred_named(
        self, signals: list[str], answering: AnsweringCarrier
    ) -> None:
        for number in range(300):
            answering.listed[str(number)] = StatusReport(f"SM-{number}", Status.TAKEN, "sent")
        made = compared(answering)
        assert (made.theirs, len(made.missing_here)) == (300, reconciliation.KEPT)

    def test_the_message_is_not_touched_by_what_agrees(self, signals: list[str], answering: AnsweringCarrier) -> None:
        message = sent()
        listed(answering, message)
        before = Message.objects.filter(pk=message.pk).values().get()
        compared(answering)
        assert Message.objects.filter(pk=message.pk).values().get() == before
        assert again(message).state == "accepted"


class TestWithoutALink:
    """A message without a link has no token: its number and its words tell it, also among equal ones."""

    NOTICE = notice(template="password_changed", context={}, reference="")

    def test_an_unsure_message_is_found_by_number_and_words(
        self, signals: list[str], answering: AnsweringCarrier
    ) -> None:
        message = unsure(answering, self.NOTICE, occasion="password:1")
        assert (message.token, message.body.split()[-1]) == (None, "065008080")
        other_number = StatusReport("SM-other", Status.TAKEN, "sent", body=message.body, to="+962790009999")
        other_words = StatusReport("SM-words", Status.TAKEN, "sent", body=f"{message.body}.", to=message.address)
        answering.listed |= {"a": other_number, "b": other_words}
        made = compared(answering)
        assert (made.missing_here, state_of(message)) == (["SM-other", "SM-words"], "unknown")
        answering.list(message, Status.DELIVERED)
        made = compared(answering)
        assert (made.missing_here, state_of(message)) == (["SM-other", "SM-words"], "delivered")

    def test_the_same_words_twice_are_two_messages(self, signals: list[str], answering: AnsweringCarrier) -> None:
        first = unsure(answering, self.NOTICE, occasion="password:1")
        second = unsure(answering, self.NOTICE, occasion="password:2")
        answering.list(first)
        assert compared(answering).missing_here == []
        assert [state_of(first), state_of(second)] == ["accepted", "unknown"]
        answering.listed["second"] = StatusReport("SM-2", Status.TAKEN, "sent", body=second.body, to=second.address)
        assert compared(answering).missing_here == []
        assert [state_of(first), state_of(second)] == ["accepted", "accepted"]
        answering.listed["third"] = StatusReport("SM-3", Status.TAKEN, "sent", body=second.body, to=second.address)
        assert compared(answering).missing_here == ["SM-3"]

    def test_without_the_number_the_words_of_others_would_be_taken(
        self, signals: list[str], answering: AnsweringCarrier, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The control: told by words alone, somebody else's message would count as this one."""
        message = unsure(answering, self.NOTICE, occasion="password:1")
        answering.listed["a"] = StatusReport("SM-other", Status.TAKEN, "sent", body=message.body, to="+962790009999")
        key = last_try(message).address_lookup
        monkeypatch.setattr("notifications.addresses.address_key", lambda _channel, _address: key)
        assert (compared(answering).missing_here, state_of(message)) == ([], "accepted")
