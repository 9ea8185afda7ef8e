"""Beat: a schedule in memory with its state in rows, that survives crashes and clocks, and is ended when it hangs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from celery.beat import ScheduleEntry, Scheduler
from celery.schedules import crontab
from django.db import connection
from django.db.utils import OperationalError
from time_machine import TimeMachineFixture

from config import beat
from config.celery import app
from config.schedule import RowScheduler
from notifications.models import PeriodicTask
from tests.process_states import is_running

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
SCHEDULE = {
    "often": {"task": "test.often", "schedule": 10.0, "options": {"queue": "chores"}},
    "seldom": {"task": "test.seldom", "schedule": 300.0, "options": {"queue": "chores"}},
    "at night": {"task": "test.nightly", "schedule": crontab(hour=2, minute=30), "options": {"queue": "chores"}},
}


class Broker:
    """What was sent, and whether anything can be."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.is_away = False

    def take(self, _scheduler: Scheduler, entry: ScheduleEntry, **_options: object) -> None:
        if self.is_away:
            raise ConnectionError
        self.sent.append(entry.task)


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Broker:
    made = Broker()
    # A test's own transaction would be lost with its connection.
    monkeypatch.setattr(connection, "close", lambda: None)
    monkeypatch.setattr(Scheduler, "producer", None)
    monkeypatch.setattr(Scheduler, "apply_async", lambda *args, **options: made.take(*args, **options))  # noqa: PLW0108 - gets the scheduler
    return made


def a_beat(kind: type[Scheduler] = RowScheduler) -> Scheduler:
    """Return a beat that has just started."""
    made = kind(app, lazy=True)
    made.merge_inplace(SCHEDULE)
    return made


def run(*beats: Scheduler, seconds: int, clock: TimeMachineFixture) -> None:
    for _ in range(seconds):
        clock.shift(1)
        for each in beats:
            each.tick()


@pytest.fixture
def clock(time_machine: TimeMachineFixture) -> TimeMachineFixture:
    time_machine.move_to(NOON, tick=False)
    return time_machine


@pytest.mark.django_db
def test_two_beats_send_each_task_once(broker: Broker, clock: TimeMachineFixture) -> None:
    first, second = a_beat(), a_beat()
    first.tick()
    run(first, second, seconds=61, clock=clock)
    assert Counter(broker.sent) == {"test.often": 6}


@pytest.mark.django_db
def test_a_beat_that_crashed_is_followed_by_one_that_goes_on_where_it_was(
    broker: Broker, clock: TimeMachineFixture
) -> None:
    a_beat().tick()
    run(a_beat(), seconds=200, clock=clock)
    broker.sent.clear()
    # Ten beats, each killed after ten seconds: what is due after five minutes would never come if each began anew.
    for _ in range(10):
        run(a_beat(), seconds=10, clock=clock)
    assert Counter(broker.sent) == {"test.often": 10, "test.seldom": 1}


@pytest.mark.django_db
def test_a_night_without_beat_is_made_up_for(broker: Broker, clock: TimeMachineFixture) -> None:
    a_beat().tick()
    clock.move_to(NOON + timedelta(days=1), tick=False)
    a_beat().tick()
    assert Counter(broker.sent) == {"test.often": 1, "test.seldom": 1, "test.nightly": 1}
    a_beat().tick()
    assert len(broker.sent) == 3


@pytest.mark.django_db
def test_what_could_not_be_sent_is_due_again(broker: Broker, clock: TimeMachineFixture) -> None:
    one = a_beat()
    one.tick()
    broker.is_away = True
    run(one, seconds=20, clock=clock)
    assert (broker.sent, PeriodicTask.objects.get(name="test.often").sent_at) == ([], NOON)
    broker.is_away = False
    run(one, seconds=1, clock=clock)
    assert broker.sent == ["test.often"]


