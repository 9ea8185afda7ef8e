"""One run: messages are owed while senders, database, broker and provider fail; then the ledger is counted."""

import mmap
import operator
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Protocol

import psycopg

from tests.faults import loading
from tests.faults.breakable import Broker, Database, serving
from tests.faults.children import Child, fork
from tests.faults.plan import Found, Plan, Stage
from tests.faults.programs import playing
from tests.faults.provider import Provider, providing

#: A sender lives at most so long from its first connection, while the storm lasts; one that gets none, a little longer.
LONGEST_LIFE, LONGEST_BIRTH = 0.5, 2.0
#: The storm lasts until the provider was asked to take so many of the messages, however slow the machine is at it.
PART_IN_THE_STORM, SLOWEST = 0.6, 4.0
#: With the second call of a program outside something goes wrong for certain.
LEAST_CALLS = 2
#: A database that crashed is gone for so long; a broker that was stopped, longer.
CRASHED_SECONDS, STOPPED_SECONDS = 0.4, 2.0
TICK = 0.01
SAID_EVERY = 3.0
OPEN = ("pending", "sending", "unknown")
NOT_FINAL = (*OPEN, "accepted")


class Workers(Protocol):
    """Whoever sends."""

    kills: int

    def begin(self) -> None:
        """Start them."""

    def rage(self, now: float) -> None:
        """Kill those whose time has come, and replace them."""

    def tend(self, now: float) -> None:
        """Replace those that died by themselves, and do what the beat does."""

    def end(self) -> None:
        """Kill them all."""


class Conductor(Protocol):
    """Whoever lets Celery's workers begin, and kills them."""

    plan: Any
    dice: Random
    base: Path
    provider: Provider

    def fork(self, name: str, work: Callable[[], object]) -> Child:
        """Fork a child that logs into a file of its name."""


class Storm:
    """The conductor of one run: it alone forks, kills, crashes and counts, and keeps no connection and no thread."""

    def __init__(self, plan: Plan, base: Path) -> None:
        self.plan, self.base = plan, base
        self.dice = Random(plan.seed)
        self.found = Found(plan.name, plan.change, plan.workers, to_programs=plan.to_programs)
        self.register = base / "owed"
        self.marks = base / "marks"
        self.marks.mkdir()
        self.began = time.monotonic()
        self._said_at = 0.0

    def run(self) -> Found:
        """Do what is planned and return what came of it."""
        like = self.base.parent / loading.TEMPLATE
        far_end = playing(self.base) if self.plan.to_programs else providing(self.base)
        with serving(self.base, like=like) as (database, broker), far_end as provider:
            loading.adopt(self.plan, database.url, broker.url, provider)
            return self._conduct(database, broker, provider)

    def _conduct(self, database: Database, broker: Broker, provider: Provider) -> Found:
        from tests.faults.callbacks import serve_callbacks
        from tests.faults.town import owe_all

        self.provider = provider
        workers = make_workers(self)
        provider.storm(self.plan)
        callbacks = self.fork("callbacks", serve_callbacks)
        town = self.fork("town", lambda: owe_all(self.plan, self.register))
        workers.begin()
        try:
            self._rage(database, broker, provider, workers, town)
            self._settle(database, provider, workers)
        finally:
            for child in (town, callbacks):
                child.kill()
            workers.end()
        self.found.kills, self.found.faults = workers.kills, provider.faults()
        self._count(provider)
        self.found.seconds = round(time.monotonic() - self.began, 1)
        return self.found

    def fork(self, name: str, work: Callable[[], object]) -> Child:
        """Fork a child that logs into a file of its name."""
        return fork(work, self.base / f"{name}.log")

    # ---- the storm ----

    def _rage(self, database: Database, broker: Broker, provider: Provider, workers: Workers, town: Child) -> None:
        """Let everything fail until all is owed, then let everything work."""
        begins = time.monotonic()
        acts = self._schedule(database, broker)
        while acts or town.is_alive() or not self._is_enough(begins, provider, workers):
            now = time.monotonic()
            while acts and acts[0][0] <= now - begins:
                acts.pop(0)[1]()
            workers.rage(now)
            self._say_where(provider)
            time.sleep(TICK)
        if town.wait():
            message = f"The town failed: {(self.base / 'town.log').read_text()[-2000:]}"
            raise RuntimeError(message)
        database.wait()
        broker.wait()
        self.found.calls = provider.calls()
        provider.calm()

    def _is_enough(self, begins: float, provider: Provider, workers: Workers) -> bool:
        """Tell whether enough went wrong, or something did and more cannot on this machine."""
        calls = provider.calls()
        if time.monotonic() - begins > self.plan.seconds * SLOWEST:
            return calls >= LEAST_CALLS
        return calls >= self.plan.messages * PART_IN_THE_STORM and workers.kills >= self.plan.kills

    def _schedule(self, database: Database, broker: Broker) -> list[tuple[float, Callable[[], None]]]:
        """Return what is broken and mended when, in order."""
        acts: list[tuple[float, Callable[[], None]]] = []
        for moment in self._moments(self.plan.crashes):
            acts += [(moment, self._crash(database)), (moment + CRASHED_SECONDS, database.begin)]
        stops = self._moments(self.plan.stops)
        for moment in stops:
            acts += [(moment, self._stop(broker)), (moment + STOPPED_SECONDS, broker.begin)]
        acts += [(_not_during(stops, moment), self._flush(broker)) for moment in self._moments(self.plan.flushes)]
        return sorted(acts, key=lambda act: act[0])

    def _moments(self, number: int) -> list[float]:
        """Return so many moments, spread over the storm."""
        part = self.plan.seconds / max(1, number)
        return [part * (place + self.dice.uniform(0.2, 0.7)) for place in range(number)]

    def _crash(self, database: Database) -> Callable[[], None]:
        def crash() -> None:
            database.wait()
            database.crash()
            self.found.crashes += 1

        return crash

    def _stop(self, broker: Broker) -> Callable[[], None]:
        def stop() -> None:
            broker.stop()
            self.found.stops += 1

        return stop

    def _flush(self, broker: Broker) -> Callable[[], None]:
        def flush() -> None:
            # A busy machine may still be starting it again.
            broker.wait()
            broker.flush()
            self.found.flushes += 1

        return flush

    # ---- and after it ----

    def _settle(self, database: Database, provider: Provider, workers: Workers) -> None:
        """Wait until nothing is open any more, for as long as the plan has patience."""
        until = time.monotonic() + self.plan.patience
        states = NOT_FINAL if self.plan.to_the_end else OPEN
        while time.monotonic() < until and still(database, states):
            pause = time.monotonic() + 0.3
            while time.monotonic() < pause:
                workers.tend(time.monotonic())
                time.sleep(TICK)
            self._say_where(provider)

    def _say_where(self, provider: Provider) -> None:
        now = time.monotonic()
        if now - self._said_at >= SAID_EVERY:
            self._said_at = now
            owed = len(self.register.read_text().split()) if self.register.exists() else 0
            crashes, taken = self.found.crashes, len(provider.ledger())
            loading.say(
                f"{self.plan.name:<22}{now - self.began:5.1f} s  owed {owed}, taken {taken}, database crashes {crashes}"
            )

    def _count(self, provider: Provider) -> None:
        from tests.faults import counting

        counting.count(self.plan, self.found, self.register, provider.ledger())
        self.found.scheduled = sorted([*(mark.name for mark in self.marks.iterdir()), *provider.scheduled()])


