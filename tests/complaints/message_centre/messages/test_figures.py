"""The figures above the list of messages: counts, spending, lines, alarms and the hold."""

import logging
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from complaints.message_centre.message_lists import REMEDIES
from complaints.models import Case
from notifications import alarms
from notifications.models import (
    AlarmKind,
    DailySpend,
    Hold,
    MessageState,
    ProviderRoute,
)
from notifications.sending import claims
from tests.complaints.message_centre.messages.browsing import page
from tests.complaints.message_states import MakeMessage, put, told
from tests.complaints.pages import Desk


def test_every_alarm_says_what_to_do() -> None:
    assert set(REMEDIES) == set(AlarmKind)


def test_the_counts_are_by_state_and_settled_ones_of_the_last_day(
    desk: Desk, make_message: MakeMessage, lina: User, now: datetime
) -> None:
    for place, state in enumerate(MessageState):
        put(make_message(place), state, settled_at=now)
        long_ago = now - timedelta(days=2)
        put(make_message(100 + place, created_at=long_ago), state, settled_at=long_ago)
    # Given up after three days of waiting for the carrier's word.
    put(make_message(200, created_at=now - timedelta(days=3)), "undeliverable", settled_at=now)
    figures = desk(lina).get(reverse("messages")).context["figures"]
    assert (figures.waiting, figures.unknown, figures.failed, figures.sent) == (4, 2, 3, 2)
    assert dict(figures.by_state)["delivered"] == 1


def test_the_oldest_is_the_one_that_could_leave(
    desk: Desk, make_message: MakeMessage, lina: User, now: datetime
) -> None:
    assert desk(lina).get(reverse("messages")).context["figures"].oldest == ""
    make_message(1, created_at=now - timedelta(hours=3))
    # "Now" is the database's there.
    make_message(2, created_at=now - timedelta(hours=9), next_try_at=datetime.now(now.tzinfo) + timedelta(hours=1))
    put(make_message(3, created_at=now - timedelta(days=9)), "delivered")
    assert desk(lina).get(reverse("messages")).context["figures"].oldest == "3 hours"


def test_the_spending_of_today_stands_beside_its_cap(desk: Desk, lina: User, now: datetime, settings: Any) -> None:
    settings.SMS_DAILY_CAP, settings.EMAIL_DAILY_CAP = 1000, 0
    DailySpend.objects.create(channel="sms", on=now.date(), spent=1000)
    DailySpend.objects.create(channel="sms", on=now.date() - timedelta(days=1), spent=5)
    sms, email = desk(lina).get(reverse("messages")).context["figures"].spending
    assert (sms.spent, sms.cap, sms.is_used_up) == (1000, 1000, True)
    assert (email.spent, email.cap, email.is_used_up) == (0, 0, False)


def test_a_stopped_line_is_said_to_be_stopped(desk: Desk, lina: User, now: datetime) -> None:
    lines = desk(lina).get(reverse("messages")).context["figures"].routes
    assert [line.is_open for line in lines] == [True, True]
    ProviderRoute.objects.create(
        channel="sms", carrier=lines[0].carrier, stopped_until=datetime.now(now.tzinfo) + timedelta(hours=1)
    )
    lines = desk(lina).get(reverse("messages")).context["figures"].routes
    assert [line.is_open for line in lines] == [False, True]


def test_an_open_alarm_says_what_to_do_and_leads_to_its_message(
    desk: Desk, referred: Case, lina: User, adel: User
) -> None:
    message = told(referred)
    alarms.raise_alarm(AlarmKind.UNDECIDED, str(message.pk))
    alarms.raise_alarm(AlarmKind.QUEUE_OLD)
    alarms.resolve(AlarmKind.QUEUE_OLD)
    for person in (lina, adel):
        troubles = desk(person).get(reverse("messages")).context["figures"].open_alarms
        assert [(one.alarm.kind, one.message_id) for one in troubles] == [("undecided", message.pk)]
        assert "look for it in the carrier" in page(desk, person)


def test_an_alarm_about_a_line_names_its_channel_in_words(desk: Desk, lina: User) -> None:
    alarms.raise_alarm(AlarmKind.ROUTE_STOPPED, "sms twilio")
    (trouble,) = desk(lina).get(reverse("messages")).context["figures"].open_alarms
    assert (trouble.channel, trouble.about, trouble.may_be_dismissed) == ("SMS", "twilio", False)


def test_an_alarm_of_something_past_is_ended_by_whoever_looked_into_it(
    desk: Desk, referred: Case, lina: User, adel: User
) -> None:
    alarms.raise_alarm(AlarmKind.LISTS_DIFFER, "twilio 2026-01-03")
    alarms.raise_alarm(AlarmKind.ROUTE_STOPPED, "sms twilio")
    past, line = alarms.open_alarms()
    assert page(desk, lina).count("Close the alarm") == 1
    url = reverse("messages-end-alarm")
    answers = [desk(adel).post(url, {"alarm": number}).status_code for number in (past.pk, past.pk, line.pk, "x", "")]
    assert answers == [302, 302, 404, 404, 404]
    assert list(alarms.open_alarms()) == [line]


def test_a_hold_is_released_once(desk: Desk, adel: User, lina: User, caplog: pytest.LogCaptureFixture) -> None:
    assert "Sending is on hold" not in page(desk, adel)
    Hold.objects.create(database="elsewhere")
    alarms.raise_alarm(AlarmKind.ON_HOLD)
    assert ["Resume sending" in page(desk, person) for person in (adel, lina)] == [True, True]
    with caplog.at_level(logging.WARNING):
        answer = desk(adel).post(reverse("messages-release"))
    assert (answer.status_code, answer.url, claims.current()) == (302, reverse("messages"), None)
    assert Hold.objects.get().ended_by == f"user:{adel.pk}"
    assert [
        vars(record).get("user_id") for record in caplog.records if record.name == "complaints.message_centre.messages"
    ] == [str(adel.pk)]
    again = desk(lina).post(reverse("messages-release"), follow=True)
    assert "Sending had already resumed." in again.content.decode()
    assert Hold.objects.get().ended_by == f"user:{adel.pk}"