@pytest.mark.django_db
def test_a_beat_waits_for_a_database_that_is_away(
    broker: Broker, clock: TimeMachineFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OperationalError

    one = a_beat()
    one.tick()
    with monkeypatch.context() as away:
        away.setattr(connection, "cursor", refuse)
        run(one, seconds=20, clock=clock)
    assert broker.sent == []
    run(one, seconds=1, clock=clock)
    assert broker.sent == ["test.often"]


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "goes_on"), [(RowScheduler, True), (Scheduler, False)])
def test_a_clock_that_is_set_back_two_hours_stops_no_task(
    broker: Broker, clock: TimeMachineFixture, kind: type[Scheduler], *, goes_on: bool
) -> None:
    """The control is Celery's own scheduler, which sends nothing for two hours."""
    one = a_beat(kind)
    one.tick()
    run(one, seconds=20, clock=clock)
    broker.sent.clear()
    clock.shift(timedelta(hours=-2))
    run(one, seconds=600, clock=clock)
    # The five-minute task is due once because its last run lies ahead, then after five minutes.
    assert (Counter(broker.sent) == {"test.often": 60, "test.seldom": 2}) is goes_on
    assert ("test.often" in broker.sent) is goes_on


@pytest.mark.django_db
def test_a_clock_that_leaps_two_hours_sends_each_task_once(broker: Broker, clock: TimeMachineFixture) -> None:
    one = a_beat()
    one.tick()
    clock.shift(timedelta(hours=2))
    one.tick()
    one.tick()
    assert Counter(broker.sent) == {"test.often": 1, "test.seldom": 1}


# ---- the process around it ----

ALIVE = "import os, signal, sys, time; say = lambda: os.write(int(os.environ['BEAT_HEARTBEAT']), b'.'); say(); "


def supervised(monkeypatch: pytest.MonkeyPatch, script: str, *, silence: float = 1.0) -> int:
    monkeypatch.setattr(beat, "COMMAND", (sys.executable, "-c", ALIVE + script))
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM)}
    try:
        return beat.run(silence=silence)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@pytest.mark.parametrize(
    "hang",
    [
        "time.sleep(60)",
        "os.kill(os.getpid(), signal.SIGSTOP)",
        "signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)",
    ],
    ids=["sleeps", "is stopped", "heeds nothing"],
)
def test_a_beat_that_hangs_is_ended_and_its_process_ends_too(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], hang: str
) -> None:
    began = time.monotonic()
    assert supervised(monkeypatch, hang) == 1
    assert 1 <= time.monotonic() - began < 50
    assert "Beat said nothing and was ended." in capfd.readouterr().err


@pytest.mark.parametrize(("script", "status"), [("sys.exit(3)", 3), ("os.kill(os.getpid(), 9)", -9), ("", 0)])
def test_a_beat_that_ends_ends_its_process_with_its_status(
    monkeypatch: pytest.MonkeyPatch, script: str, status: int
) -> None:
    assert supervised(monkeypatch, script, silence=60) == status


def test_a_beat_that_says_it_lives_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """For longer than the silence after which one is ended."""
    script = "[(time.sleep(0.25), say()) for _ in range(14)]; sys.exit(7)"
    assert supervised(monkeypatch, script, silence=3.0) == 7


def test_a_beat_that_loses_the_signal_to_end_is_killed(tmp_path: Path) -> None:
    alive = tmp_path / "alive"
    deaf = f"signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(0.3); open({str(alive)!r}, 'w').close()"
    child = f"{ALIVE}{deaf}\nwhile True: time.sleep(0.1); say()"
    parent = (
        f"import sys; from config import beat; beat.COMMAND = ({sys.executable!r}, '-c', {child!r})\n"
        "beat.END_SECONDS = 1; sys.exit(3 if beat.run() == -9 else 4)"
    )
    process = subprocess.Popen([sys.executable, "-c", parent], env=os.environ)
    while not alive.exists():
        time.sleep(0.05)
    process.terminate()
    assert process.wait(60) == 3


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says which processes there are")
def test_beat_ends_with_the_process_that_watches_it(tmp_path: Path) -> None:
    """Killed outright, that process can end nothing itself: beat notices that nobody listens."""
    alive = tmp_path / "alive"
    noted = f"f = open({str(alive)!r}, 'w'); f.write(str(os.getpid())); f.flush()"
    child = f"{ALIVE}{noted}\nwhile True: time.sleep(0.1); say()"
    parent = f"from config import beat; beat.COMMAND = ({sys.executable!r}, '-c', {child!r}); beat.run()"
    process = subprocess.Popen([sys.executable, "-c", parent], env=os.environ, stderr=subprocess.DEVNULL)
    while not alive.exists() or not alive.stat().st_size:
        time.sleep(0.05)
    assert is_running(int(alive.read_text()))
    process.kill()
    process.wait()
    deadline = time.monotonic() + 60
    while is_running(int(alive.read_text())):
        assert time.monotonic() < deadline
        time.sleep(0.05)
