"""A schedule that has stopped, and a task that is late, are noticed by somebody else within two minutes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from agencies.models import Agency
from config import watch as worker
from config.celery import app
from notifications import alarms, periodic
from notifications.models import Message, PeriodicTask
from notifications.periodic import Watch
from tests.cast import make_staff

pytestmark = pytest.mark.django_db
SWEEP, NIGHTLY = "notifications.sweep", "notifications.compare_lists"


class Seconds:
    """The process's own time."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def adel(cmu: Agency) -> User:
    """An operator."""
    return make_staff("adel@ops.example", "عادل نمر", "Adel Nimer", "+962790100010", cmu, Role.OPERATOR)


@pytest.fixture(autouse=True)
def _all_ran(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every task of the schedule have started and completed a moment ago."""
    app.loader.import_default_modules()
    # A test's own transaction would be lost with its connection.
    monkeypatch.setattr(connection, "close", lambda: None)
    now = timezone.now()
    periodic.last_sent(periodic.runs_spans(), at=now)
    PeriodicTask.objects.update(started_at=now, completed_at=now)


def opened() -> list[tuple[str, str]]:
    return [(alarm.kind, alarm.about) for alarm in alarms.open_alarms()]


def starts(name: str = SWEEP) -> None:
    PeriodicTask.objects.filter(name=name).update(started_at=Now(), completed_at=Now())


def test_a_stopped_schedule_is_an_alarm_within_two_minutes_and_over_when_it_runs_again(seconds: Seconds) -> None:
    watch = Watch(seconds)
    watch.check()
    found = []
    for _ in range(8):
        seconds.now += worker.CHECK_SECONDS
        found.append((watch.check(), seconds.now - 1000))
    assert [after for runs_on, after in found if not runs_on] == [90.0, 105.0, 120.0]
    assert opened() == [("schedule_stopped", "")]
    PeriodicTask.objects.filter(name=SWEEP).update(started_at=timezone.now())
    assert (watch.check(), opened()) == (True, [])


def test_a_schedule_that_runs_is_none_whatever_the_clocks_say(seconds: Seconds) -> None:
    """The machine's clock leaps two hours forward and back: the moments change, and that is all that counts."""
    watch = Watch(seconds)
    for leap in (0, 2, 2, 0, -2, -2, 0):
        PeriodicTask.objects.update(started_at=timezone.now() + timedelta(hours=leap, seconds=seconds.now))
        seconds.now += 60
        assert watch.check()
    assert opened() == []


def test_the_operators_are_told_of_a_stopped_schedule_which_would_have_told_them(seconds: Seconds, adel: User) -> None:
    watch = Watch(seconds)
    worker.check(watch)
    seconds.now += 90
    worker.check(watch)
    worker.check(watch)
    told = Message.objects.filter(template="operator_alarm")
    assert sorted((message.channel, message.address) for message in told) == [
        ("email", adel.email),
        ("sms", adel.phone),
    ]


def test_a_database_that_is_away_ends_no_watch(seconds: Seconds, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = []
    monkeypatch.setattr(connection, "close", lambda: closed.append(True))

    def refuse() -> None:
        raise ConnectionError

    monkeypatch.setattr(periodic, "last_start", refuse)
    worker.check(Watch(seconds))
    assert closed == [True]


def watched(seconds: Seconds, hours: float) -> None:
    """Let a process watch a schedule that runs for so long, and check at the end."""
    watch = Watch(seconds)
    for _ in range(int(hours * 12) + 2):
        PeriodicTask.objects.filter(name=SWEEP).update(started_at=timezone.now(), completed_at=timezone.now())
        seconds.now += 300
        watch.check()


@pytest.mark.parametrize(
    ("name", "age", "is_late"),
    [
        ("complaints.escalate", timedelta(minutes=4), True),
        ("complaints.escalate", timedelta(minutes=2), False),
        ("accounts.delete_expired", timedelta(hours=4), True),
        ("accounts.delete_expired", timedelta(hours=2), False),
        (NIGHTLY, timedelta(hours=27), True),
        (NIGHTLY, timedelta(hours=25), False),
    ],
)
def test_a_task_that_has_not_completed_for_too_long_is_an_alarm(
    seconds: Seconds, name: str, age: timedelta, *, is_late: bool
) -> None:
    PeriodicTask.objects.filter(name=name).update(completed_at=timezone.now() - age)
    watched(seconds, 1.1)
    assert opened() == ([("task_late", name)] if is_late else [])
    starts(name)
    watched(seconds, 0.1)
    assert opened() == []


def test_after_a_restart_of_everything_nothing_is_late_yet(seconds: Seconds) -> None:
    PeriodicTask.objects.exclude(name=SWEEP).update(completed_at=timezone.now() - timedelta(days=3))
    watch = Watch(seconds)
    seconds.now += 60
    assert (watch.check(), opened()) == (True, [])


# ---- what is recorded ----


@pytest.fixture
def recorded() -> Iterator[PeriodicTask]:
    row = PeriodicTask.objects.get(name="complaints.discard_drafts")
    PeriodicTask.objects.filter(pk=row.pk).update(started_at=None, completed_at=None)
    return row


def run(name: str) -> None:
    """Run a task as a worker does, in this process."""
    app.tasks[name].apply()


def test_a_run_is_recorded_by_the_task_itself(recorded: PeriodicTask) -> None:
    run(recorded.name)
    recorded.refresh_from_db()
    assert recorded.started_at is not None
    assert (recorded.completed_at is not None, recorded.failed_at, recorded.error) == (True, None, "")


@pytest.mark.parametrize("error", [ValueError("رقم هاتف 0790000000"), SoftTimeLimitExceeded()])
def test_a_run_that_fails_has_not_completed(
    recorded: PeriodicTask, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(**_: object) -> None:
        raise error

    monkeypatch.setattr("complaints.escalation.expiry.discard_drafts", fail)
    run(recorded.name)
    recorded.refresh_from_db()
    assert recorded.started_at is not None
    assert (recorded.completed_at, recorded.error) == (None, type(error).__name__)


def test_a_task_outside_the_schedule_is_not_recorded(django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        app.tasks["notifications.deliver"].on_success(None, "", (), {})
