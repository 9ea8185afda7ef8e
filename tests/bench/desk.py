"""What the hottest pages of staff cost beside their floor, in processor time of the web process and of PostgreSQL.

A bare view with the same rows (``desk_floor``) and the pages are asked in turn in one run, so that the ratio holds on a
busy machine too.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

from django.db import connection
from django.db.models import Count, Q
from django.http import HttpResponseBase
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agencies.models import Agency
from complaints.simulation.world import World
from complaints.workflow import OPEN
from tests.bench import desk_floor, figures, preparation, progress
from tests.bench.pages import sign_in

OK = 200
#: Requests of each page before those that count: they load templates, words and the model of suggestions.
WARM = 5


@dataclass(frozen=True)
class Page:
    """One page: how it is asked, the page whose floor it is compared with, and how many times that it may cost."""

    name: str
    ask: Callable[[], HttpResponseBase]
    floor: str = ""
    goal: float = 0


@dataclass(frozen=True)
class Cost:
    """Median milliseconds of processor time of one request, and its SQL statements."""

    web: float
    database: float
    statements: int

    @property
    def whole(self) -> float:
        """Return the time of both."""
        return self.web + self.database


def main(arguments: list[str], *, root: Path) -> int:
    """Measure, print and save; return how many pages cost more than their goal."""
    asked = _parse(arguments, root)
    preparation.prepare()
    world, made = figures._fill(asked.cases)
    pages = _pages(world)
    costs = measure(pages, rounds=asked.rounds)
    preparation.save({"cases": made, "pages": {name: vars(cost) for name, cost in costs.items()}}, asked.save)
    return _report(pages, costs)


def _parse(arguments: list[str], root: Path) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.py bench desk", description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000, help="cases to make up")
    parser.add_argument("--rounds", type=int, default=30, help="requests of each page, of which the median counts")
    parser.add_argument("--save", type=Path, default=root / ".local" / "bench" / "desk.json", help="the JSON file")
    return parser.parse_args(arguments)


def _pages(world: World) -> list[Page]:
    """Return what is measured: another page is another line here."""
    busiest = Agency.objects.annotate(number=Count("cases", filter=Q(cases__state__in=OPEN))).order_by("-number")[0]
    officer = sign_in(next(desk for desk in world.desks if desk.agency == busiest).officer)
    unit, queue = sign_in(world.cmu), reverse("queue")
    bare = _bare(officer)
    searches = [
        page
        for kind, word in _words(busiest).items()
        for page in (
            Page(f"floor: {kind} word", partial(bare.get, f"/search/?{urlencode({'q': word})}")),
            Page(f"{kind} word", partial(officer.get, queue, {"q": word}), f"floor: {kind} word", 4),
        )
    ]
    return [
        Page("floor: queue", partial(bare.get, "/queue/")),
        Page("queue", partial(officer.get, queue), "floor: queue", 2.5),
        Page("queue of the unit", partial(unit.get, queue), "floor: queue", 2.5),
        Page("counts", partial(officer.get, reverse("queue-counts")), "floor: queue", 1),
        Page("triage", partial(unit.get, reverse("triage")), "floor: queue", 5),
        *searches,
    ]


#: The share of an agency's cases that have a rare, a middling and a common word.
SHARES = {"rare": 0.001, "middling": 0.02, "common": 0.2}


def _words(agency: Agency) -> dict[str, str]:
    """Return a word of each share among the cases of ``agency``."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT word, ndoc::float / max(ndoc) OVER () FROM ts_stat(%s) WHERE word ~ '^[\u0621-\u064a]{4,}$'",
            [f"SELECT search_vector FROM complaints_case WHERE agency_id = {agency.pk}"],
        )
        found = cursor.fetchall()
    return {kind: min(found, key=lambda row: (abs(row[1] - share), row[0]))[0] for kind, share in SHARES.items()}


def _bare(officer: Client) -> Client:
    """Return a browser with the session of ``officer`` that meets the bare views only."""
    bare = Client(headers=officer.headers)
    bare.cookies = officer.cookies
    # A client keeps the middleware that it finds at its first request.
    with override_settings(MIDDLEWARE=desk_floor.MIDDLEWARE):
        bare.get("/queue/")
    return bare


def measure(pages: list[Page], *, rounds: int) -> dict[str, Cost]:
    """Return what each page costs, all asked in turn, ``rounds`` times."""
    statements = {page.name: _statements(page) for page in pages}
    spent: dict[str, list[tuple[float, float]]] = {page.name: [] for page in pages}
    backend = _backend()
    for _ in progress.follow(range(rounds), "Pages: round"):
        for page in pages:
            before = time.process_time(), _seconds(backend)
            page.ask()
            spent[page.name].append((time.process_time() - before[0], _seconds(backend) - before[1]))
    return {
        name: Cost(
            web=round(statistics.median(web for web, _database in times) * 1000, 2),
            database=round(statistics.median(database for _web, database in times) * 1000, 2),
            statements=statements[name],
        )
        for name, times in spent.items()
    }


def _statements(page: Page) -> int:
    for _ in range(WARM):
        answer = page.ask()
        if answer.status_code != OK:
            message = f"{page.name} answered {answer.status_code}"
            raise RuntimeError(message)
    with CaptureQueriesContext(connection) as captured:
        page.ask()
    return len(captured)


def _backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def _seconds(process: int) -> float:
    """Return the processor time of a process of this machine, as the scheduler of Linux counts it."""
    return int(Path(f"/proc/{process}/schedstat").read_text().split()[0]) / 1e9


def _report(pages: list[Page], costs: Mapping[str, Cost]) -> int:
    lines, missed = [f"{'page':<22}{'web ms':>8}{'database':>10}{'SQL':>5}{'ratio':>7}{'goal':>6}"], 0
    for page in pages:
        cost = costs[page.name]
        line = f"{page.name:<22}{cost.web:>8.1f}{cost.database:>10.1f}{cost.statements:>5}"
        if page.floor:
            ratio = cost.whole / costs[page.floor].whole
            missed += ratio > page.goal
            line += f"{ratio:>7.1f}{page.goal:>6}{'' if ratio <= page.goal else '   beyond'}"
        lines.append(line)
    sys.stdout.write("\n".join([*lines, ""]))
    return missed
