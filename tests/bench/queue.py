"""What the first page of every view of the queue costs among few cases and among many, on one machine in one run.

Both stand in databases of one server and are asked in turn, so that whatever else the machine does meets both alike.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django import db
from django.db import connection, connections
from django.db.models import Count, Q
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from agencies.models import Agency
from complaints.desk.queue_tabs import Tab
from complaints.models import Case
from complaints.simulation.generate import generate
from complaints.workflow import OPEN, Holder, State
from tests.bench import preparation, progress
from tests.bench.databases import Chosen
from tests.bench.pages import sign_in
from tests.bench.world import CASES_OF_A_CITIZEN, make_world

DAYS = 540
#: By how much a page may cost more among the many.
GOAL = 2.0
AGENCIES = 12
#: One of so many cases in progress is with a directorate.
ASKED = 5
FEW = "few"


@dataclass(frozen=True)
class Cost:
    """One view in both databases: median milliseconds, and the rows on its first page."""

    few: float
    many: float
    few_rows: int
    many_rows: int

    @property
    def ratio(self) -> float:
        """Return how much more it costs among the many."""
        return self.many / self.few


def main(arguments: list[str], *, root: Path) -> int:
    """Measure, print and save; return how many views cost more than the goal."""
    asked = _parse(arguments, root)
    preparation.prepare()
    with _both(asked.few, asked.many) as chosen:
        costs = {
            f"{who}: {tab}": _compare(user, tab, chosen, rounds=asked.rounds)
            for who, user, tabs in _readers()
            for tab in tabs
        }
    _print(costs, asked)
    _save(costs, asked)
    return sum(cost.ratio > GOAL for cost in costs.values())


def _parse(arguments: list[str], root: Path) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.py bench queue", description=__doc__)
    parser.add_argument("--few", type=int, default=1_000, help="cases of the small database")
    parser.add_argument("--many", type=int, default=100_000, help="cases of the large one")
    parser.add_argument("--rounds", type=int, default=25, help="requests of each page, of which the median counts")
    parser.add_argument("--save", type=Path, default=root / ".local" / "bench" / "queue.json", help="the JSON file")
    return parser.parse_args(arguments)


# ---- two databases ----


@contextmanager
def _both(few: int, many: int) -> Iterator[Chosen]:
    """Make up the few, keep a copy of them beside, and make up the rest of the many."""
    until = timezone.now()
    since = until - timedelta(days=DAYS)
    agencies = Agency.objects.complainable(on=timezone.localdate()).order_by("id")[:AGENCIES]
    world = make_world(citizens=max(1, many // CASES_OF_A_CITIZEN // 10), agencies=agencies)
    progress.say(f"Making up {few:,} cases …")
    generate(
        few, world=world, seed=1, since=since, until=until, follow=progress.portions("Simulating cases", whole=few)
    )
    _settle()
    name = connection.settings_dict["NAME"]
    copy = f"{name}_few"
    connection.close()
    with _maintenance() as cursor:
        cursor.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{name}"')
    connections.databases[FEW] = {**connections.databases["default"], "NAME": copy}
    try:
        progress.say(f"Making up {many - few:,} more …")
        generate(
            many - few,
            world=world,
            seed=2,
            since=since,
            until=until,
            follow=progress.portions("Simulating cases", whole=many - few),
        )
        _settle()
        chosen = Chosen()
        db.router.routers = [chosen]
        yield chosen
    finally:
        db.router.routers = []
        connections[FEW].close()
        with _maintenance() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{copy}"')


@contextmanager
def _maintenance() -> Iterator[Any]:
    """Open a connection to no database of ours: a copy is made of one that nobody uses."""
    with connection._nodb_cursor() as cursor:
        yield cursor


def _settle() -> None:
    """Hand a share of the cases to directorates, and let the database look at its rows as it does by itself."""
    at_work = Case.objects.filter(state=State.IN_PROGRESS)
    with connection.cursor() as cursor:
        at_work.extra(where=["complaints_case.id %% %s = 0"], params=[ASKED]).update(holder=Holder.DIRECTORATE)
        cursor.execute("VACUUM ANALYZE")


# ---- measuring ----


def _readers() -> list[tuple[str, User, Sequence[Tab]]]:
    """Return the officer of the busiest agency, and the member of the unit who refers, with their views."""
    waiting = Count("cases", filter=Q(cases__state__in=OPEN))
    busiest = Agency.objects.annotate(number=waiting).order_by("-number", "id")[0]
    officer = User.objects.get(login=f"{busiest.code}.officer@bench.example")
    unit = User.objects.get(login="cmu-1.officer@bench.example")
    return [("officer", officer, list(Tab)), ("unit", unit, [tab for tab in Tab if tab != Tab.MINE])]


def _compare(user: User, tab: Tab, chosen: Chosen, *, rounds: int) -> Cost:
    address = f"{reverse('queue')}?view={tab}"
    times: dict[str, list[float]] = {FEW: [], "default": []}
    rows = {}
    clients = {}
    for alias in times:
        chosen.alias = alias
        clients[alias] = sign_in(user)
        # The first time loads templates and writes when the session was seen.
        rows[alias] = _rows(clients[alias], address)
    for _ in progress.follow(range(rounds), f"View '{tab}' of {user}: round"):
        for alias, spent in times.items():
            chosen.alias = alias
            began = time.perf_counter()
            clients[alias].get(address)
            spent.append((time.perf_counter() - began) * 1000)
    few, many = (statistics.median(times[alias]) for alias in (FEW, "default"))
    return Cost(round(few, 1), round(many, 1), rows[FEW], rows["default"])


def _rows(client: Client, address: str) -> int:
    answer = client.get(address)
    if answer.status_code != 200:
        message = f"{address} answered {answer.status_code}"
        raise RuntimeError(message)
    return answer.content.decode().count('class="subject"')


# ---- saying ----


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _print(costs: Mapping[str, Cost], asked: argparse.Namespace) -> None:
    _say(f"\nFirst page, median milliseconds (rows): {asked.few:,} cases, {asked.many:,} cases, ratio")
    for name, cost in costs.items():
        kept = "" if cost.ratio <= GOAL else f"   beyond {GOAL}"
        few, many = f"{cost.few:.1f} ({cost.few_rows})", f"{cost.many:.1f} ({cost.many_rows})"
        _say(f"  {name:<28}{few:>14}{many:>14}{cost.ratio:>8.2f}{kept}")


def _save(costs: Mapping[str, Cost], asked: argparse.Namespace) -> None:
    found = {
        "few": asked.few,
        "many": asked.many,
        "views": {name: {**vars(cost), "ratio": round(cost.ratio, 2)} for name, cost in costs.items()},
    }
    asked.save.parent.mkdir(parents=True, exist_ok=True)
    asked.save.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    _say(f"\nSaved in {asked.save}")
