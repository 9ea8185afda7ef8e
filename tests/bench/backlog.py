"""How fast a backlog of deadlines drains: steps overdue, a holiday declared, times to object that are over.

Measured on some thousand cases and extrapolated to the numbers of the goals; both are printed.
"""

from __future__ import annotations

import argparse
import io
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.core.management import call_command
from django.db import connection, connections
from django.db.models import Max
from django.utils import timezone

from agencies.models import Agency, Holiday, current_calendar
from complaints.escalation import expiry, ladder, recalculation
from complaints.models import Clock, ClockStep
from complaints.simulation.generate import generate
from complaints.workflow import ClockKind
from config.devstack import throwaway
from notifications.models import Message
from tests.bench import progress
from tests.bench.processor import processor_seconds
from tests.bench.world import CASES_OF_A_CITIZEN, make_world
from tests.faults.children import fork

AGENCIES = 12
#: The cases of so many days: some new, some accepted, some closed.
DAYS = 8
#: The processes that drain the steps; a holiday and the times to object have one.
PROCESSES = 2
#: Long enough for everything that is measured.
NO_END = 3600.0


@dataclass(frozen=True)
class Spent:
    """Seconds by the clock, and of all processors, the server's included."""

    seconds: float
    processor: float


@dataclass(frozen=True)
class Backlog:
    """What was done in which time, and the goal: so many within so many minutes."""

    name: str
    number: int
    spent: Spent
    goal_number: int
    goal_minutes: float

    @property
    def minutes_for_goal(self) -> float:
        """Extrapolate by the clock."""
        return self._for_goal(self.spent.seconds)

    @property
    def free_minutes_for_goal(self) -> float:
        """Extrapolate by the processor time, on a machine that has ``PROCESSES`` cores for it and does nothing else."""
        return self._for_goal(self.spent.processor / PROCESSES)

    def _for_goal(self, seconds: float) -> float:
        return self.goal_number * seconds / self.number / 60 if self.number else float("inf")


def main(arguments: list[str]) -> int:
    """Measure and print; return how many goals are missed by the extrapolation."""
    asked = _parse(arguments)
    at = _prepare(asked.cases)
    with throwaway.folder() as logs:
        measured = [_holiday(at), _overdue(at, logs), _windows(at)]
    return _print(measured)


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.py bench backlog", description=__doc__)
    parser.add_argument("--cases", type=int, default=5_000, help="cases that are simulated")
    return parser.parse_args(arguments)


def _prepare(cases: int) -> datetime:
    """Simulate cases until an hour after an opening, and return that moment."""
    progress.say("Preparing the database …")
    call_command("migrate", verbosity=0)
    call_command("load_reference", verbosity=0, stdout=io.StringIO())
    calendar = current_calendar()
    at = calendar.opening(calendar.working_day_before(timezone.localdate())) + timedelta(hours=1)
    world = make_world(
        citizens=cases // CASES_OF_A_CITIZEN,
        agencies=list(Agency.objects.complainable(on=timezone.localdate()).order_by("id")[:AGENCIES]),
    )
    follow = progress.portions("Simulating cases", whole=cases)
    generate(cases, world=world, seed=1, since=at - timedelta(days=DAYS), until=at, follow=follow)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    # The first loading of the reference data is a change of the calendar, which moves nothing.
    recalculation.recalculate(at=at)
    ladder.sweep(at=at, seconds=NO_END)
    return at


def _timed(work: Callable[[], object]) -> Spent:
    processor, began = processor_seconds(), time.perf_counter()
    work()
    return Spent(time.perf_counter() - began, processor_seconds() - processor)


def _holiday(at: datetime) -> Backlog:
    """Declare the next working day a holiday, and move every deadline that it touches."""
    day = current_calendar().working_day_after(timezone.localdate(at))
    Holiday.objects.create(on=day, name_ar="عطلة", name_en="Day off")
    open_clocks = Clock.objects.filter(ended_at=None).exclude(kind=ClockKind.MAY_OBJECT).count()
    progress.say(f"Declaring a holiday with {open_clocks:,} open clocks …")
    moved = 0

    def work() -> None:
        nonlocal moved
        moved = recalculation.recalculate(at=at)

    spent = _timed(work)
    told = Message.objects.filter(template="case_new_date").count()
    progress.say(f"  {moved:,} deadlines moved, {told:,} citizens are told of a new day")
    return Backlog("clocks recalculated after a holiday", open_clocks, spent, 100_000, 5)


def _overdue(at: datetime, logs: Path) -> Backlog:
    """Let every deadline pass at once, and take the steps in two processes."""
    last = Clock.objects.filter(ended_at=None, paused_at=None).exclude(kind=ClockKind.MAY_OBJECT)
    moment = last.aggregate(last=Max("due_at"))["last"] + timedelta(minutes=1)
    clocks, before = last.filter(due_at__lt=moment).count(), ClockStep.objects.count()
    progress.say(f"Draining {clocks:,} overdue clocks in {PROCESSES} processes …")

    def work() -> None:
        # No child shares a connection.
        connections.close_all()
        sweeps = [
            fork(lambda: ladder.sweep(at=moment, seconds=NO_END), logs / f"sweep-{number}.log")
            for number in range(PROCESSES)
        ]
        if any(sweep.wait() for sweep in sweeps):
            raise RuntimeError((logs / "sweep-0.log").read_text()[-2000:])

    spent = _timed(work)
    progress.say(f"  {ClockStep.objects.count() - before:,} steps, {Message.objects.count():,} messages owed so far")
    return Backlog("overdue clocks drained", clocks, spent, 56_000, 15)


def _windows(at: datetime) -> Backlog:
    """Let every time to object be over."""
    moment = at + timedelta(days=60)
    progress.say("Ending the times to object …")
    ended = 0

    def work() -> None:
        nonlocal ended
        ended = expiry.end_windows(at=moment, seconds=NO_END)

    spent = _timed(work)
    return Backlog("times to object ended", ended, spent, 842_300, 15)


def _print(measured: list[Backlog]) -> int:
    sys.stdout.write("\nMeasured, and extrapolated to the goal:\n")
    for one in measured:
        missed = "" if one.minutes_for_goal <= one.goal_minutes else f"   beyond {one.goal_minutes:g}"
        sys.stdout.write(
            f"  {one.name:<38}{one.number:>7,} in {one.spent.seconds:6.1f} s"
            f" ({one.spent.processor:.1f} s of processors);"
            f" {one.goal_number:,} in {one.minutes_for_goal:.1f} min{missed},"
            f" in {one.free_minutes_for_goal:.1f} with {PROCESSES} free cores\n"
        )
    return sum(one.minutes_for_goal > one.goal_minutes for one in measured)