def _not_during(stops: list[float], moment: float) -> float:
    """Return the moment, or one after a stop that would hold it: a broker that is stopped cannot be flushed."""
    back = STOPPED_SECONDS + 1
    return next((stop + back for stop in stops if stop - 0.2 <= moment <= stop + back), moment)


def still(database: Database, states: tuple[str, ...]) -> bool:
    """Tell whether a message is in one of the states; a code of which nothing is known waits to expire, and is left."""
    query = (
        "SELECT EXISTS (SELECT FROM notifications_message"
        " WHERE state = ANY (%s) AND NOT (lane = 'codes' AND state = 'unknown'))"
    )
    with psycopg.connect(f"{database.url}/app", connect_timeout=5) as connection:
        row = connection.execute(query, [list(states)]).fetchone()
    return bool(row and row[0])


def make_workers(storm: Storm) -> Workers:
    """Return the senders the plan asks for."""
    if storm.plan.workers == "celery":
        from tests.faults.celery_worker import CeleryWorkers

        return CeleryWorkers(storm)
    return Senders(storm)


class Senders:
    """Three forked senders, each killed at a random moment of its life and replaced at once."""

    NUMBER = 3

    def __init__(self, storm: Storm) -> None:
        self.storm = storm
        self.kills = 0
        # One byte for each, where it tells its stage: on a busy machine a fork may take as long as a life.
        self._stages = mmap.mmap(-1, self.NUMBER)
        self._lives: list[Life] = []

    def begin(self) -> None:
        """Start them."""
        self._lives = [self._born(place) for place in range(self.NUMBER)]

    def rage(self, now: float) -> None:
        """Kill those whose time has come, and replace them."""
        for place, life in enumerate(self._lives):
            stage = self._stages[place]
            if not life.is_counted and stage:
                life.is_counted, life.until = True, now + self.storm.dice.uniform(0, LONGEST_LIFE)
            # One that was killed on schedule is dead already, and counts like any other.
            if (now >= life.until and stage != Stage.SPARED) or not life.child.is_alive():
                self._replace(place)

    def tend(self, now: float) -> None:
        """Replace a sender that died: in calm weather only those scheduled to; there may be fewer of them now."""
        while len(self._lives) > self.storm.plan.senders_after:
            self._lives.pop().child.kill()
        for place, life in enumerate(self._lives):
            if not life.child.is_alive():
                self._replace(place)

    def end(self) -> None:
        """Kill them all."""
        for life in self._lives:
            life.child.kill()

    def _replace(self, place: int) -> None:
        self._lives[place].child.kill()
        self.kills += 1
        self._lives[place] = self._born(place)

    def _born(self, place: int) -> "Life":
        from tests.faults.senders import work

        storm = self.storm
        self._stages[place] = Stage.BORN
        tell = partial(operator.setitem, self._stages, place)
        child = storm.fork("senders", lambda: work(storm.plan.change, storm.marks, tell))
        return Life(child, time.monotonic() + LONGEST_BIRTH)


@dataclass
class Life:
    """One sender and the moment of its death, which is thrown for when it has begun to work."""

    child: Child
    until: float
    is_counted: bool = False
