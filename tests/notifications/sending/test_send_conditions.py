"""What keeps a message back: the night, the spending of the day. Codes and urgent ones are kept back by neither."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.db.models import DateTimeField, F, Value
from django.db.models.functions import Now
from django.utils import timezone

from notifications import actions, alarms, tasks
from notifications.carriers import Uncertain
from notifications.models import Alarm, AlarmKind, Channel, DailySpend, Message
from notifications.runtime import database_now
from notifications.sending import claims, delivery
from notifications.sending.claims import batch_sizer
from tests.notifications.acts import EMAIL, again, code, raising, state_of
from tests.notifications.conftest import AnsweringCarrier, notice, owed

pytestmark = pytest.mark.django_db

AMMAN = ZoneInfo("Asia/Amman")
# Windows around the present, in hours from now: whatever the time of day, it is night in the first and day in the rest.
NIGHTS = [(-1, 1), (-11, 11), (-22, 1), (-1, 22)]
DAYS = [(1, 2), (1, 22), (1, -1), (-3, -2)]


def window(begins: int, ends: int) -> str:
    """Return quiet hours that begin and end so many hours from now, as the setting is written."""
    now = database_now().astimezone(AMMAN)
    return f"{now + timedelta(hours=begins):%H:%M}-{now + timedelta(hours=ends):%H:%M}"


def later_notice(**changes: Any) -> Any:
    """Return a notice that may wait for the morning."""
    return notice(**({"daytime": True} | changes))


def urgent() -> Message:
    """Owe a notice that may wake its person."""
    return owed(notice(), occasion="case:urgent")[0]


class TestNight:
    """Citizens are not woken, but for codes and what is urgent."""

    @pytest.mark.parametrize(("begins", "ends"), NIGHTS)
    def test_an_sms_waits_for_the_morning(
        self, signals: list[str], answering: AnsweringCarrier, settings: Any, begins: int, ends: int
    ) -> None:
        settings.QUIET_HOURS = window(begins, ends)
        (message,) = owed(later_notice())
        signals.clear()
        tasks.sweep_up()
        assert (delivery.deliver(str(message.pk)), delivery.drain("notices"), signals) == ("pending", True, [])
        settings.QUIET_HOURS = window(1, 2)
        tasks.sweep_up()
        assert (signals, delivery.drain("notices"), state_of(message)) == (["notices"], True, "accepted")

    @pytest.mark.parametrize("hours", DAYS)
    def test_by_day_it_leaves_at_once(
        self, signals: list[str], answering: AnsweringCarrier, settings: Any, hours: tuple[int, int]
    ) -> None:
        settings.QUIET_HOURS = window(*hours)
        (message,) = owed(later_notice())
        assert delivery.deliver(str(message.pk)) == "accepted"

    def test_codes_urgent_notices_and_emails_leave_by_night(
        self, signals: list[str], answering: AnsweringCarrier, settings: Any
    ) -> None:
        settings.QUIET_HOURS = window(-1, 1)
        messages = [
            code(),
            urgent(),
            *owed(later_notice(channel=Channel.EMAIL, address=EMAIL), occasion="case:email"),
        ]
        assert [delivery.deliver(str(message.pk)) for message in messages] == ["accepted"] * 3

    @pytest.mark.parametrize("hours", [2, -2])
    def test_it_is_night_by_the_databases_clock(
        self,
        signals: list[str],
        answering: AnsweringCarrier,
        settings: Any,
        monkeypatch: pytest.MonkeyPatch,
        hours: int,
    ) -> None:
        settings.QUIET_HOURS = window(-1, 1)
        real = timezone.now
        monkeypatch.setattr(timezone, "now", lambda: real() + timedelta(hours=hours))
        (message,) = owed(later_notice())
        assert delivery.deliver(str(message.pk)) == "pending"

    @pytest.mark.parametrize(
        ("hours", "moment", "leaves"),
        [
            ("21:00-08:00", "20:59:59", True),
            ("21:00-08:00", "21:00:00", False),
            ("21:00-08:00", "23:59:59", False),
            ("21:00-08:00", "00:00:00", False),
            ("21:00-08:00", "07:59:59", False),
            ("21:00-08:00", "08:00:00", True),
            ("21:00-08:00", "12:00:00", True),
            ("01:30-05:00", "01:29:59", True),
            ("01:30-05:00", "01:30:00", False),
            ("01:30-05:00", "04:59:59", False),
            ("01:30-05:00", "05:00:00", True),
            ("01:30-05:00", "23:00:00", True),
            ("", "03:00:00", True),
        ],
    )
    def test_the_edges_of_the_night_in_amman(
        self, signals: list[str], settings: Any, hours: str, moment: str, *, leaves: bool
    ) -> None:
        settings.QUIET_HOURS = hours
        owed(later_notice())
        at = datetime.combine(date(2026, 1, 4), time.fromisoformat(moment), AMMAN)
        may = claims.wakes_nobody(Value(at, output_field=DateTimeField()))
        assert Message.objects.filter(may).exists() is leaves

    @pytest.mark.parametrize("text", ["night", "21:00", "25:00-08:00", "21:00-", "-"])
    def test_hours_that_are_none_are_refused(self, settings: Any, text: str) -> None:
        settings.QUIET_HOURS = text
        with pytest.raises(ValueError, match=r".+"):
            claims.quiet_hours()

    @pytest.mark.parametrize(
        ("hours", "moment", "morning"),
        [
            ("21:00-08:00", "4 20:59", None),
            ("21:00-08:00", "4 21:00", "5 08:00"),
            ("21:00-08:00", "5 00:30", "5 08:00"),
            ("21:00-08:00", "5 08:00", None),
            ("01:30-05:00", "4 01:30", "4 05:00"),
            ("01:30-05:00", "4 05:00", None),
            ("01:30-05:00", "4 01:29", None),
            ("", "4 03:00", None),
        ],
    )
    def test_the_morning_after(self, settings: Any, hours: str, moment: str, morning: str | None) -> None:
        settings.QUIET_HOURS = hours

        def at(text: str) -> datetime:
            return datetime.strptime(f"2026-01-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=AMMAN)

        after = claims.morning_after(at(moment).astimezone(UTC))
        assert after == (at(morning) if morning else None)

    def test_a_person_may_let_it_go_by_night(
        self, signals: list[str], answering: AnsweringCarrier, settings: Any
    ) -> None:
        settings.QUIET_HOURS = window(-1, 1)
        (message,) = owed(later_notice())
        actions.release(message, by="user:lina", at=timezone.now())
        assert delivery.deliver(str(message.pk)) == "accepted"

    def test_waiting_for_the_morning_is_no_alarm(
        self, signals: list[str], answering: AnsweringCarrier, settings: Any
    ) -> None:
        settings.QUIET_HOURS = window(-1, 1)
        owed(later_notice())
        Message.objects.update(created_at=Now() - timedelta(minutes=50))
        tasks.sweep_up()
        assert not alarms.open_alarms().exists()
        urgent()
        Message.objects.filter(daytime=False).update(created_at=Now() - timedelta(minutes=16))
        tasks.sweep_up()
        tasks.sweep_up()
        assert alarms.open_alarms().get().kind == AlarmKind.QUEUE_OLD
        delivery.drain("notices")
        tasks.sweep_up()
        assert not alarms.open_alarms().exists()


class TestCap:
    """What a day may cost stops what may wait until the next one."""

    def spend(self, *messages: Message) -> list[str]:
        """Hand the messages over one after the other; return their states."""
        return [delivery.deliver(str(message.pk)) for message in messages]

    def three(self, **changes: Any) -> list[Message]:
        """Owe three notices that may wait."""
        return owed(*(later_notice(recipient=f"citizen:{number}", **changes) for number in range(3)))

    def test_what_may_wait_waits_for_the_next_day(
        self, signals: list[str], answering: AnsweringCarrier, settings: Any
    ) -> None:
        settings.SMS_DAILY_CAP = 2
        messages = self.three()
        assert self.spend(*messages) == ["accepted", "accepted", "pending"]
        DailySpend.objects.update(on=F("on") - 1)
        assert self.spend(messages[2]) == ["accepted"]
        assert sorted(DailySpend.objects.values_list("channel", "spent")) == [("sms", 1), ("sms", 2)]

    def test_codes_and_urgent_notices_pass(
        self, signals: list[str], answering: AnsweringCarrier, settings: Any
    ) -> None:
        settings.SMS_DAILY_CAP = 1
        assert self.spend(*self.three()[:2]) == ["accepted", "pending"]
        assert self.spend(code(), urgent()) == ["accepted", "accepted"]
        # Codes have an allowance of their own, so that nobody can spend the notices' by asking for codes.
        assert DailySpend.objects.get().spent == 2

    def test_each_channel_has_its_own(self, signals: list[str], answering: AnsweringCarrier, settings: Any) -> None:
        settings.SMS_DAILY_CAP, settings.EMAIL_DAILY_CAP = 1, 2
        by_sms = self.three()
        by_email = self.three(channel=Channel.EMAIL, address=EMAIL)
        assert self.spend(*by_sms) == ["accepted", "pending", "pending"]
        assert self.spend(*by_email) == ["accepted", "accepted", "pending"]

    def test_an_sms_in_two_parts_counts_twice(
        self, signals: list[str], answering: AnsweringCarrier, settings: Any
    ) -> None:
        settings.SMS_DAILY_CAP = 3
        messages = self.three()
        Message.objects.update(segments=2)
        assert self.spend(*messages) == ["accepted", "accepted", "pending"]
        assert DailySpend.objects.get().spent == 4

    def test_what_may_have_been_sent_is_counted(
        self, signals: list[str], answering: AnsweringCarrier, settings: Any
    ) -> None:
        settings.SMS_DAILY_CAP = 1
        answering.meanwhile = raising(Uncertain("500"))
        assert self.spend(*self.three()[:2]) == ["unknown", "pending"]

    def test_without_a_cap_the_spending_is_counted_all_the_same(
        self, signals: list[str], answering: AnsweringCarrier
    ) -> None:
        assert self.spend(*self.three()) == ["accepted"] * 3
        assert (DailySpend.objects.get().spent, Alarm.objects.count()) == (3, 0)

    def test_a_batch_ends_at_the_cap(self, signals: list[str], answering: AnsweringCarrier, settings: Any) -> None:
        settings.SMS_DAILY_CAP = 2
        owed(*(later_notice(recipient=f"citizen:{number}") for number in range(9)))
        sizer = batch_sizer("notices")
        for _ in range(100):
            sizer.add_duration(0)
        assert sizer.to_mark > 9
        delivery.drain("notices")
        assert (len(answering.ledger), DailySpend.objects.get().spent) == (2, 2)
        assert Message.objects.filter(state="pending", tries=0).count() == 7

    def test_the_operators_are_told_once_a_day(
        self, signals: list[str], answering: AnsweringCarrier, settings: Any
    ) -> None:
        settings.SMS_DAILY_CAP = 1
        self.spend(*self.three(), code(), urgent())
        tasks.sweep_up()
        tasks.sweep_up()
        today = database_now().astimezone(AMMAN).date()
        assert list(Alarm.objects.values_list("kind", "about")) == [("cap_reached", f"sms {today.isoformat()}")]
        with transaction.atomic():
            assert len(alarms.lock_untold()) == 1

    def test_a_cap_that_was_lowered_below_what_is_spent_is_told_too(
        self, signals: list[str], answering: AnsweringCarrier, settings: Any
    ) -> None:
        messages = self.three()
        assert self.spend(*messages[:2]) == ["accepted", "accepted"]
        settings.SMS_DAILY_CAP = 1
        assert self.spend(messages[2]) == ["pending"]
        tasks.sweep_up()
        urgent()
        delivery.drain("notices")
        assert Alarm.objects.filter(kind=AlarmKind.CAP_REACHED).count() == 1

    def test_the_alarm_is_over_on_the_next_day(
        self, signals: list[str], answering: AnsweringCarrier, settings: Any
    ) -> None:
        settings.SMS_DAILY_CAP = 2
        self.spend(*self.three())
        tasks.sweep_up()
        yesterday = database_now().astimezone(AMMAN).date() - timedelta(days=1)
        DailySpend.objects.update(on=yesterday)
        Alarm.objects.update(about=f"sms {yesterday.isoformat()}", raised_at=Now() - timedelta(days=1))
        delivery.drain("notices")
        tasks.sweep_up()
        assert not alarms.open_alarms().exists()

    def test_a_person_may_let_it_go_over_the_cap(
        self, signals: list[str], answering: AnsweringCarrier, settings: Any
    ) -> None:
        settings.SMS_DAILY_CAP = 1
        messages = self.three()
        self.spend(*messages)
        actions.release(messages[2], by="user:lina", at=timezone.now())
        assert self.spend(messages[2]) == ["accepted"]

    def test_what_waits_is_not_marked_failed(
        self, signals: list[str], answering: AnsweringCarrier, settings: Any
    ) -> None:
        settings.SMS_DAILY_CAP = 1
        messages = self.three()
        self.spend(*messages)
        waiting = again(messages[2])
        assert (waiting.state, waiting.tries, waiting.settled_at) == ("pending", 0, None)
