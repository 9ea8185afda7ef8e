"""Operators hear of each alarm once, and somebody hears of it where there is no operator."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import connections
from django.utils import translation

from accounts.models import Absence, Membership, User
from accounts.roles import Role
from accounts.staff import operator_alarms
from accounts.tasks import notify_operators
from notifications import alarms
from notifications.models import Alarm, AlarmKind, Message
from tests.cast import make_staff
from tests.complaints.threads import be_patient


class Interrupted(Exception):
    """Stands for whatever ends a transaction half-way."""


def told() -> list[tuple[str, str]]:
    rows = Message.objects.filter(template="operator_alarm").order_by("recipient", "channel")
    return [(row.channel, row.address) for row in rows]


def test_every_operator_is_told_by_both_ways_once(huda, lina, now):
    alarms.raise_alarm(AlarmKind.ROUTE_STOPPED, "sms twilio")
    assert operator_alarms.notify_operators(now) == 1
    assert told() == [("email", "huda@cmu.example"), ("sms", "+962790100006")]
    assert operator_alarms.notify_operators(now + timedelta(seconds=30)) == 0
    assert len(told()) == 2
    assert Alarm.objects.get().told_at is not None


@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_message_names_the_alarm_in_the_language_of_the_operator(huda, now, language):
    User.objects.filter(pk=huda.pk).update(language=language)
    for kind in AlarmKind:
        alarms.raise_alarm(kind)
    operator_alarms.notify_operators(now)
    messages = Message.objects.all()
    assert {(message.language, message.segments, message.daytime) for message in messages} == {(language, 1, False)}
    with translation.override(language):
        words = {f"alarm:{alarm.pk}": str(AlarmKind(alarm.kind).label) for alarm in Alarm.objects.all()}
    assert sorted(message.occasion for message in messages) == sorted([*words, *words])
    assert [message.body for message in messages if words[message.occasion] not in message.body] == []


def test_two_alarms_are_two_messages_and_one_that_is_over_is_none(huda, now):
    alarms.raise_alarm(AlarmKind.ON_HOLD)
    alarms.raise_alarm(AlarmKind.CAP_REACHED, "sms 2026-01-04")
    alarms.raise_alarm(AlarmKind.QUEUE_OLD)
    alarms.resolve(AlarmKind.QUEUE_OLD)
    assert operator_alarms.notify_operators(now) == 2
    assert len(told()) == 4


def test_an_alarm_that_comes_back_is_told_again(huda, now):
    for _ in range(2):
        alarms.raise_alarm(AlarmKind.QUEUE_OLD)
        operator_alarms.notify_operators(now)
        alarms.resolve(AlarmKind.QUEUE_OLD)
    assert len(told()) == 4


def test_whoever_is_no_operator_today_hears_nothing(huda, omar, sami, cmu, now):
    left = make_staff("left@cmu.example", "ليلى", "Layla", "+962790100010", cmu, Role.OPERATOR)
    Membership.objects.filter(user=left).update(ends_on=date(2026, 1, 3))
    shut = make_staff("shut@cmu.example", "سهى", "Suha", "+962790100011", cmu, Role.OPERATOR)
    User.objects.filter(pk=shut.pk).update(is_active=False)
    alarms.raise_alarm(AlarmKind.ON_HOLD)
    operator_alarms.notify_operators(now)
    assert [address for _, address in told()] == ["huda@cmu.example", "+962790100006"]


def test_the_deputy_of_an_absent_operator_is_told(huda, lina, now):
    Absence.objects.create(user=huda, deputy=lina, starts_on=now.date(), ends_on=now.date())
    alarms.raise_alarm(AlarmKind.ON_HOLD)
    operator_alarms.notify_operators(now)
    assert [address for _, address in told()] == ["lina@cmu.example", "+962790100004"]


def test_without_an_operator_the_head_of_the_unit_is_told_and_without_a_head_its_staff(lina, cmu, now):
    alarms.raise_alarm(AlarmKind.ON_HOLD)
    operator_alarms.notify_operators(now)
    assert [address for _, address in told()] == ["lina@cmu.example", "+962790100004"]
    make_staff("head@cmu.example", "ريم", "Reem", "+962790100012", cmu, Role.CMU_HEAD)
    alarms.raise_alarm(AlarmKind.QUEUE_OLD)
    operator_alarms.notify_operators(now)
    assert sorted(address for _, address in told()[2:] + told()[:2]) == [
        "+962790100004",
        "+962790100012",
        "head@cmu.example",
        "lina@cmu.example",
    ]


def test_with_nobody_to_tell_the_alarm_stays_untold_and_is_logged(omar, now, caplog):
    alarms.raise_alarm(AlarmKind.ON_HOLD)
    assert operator_alarms.notify_operators(now) == 0
    assert "Nobody can be told of the alarms of the messages." in caplog.messages
    assert Alarm.objects.get().told_at is None
    caplog.clear()
    alarms.resolve(AlarmKind.ON_HOLD)
    operator_alarms.notify_operators(now)
    assert caplog.messages[-1:] != ["Nobody can be told of the alarms of the messages."]


def test_an_operator_without_a_telephone_is_told_by_email(huda, now):
    huda.phone = ""
    huda.save(update_fields=["phone", "phone_lookup"])
    alarms.raise_alarm(AlarmKind.ON_HOLD)
    operator_alarms.notify_operators(now)
    assert told() == [("email", "huda@cmu.example")]


def test_a_telling_that_fails_leaves_the_alarm_untold(huda, now, monkeypatch):
    alarms.raise_alarm(AlarmKind.ON_HOLD)

    def fail(*_args, **_words) -> None:
        raise Interrupted

    with monkeypatch.context() as broken:
        broken.setattr("notifications.outbox.owe", fail)
        operator_alarms.notify_operators(now)
    alarm = Alarm.objects.get(kind=AlarmKind.ON_HOLD)
    assert (alarm.told_at, told()) == (None, [])
    operator_alarms.notify_operators(now + timedelta(minutes=1))
    alarm.refresh_from_db()
    assert alarm.told_at is not None
    assert Message.objects.filter(occasion=f"alarm:{alarm.pk}").count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_workers_tell_of_an_alarm_once(huda, now):
    alarms.raise_alarm(AlarmKind.ON_HOLD)
    together = threading.Barrier(2)

    def tell(_: int) -> int:
        be_patient()
        together.wait()
        try:
            return operator_alarms.notify_operators(now)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(tell, range(2))) == 1
    assert len(told()) == 2


def test_the_task_tells(huda):
    alarms.raise_alarm(AlarmKind.ON_HOLD)
    notify_operators()
    assert len(told()) == 2


def test_no_more_is_asked_for_three_operators_than_for_one(huda, cmu, now):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for _ in range(2):
        alarms.raise_alarm(AlarmKind.ON_HOLD)
        with CaptureQueriesContext(connection) as spent:
            operator_alarms.notify_operators(now)
        counts.append(len(spent.captured_queries))
        alarms.resolve(AlarmKind.ON_HOLD)
        if len(counts) == 1:
            make_staff("second@cmu.example", "ريم", "Reem", "+962790100020", cmu, Role.OPERATOR)
            make_staff("third@cmu.example", "ليلى", "Layla", "+962790100021", cmu, Role.OPERATOR)
    assert counts[0] == counts[1]
