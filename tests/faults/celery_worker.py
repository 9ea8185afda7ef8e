"""The real Celery workers as the stack runs them, killed whole; the town notifies them, and a child is the beat."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NoReturn

from config.devstack.processes import start
from config.devstack.stack import WORKERS, command
from config.devstack.state import ROOT
from tests.faults.children import Child
from tests.faults.storm import Conductor

#: One for each lane and one for the chores; each has two children of its own.
NAMES, BEAT = WORKERS, "beat"
BEATS = ("notifications.sweep", "notifications.check_status")
#: A worker takes seconds to start: its life is counted from the first message that is sent after that.
LONGEST_LIFE, LONGEST_BIRTH = 3.0, 30.0
ASKED_EVERY = 0.2
QUICKEST_BEAT = 0.2


@dataclass
class Life:
    """One worker: its process, how many messages the provider had been asked to take then, and when it dies."""

    process: subprocess.Popen[bytes]
    calls: int
    until: float
    is_counted: bool = False


class CeleryWorkers:
    """Three prefork workers; each is killed with its children, and started again at once."""

    def __init__(self, storm: Conductor) -> None:
        self.storm = storm
        self.kills = 0
        self._lives: dict[str, Life] = {}
        self._asked_at = 0.0
        self._beat: Child | None = None

    def begin(self) -> None:
        """Start workers and beat."""
        factor = self.storm.plan.time_factor
        # The real beat keeps to its own intervals, which are right where nothing is made shorter.
        for name in (*NAMES, BEAT) if factor == 1 else NAMES:
            self._lives[name] = self._born(name)
        if factor != 1:
            self._beat = self.storm.fork("beat", lambda: beat(factor))

    def rage(self, now: float) -> None:
        """Kill a worker when its time has come, and start another, as if one had ended by itself."""
        self._count_lives(now)
        for name, life in self._lives.items():
            if now >= life.until or life.process.poll() is not None:
                _kill(life)
                self.kills += 1
                self._lives[name] = self._born(name)

    def tend(self, now: float) -> None:
        """Let them live; one that ended by itself is a failure of its own."""
        for name, life in self._lives.items():
            if life.process.poll() is not None and name == BEAT:
                # It ends when it hangs, and is started again by whoever started it.
                self._lives[name] = self._born(name)
            elif life.process.poll() is not None:
                message = f"A worker ended by itself: {(self.storm.base / f'{name}.log').read_text()[-2000:]}"
                raise RuntimeError(message)

    def kill_one(self, name: str = "") -> None:
        """Kill the worker of this name, or any, and start it again."""
        name = name or self.storm.dice.choice(NAMES)
        _kill(self._lives[name])
        self._lives[name] = self._born(name)

    def end(self) -> None:
        """Kill workers and beat."""
        for life in self._lives.values():
            _kill(life)
        if self._beat is not None:
            self._beat.kill()

    def _born(self, name: str) -> Life:
        log = self.storm.base / f"{name}.log"
        process = start(command(name), log=log, environment=os.environ, cwd=ROOT)
        return Life(process, self.storm.provider.calls(), time.monotonic() + LONGEST_BIRTH)

    def _count_lives(self, now: float) -> None:
        if now - self._asked_at < ASKED_EVERY:
            return
        self._asked_at, calls = now, self.storm.provider.calls()
        for life in self._lives.values():
            if not life.is_counted and calls > life.calls:
                life.is_counted, life.until = True, now + self.storm.dice.uniform(0, LONGEST_LIFE)


def _kill(life: Life) -> None:
    # Started in a session of its own, so that the group is the worker with its children, and nobody else.
    if life.process.poll() is None:
        os.killpg(life.process.pid, signal.SIGKILL)
        life.process.wait()


def beat(time_factor: float) -> NoReturn:
    """Send the schedule's tasks for messages, as often as the time_factor makes of their seconds."""
    from config.celery import app

    entries = [entry for entry in app.conf.beat_schedule.values() if entry["task"] in BEATS]
    due = dict.fromkeys(range(len(entries)), 0.0)
    while True:
        now = time.monotonic()
        for place, entry in enumerate(entries):
            if now >= due[place]:
                due[place] = now + max(QUICKEST_BEAT, entry["schedule"] * time_factor)
                _send(app, entry)
        time.sleep(0.02)


def _send(app: Any, entry: dict[str, Any]) -> None:
    # The broker may be down, in one of its many ways; the next beat comes soon.
    with suppress(Exception):
        app.send_task(entry["task"], queue=entry["options"]["queue"], expires=5, retry=False)
