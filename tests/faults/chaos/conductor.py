"""One chaos run: people are at the pages while one thing after another fails, and after each all is counted."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from tests.faults import loading
from tests.faults.breakable import Broker, Database, serving
from tests.faults.celery_worker import BEAT, CeleryWorkers
from tests.faults.chaos import invariants, people, serving as pages, weakened
from tests.faults.chaos.plan import ChaosFound, ChaosPlan, Row
from tests.faults.children import Child, fork
from tests.faults.provider import Provider, providing
from tests.faults.storm import TICK

CRASHED_SECONDS = 0.4
LEAST_REQUESTS = 8
ASKED_EVERY = 0.3
#: Bytes of the disk.
ROOM, ROOM_OF_A_CASE = 2_000_000, 300_000


@dataclass(frozen=True)
class Breakage:
    """How a fault is made, about how often, and how it is mended."""

    make: Callable[[], None]
    every: float
    mend: Callable[[], None] = lambda: None
    # A state, which is there before people come, and until it is mended.
    lasts: bool = False


class Chaos:
    """The conductor: it alone forks, kills and counts, and keeps no connection and no thread."""

    def __init__(self, plan: ChaosPlan, base: Path) -> None:
        self.plan, self.base, self.dice = plan, base, Random(plan.seed)
        self.found = ChaosFound(plan.name, plan.is_weakened)
        self.marks = base / "marks"
        self.marks.mkdir()
        self.media = base / "media"

    def run(self) -> ChaosFound:
        """Do what is planned and return what came of it."""
        with ExitStack() as stack:
            like = self.base.parent / loading.TEMPLATE
            self.database, self.broker = stack.enter_context(serving(self.base, like=like))
            self.provider = stack.enter_context(providing(self.base))
            self._adopt(self.database, self.broker, self.provider)
            self.disk = pages.Disk(self.media, room=ROOM + ROOM_OF_A_CASE * self.plan.cases * len(self.plan.faults))
            errands = self._prepare()
            weaken = partial(weakened.weaken, self.marks) if self.plan.is_weakened else lambda: None
            self.web = stack.enter_context(pages.web(self.base, weaken))
            self.workers = stack.enter_context(_working(CeleryWorkers(self) if self.plan.has_workers else None))
            for place, fault in enumerate(self.plan.faults):
                own = errands[place * self.plan.cases : (place + 1) * self.plan.cases]
                self.found.rows.append(self._round(fault, own))
        return self.found

    def fork(self, name: str, work: Callable[[], object]) -> Child:
        """Fork a child that logs into a file of its name."""
        return fork(work, self.base / f"{name}.log")

    def _adopt(self, database: Database, broker: Broker, provider: Provider) -> None:
        from django.conf import settings

        loading.adopt(self.plan, database.url, broker.url, provider)
        os.environ["MEDIA_ROOT"] = settings.MEDIA_ROOT = str(self.media)

    def _prepare(self) -> list[people.Errand]:
        file = self.base / "errands"
        number = self.plan.cases * len(self.plan.faults)
        child = self.fork("preparation", lambda: people.prepare(number, file))
        _must_succeed(child, self.base / "preparation.log")
        return people.read(file)

    # ---- one fault ----

    def _round(self, fault: str, errands: list[people.Errand]) -> Row:
        loading.say(f"{self.plan.name}: {fault} …")
        began, row, written = time.monotonic(), Row(fault), self.base / f"done in {fault}"
        answered = people.Counted()
        breakage = self._breakage(fault)
        if breakage.lasts:
            breakage.make()
        crowd = self.fork(
            "people",
            lambda: people.do_errands(
                errands, self.web.port, seconds=self.plan.seconds, written=written, answered=answered
            ),
        )
        row.times = self._break(breakage, crowd, answered)
        _must_succeed(crowd, self.base / "people.log")
        self.web.wait()
        self._settle()
        told = json.loads(written.read_text()) if written.exists() else {"done": [], "answers": {}, "failed": ["all"]}
        self._judge(row, told)
        row.seconds = round(time.monotonic() - began, 1)
        return row

    def _break(self, breakage: Breakage, crowd: Child, answered: people.Counted) -> int:
        """Make a fault again and again while people are at the pages; return how often it happened."""
        began, due, before = time.monotonic(), 0.0, -1
        times = int(breakage.lasts)
        while crowd.is_alive():
            now = time.monotonic()
            # However slow the machine, something must be at work while it is broken, and get somewhere in between.
            is_raging = now < began + self.plan.seconds or answered.number() < LEAST_REQUESTS
            if is_raging and not breakage.lasts and now >= due and answered.number() > before:
                breakage.make()
                times, due = times + 1, now + breakage.every * self.dice.uniform(0.5, 1.5)
                before = answered.number()
            elif not is_raging:
                breakage.mend()
            if now > began + self.plan.seconds + self.plan.patience:
                crowd.kill()
            time.sleep(TICK)
        breakage.mend()
        self.database.wait()
        self.broker.wait()
        return times

    def _breakage(self, fault: str) -> Breakage:
        match fault:
            case "web killed":
                return Breakage(lambda: self.web.kill_one(self.dice), every=0.8)
            case "database crashed":
                return Breakage(self._crash, every=3.0)
            case "disk full":
                return Breakage(partial(self.disk.fill, self._writers), every=0, mend=self.disk.mend, lasts=True)
            case "broker flushed":
                return Breakage(self.broker.flush, every=0.2)
            case "worker killed" if self.workers is not None:
                return Breakage(self.workers.kill_one, every=3.0)
            case "beat killed" if self.workers is not None:
                return Breakage(partial(self.workers.kill_one, BEAT), every=3.0)
        message = f"There is no fault {fault!r}."
        raise ValueError(message)

    def _crash(self) -> None:
        self.database.crash()
        time.sleep(CRASHED_SECONDS)
        self.database.begin()

    def _writers(self) -> list[int]:
        return [self.web.child.pid, *self.web.workers()]

    # ---- and after it ----

    def _settle(self) -> None:
        """Wait until every message to a citizen is settled, for as long as the plan has patience."""
        until = time.monotonic() + self.plan.patience
        while self.workers is not None and time.monotonic() < until and invariants.is_unsettled(self._url()):
            self.workers.tend(time.monotonic())
            time.sleep(ASKED_EVERY)

    def _url(self) -> str:
        return f"{self.database.url}/app"

    def _judge(self, row: Row, told: dict[str, Any]) -> None:
        answers = {int(status): int(number) for status, number in told["answers"].items()}
        row.cases, row.requests = len(told["done"]), sum(answers.values())
        row.broken_off, row.unavailable = answers.get(people.BROKEN_OFF, 0), answers.get(503, 0)
        row.errors = sum(number for status, number in answers.items() if status >= 500) - row.unavailable
        row.wrong = invariants.broken(self._url(), self.media, told["done"])
        if self.workers is not None:
            row.wrong += invariants.unsent(self._url(), told["done"], self.provider.ledger())
        row.stray_files = len(invariants.stray_files(self._url(), self.media))
        if told["failed"]:
            row.wrong.append(f"errands that could not be done: {len(told['failed'])}")
            loading.say("\n".join(told["failed"][:3]))
        if row.errors:
            row.wrong.append(f"pages that answered with an error: {row.errors}")


@contextmanager
def _working(workers: CeleryWorkers | None) -> Iterator[CeleryWorkers | None]:
    """Run the workers, if there are any, and end them."""
    if workers is None:
        yield None
        return
    workers.begin()
    try:
        yield workers
    finally:
        workers.end()


def _must_succeed(child: Child, log: Path) -> None:
    if child.wait() not in {0, -signal.SIGKILL}:
        message = f"A child failed: {log.read_text()[-2000:]}"
        raise RuntimeError(message)
