"""What a search for rare, middling and common words costs among few cases and among many, on one machine in one run.

Three databases of one server are asked in turn, so that whatever else the machine does meets all alike: with few cases,
with many, and with many and then newer ones that lack the words.
"""

from __future__ import annotations

import argparse
import io
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any

from django import db
from django.core.management import call_command
from django.db import connection, connections
from django.utils import timezone

from agencies.models import Agency
from complaints.engine.history import GENESIS
from complaints.models import Case
from complaints.search.search import by_words
from complaints.search.word_forms import BATCH, build_index
from complaints.simulation.world import World
from complaints.visibility.redaction import CaseVisibility
from complaints.workflow import Holder, State
from kit.statements import ALWAYS, Condition
from tests.bench import progress
from tests.bench.databases import Chosen
from tests.bench.samples import read_samples
from tests.bench.world import make_world

#: By how much a search may cost more among the many.
GOAL = 3.0
#: One case in so many has the word; no text of the samples has any of them.
WORDS = {"rare": ("الخفافيش", 1000), "middling": ("القناديل", 50), "common": ("المستنقعات", 2)}
AGENCIES, CITIZENS, PORTION = 10, 300, 5000
FEW, MANY, LATER = "few", "many", "default"


@dataclass(frozen=True)
class Cost:
    """One search: median milliseconds and rows found in each database."""

    name: str
    times: dict[str, float]
    rows: dict[str, int]

    def ratio(self, where: str) -> float:
        """Return how much more it costs there than among the few."""
        return self.times[where] / self.times[FEW]


def main(arguments: list[str]) -> int:
    """Measure and print; return how many searches cost more than the goal."""
    asked = _parse(arguments)
    progress.say("Preparing the database …")
    call_command("migrate", verbosity=0)
    call_command("load_reference", verbosity=0, stdout=io.StringIO())
    with _databases(asked) as chosen:
        costs = [
            _compare(f"{who}: {name}", scope, word, chosen, rounds=asked.rounds)
            for who, scope in _scopes()
            for name, (word, _share) in WORDS.items()
        ]
    return _print(costs, asked)


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.py bench search", description=__doc__)
    parser.add_argument("--few", type=int, default=1_000, help="cases of the small database")
    parser.add_argument("--many", type=int, default=100_000, help="cases of the large one")
    parser.add_argument("--newer", type=int, default=20_000, help="newer cases that lack the words")
    parser.add_argument("--rounds", type=int, default=41, help="searches of each word, of which the median counts")
    return parser.parse_args(arguments)


# ---- the cases ----


@contextmanager
def _databases(asked: argparse.Namespace) -> Iterator[Chosen]:
    """Make up the few, the rest of the many and the newer ones, and keep a copy of the database in between."""
    agencies = Agency.objects.complainable(on=timezone.localdate()).order_by("id")[:AGENCIES]
    world = make_world(citizens=CITIZENS, agencies=list(agencies))
    copies: list[str] = []
    try:
        _fill(world, range(asked.few), lacking=False)
        copies.append(_copy(FEW))
        _fill(world, range(asked.few, asked.many), lacking=False)
        copies.append(_copy(MANY))
        _fill(world, range(asked.many, asked.many + asked.newer), lacking=True)
        chosen = Chosen()
        db.router.routers = [chosen]
        yield chosen
    finally:
        db.router.routers = []
        for alias in (FEW, MANY)[: len(copies)]:
            connections[alias].close()
        with connection._nodb_cursor() as cursor:
            for name in copies:
                cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')


def _copy(alias: str) -> str:
    name = connection.settings_dict["NAME"]
    copy = f"{name}_{alias}"
    connection.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{name}"')
    connections.databases[alias] = {**connections.databases[LATER], "NAME": copy}
    return copy


def _fill(world: World, numbers: Sequence[int], *, lacking: bool) -> None:
    """Write the cases and let the database do what it does by itself within minutes."""
    progress.say(f"Making up {len(numbers):,} cases …")
    dice, samples, now = Random(numbers[0]), read_samples(), timezone.now()
    starts = range(0, len(numbers), PORTION)
    for start in progress.follow(starts, "Making up cases", size=PORTION, whole=len(numbers)):
        made = [
            _case(number, world=world, text=dice.choice(samples).details, dice=dice, lacking=lacking)
            for number in numbers[start : start + PORTION]
        ]
        for case in made:
            case.filed_at = case.limit_from = case.changed_at = now - timedelta(
                minutes=1_000_000 - int(case.reference[1:])
            )
        _insert(made)
    progress.say("Indexing them …")
    while build_index(at=timezone.now()) == BATCH:
        pass
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _case(number: int, *, world: World, text: str, dice: Random, lacking: bool) -> Case:
    words = [] if lacking else [word for word, share in WORDS.values() if number % share == share - 1]
    return Case(
        reference=f"T{number:09}",
        kind="complaint",
        citizen=dice.choice(world.citizens),
        agency=dice.choice(world.desks).agency,
        topic=dice.choice(world.topics),
        subject=text[:80],
        details=" ".join([text, *words, f"رقم المبنى {dice.randint(1, 9999)}"]),
        state=State.REFERRED,
        holder=Holder.AGENCY,
        chain=GENESIS,
    )


def _insert(cases: list[Case]) -> None:
    """Write bare cases: a search reads no history, and the guards that ask for one sleep meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE complaints_case DISABLE TRIGGER USER")
        Case.objects.bulk_create(cases, batch_size=1000)
        cursor.execute("ALTER TABLE complaints_case ENABLE TRIGGER USER")


# ---- measuring ----


def _scopes() -> list[tuple[str, Condition]]:
    agency = Case.objects.order_by("pk")[0].agency_id
    return [("all", ALWAYS), ("one agency", Condition("agency_id = %(agency)s", {"agency": agency}))]


def _compare(name: str, scope: Condition, word: str, chosen: Chosen, *, rounds: int) -> Cost:
    times: dict[str, list[float]] = {FEW: [], MANY: [], LATER: []}
    rows: dict[str, int] = {}
    for _ in progress.follow(range(rounds), f"Search {name}: round"):
        for alias, taken in times.items():
            chosen.alias = alias
            began = time.perf_counter()
            page = by_words(scope, word, reads=partial(CaseVisibility, knows_person=True))
            taken.append((time.perf_counter() - began) * 1000)
            rows[alias] = len(page.rows)
    chosen.alias = LATER
    return Cost(name, {alias: statistics.median(taken) for alias, taken in times.items()}, rows)


def _print(costs: Sequence[Cost], asked: argparse.Namespace) -> int:
    columns = {FEW: f"{asked.few:,}", MANY: f"{asked.many:,}", LATER: f"and {asked.newer:,} newer"}
    _say(f"\n{'ms (rows)':<24}{''.join(f'{text:>22}' for text in columns.values())}{'ratios':>16}")
    broken = 0
    for cost in costs:
        figures = "".join(f"{f'{cost.times[one]:.1f} ({cost.rows[one]})':>22}" for one in columns)
        ratios = [cost.ratio(one) for one in (MANY, LATER)]
        broken += sum(ratio > GOAL for ratio in ratios)
        _say(f"{cost.name:<24}{figures}{f'{ratios[0]:.2f}  {ratios[1]:.2f}':>16}")
    _say(f"\n{broken} of {2 * len(costs)} ratios are above {GOAL:.0f}.")
    return broken


def _say(line: Any) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
