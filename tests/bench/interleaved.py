"""Pages and their floors asked in turn in one run, so that what they cost can be compared on a busy machine too."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection
from django.http import HttpResponseBase
from django.test.utils import CaptureQueriesContext

from tests.bench import progress

OK = 200
#: Requests of each page before those that count: they load templates, words and the model of suggestions.
WARM = 6


@dataclass(frozen=True)
class Page:
    """One page: how it is asked, the page whose floor it is compared with, and how many times that it may cost.

    Without a ``goal`` it is only shown. ``growth`` is how many times what it costs among the fewest cases it may cost.
    ``prepare`` comes before each request and is not measured.
    """

    name: str
    ask: Callable[[], HttpResponseBase]
    floor: str = ""
    goal: float = 0
    growth: float = 0
    prepare: Callable[[], object] = lambda: None


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


def measure(pages: list[Page], *, rounds: int) -> dict[str, Cost]:
    """Return what each page costs, all asked in turn, ``rounds`` times."""
    statements = {page.name: _statements(page) for page in pages}
    spent: dict[str, list[tuple[float, float]]] = {page.name: [] for page in pages}
    backend = connection.connection.info.backend_pid
    for _ in progress.follow(range(rounds), "Pages: round"):
        for page in pages:
            page.prepare()
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


def _seconds(process: int) -> float:
    """Return the processor time of a process of this machine, as the scheduler of Linux counts it."""
    return int(Path(f"/proc/{process}/schedstat").read_text(encoding="ascii").split()[0]) / 1e9


def report(pages: list[Page], costs: Mapping[str, Cost]) -> int:
    """Print the table, and return how many pages cost more than their goal."""
    lines, missed = [f"{'page':<24}{'web ms':>8}{'database':>10}{'SQL':>5}{'x floor':>9}{'goal':>6}"], 0
    for page in pages:
        cost = costs[page.name]
        line = f"{page.name:<24}{cost.web:>8.1f}{cost.database:>10.1f}{cost.statements:>5}"
        if page.floor:
            ratio = cost.whole / costs[page.floor].whole
            line += f"{ratio:>9.1f}"
            if page.goal:
                is_reached = ratio <= page.goal
                missed += not is_reached
                line += f"{page.goal:>6g}   {'reached' if is_reached else 'not reached'}"
        lines.append(line)
    sys.stdout.write("\n".join([*lines, ""]))
    return missed


def report_growth(pages: list[Page], costs: Mapping[str, Cost], saved: Mapping[str, Any]) -> int:
    """Print how many times its cost among the fewest cases each page costs; return how many cost more than they may.

    ``saved`` is what was found before, by the number of cases. All is told in the web time of the first page, a bare
    view that does the same among any number: the machine may have been busier in one of the two runs.
    """
    if not saved:
        return 0
    fewest = min(saved, key=int)
    few = {name: Cost(**cost) for name, cost in saved[fewest]["pages"].items()}
    unit, lines, missed = pages[0].name, [f"\n{'times that among':<24}{int(fewest):>8,}{'may be':>10}"], 0
    for page in pages:
        if page.name in few:
            times = costs[page.name].whole / costs[unit].web / (few[page.name].whole / few[unit].web)
            line = f"{page.name:<24}{times:>8.2f}"
            if page.growth:
                missed += times > page.growth
                line += f"{page.growth:>10g}   {'reached' if times <= page.growth else 'not reached'}"
            lines.append(line)
    sys.stdout.write("\n".join([*lines, ""]))
    return missed
