"""What the pages of a case with a long history cost beside their floor, in processor time of web and PostgreSQL."""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import Count, Q
from django.http import HttpResponseBase
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone, translation

from agencies.models import Agency
from complaints.actions import note
from complaints.models import Case
from complaints.simulation.world import World
from tests.bench import case_floor, figures, pages, preparation, progress

#: How many times the floor a page may cost, and the events of the case that is shown.
GOAL, EVENTS = 4.0, 20
WARM, OK = 6, 200

type Ask = Callable[[], HttpResponseBase]


def main(arguments: list[str], *, root: Path) -> int:
    """Measure, print and save; return how many pages cost more than the goal."""
    asked = _parse(arguments, root)
    preparation.prepare()
    world, _made = figures._fill(asked.cases)
    found = measure(_pages(world), rounds=asked.rounds)
    preparation.save(found, asked.save)
    return _report(found)


def _parse(arguments: list[str], root: Path) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.py bench case", description=__doc__)
    parser.add_argument("--cases", type=int, default=2000, help="cases to make up")
    parser.add_argument("--rounds", type=int, default=40, help="requests of each page, of which the median counts")
    parser.add_argument("--save", type=Path, default=root / ".local" / "bench" / "case.json", help="the JSON file")
    return parser.parse_args(arguments)


def _pages(world: World) -> Mapping[str, Ask]:
    """Return the floor and the pages, of one case with ``EVENTS`` events."""
    at_work = Q(cases__state__in=pages.AT_WORK)
    busiest = Agency.objects.annotate(number=Count("cases", filter=at_work)).order_by("-number", "id")[0]
    desk = next(desk for desk in world.desks if desk.agency == busiest)
    case = pages._long_case(busiest)
    for number in range(case.events.count(), EVENTS):
        note(Case.objects.get(pk=case.pk), by=desk.officer, at=timezone.now(), text=f"ملاحظة {number}")
    officer, unit, citizen = (pages.sign_in(user) for user in (desk.officer, world.cmu, case.citizen.user))
    at_desk = reverse("desk-case", args=[case.reference])
    return {
        "floor": partial(_floor, officer, f"/case/{case.reference}/"),
        "officer": partial(officer.get, at_desk),
        "unit": partial(unit.get, at_desk),
        "citizen": partial(citizen.get, reverse("case", args=[case.reference])),
    }


def _floor(client: Client, address: str) -> HttpResponseBase:
    bare = Client(headers=client.headers)
    bare.cookies = client.cookies
    return bare.get(address)


def measure(asked: Mapping[str, Ask], *, rounds: int) -> Mapping[str, Mapping[str, float]]:
    """Return the median milliseconds of web and database for each page, all asked in turn.

    The addresses of the floor stand in the place of the pages'; a server reads its own once, so that it is not counted.
    """
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name in asked}
    for _ in progress.follow(range(WARM + rounds), "Case page: round"):
        for name, ask in asked.items():
            with override_settings(**_settings(name)):
                _read_addresses(name)
                spent[name].append(_spent(ask))
    return {name: _medians(times[WARM:]) for name, times in spent.items()}


def _settings(name: str) -> dict[str, Any]:
    if name != "floor":
        return {}
    return {"ROOT_URLCONF": "tests.bench.case_floor", "MIDDLEWARE": case_floor.MIDDLEWARE}


def _read_addresses(name: str) -> None:
    """Let Django read the addresses that are in force."""
    if name == "floor":
        reverse("floor-case", args=["1"])
        return
    for language in ("ar", "en"):
        with translation.override(language):
            reverse("home")


def _spent(ask: Ask) -> tuple[float, float]:
    connection.ensure_connection()
    backend = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    before = time.process_time(), int(backend.read_text(encoding="ascii").split()[0])
    answer = ask()
    if answer.status_code != OK:
        message = f"a page answered {answer.status_code}"
        raise RuntimeError(message)
    after = time.process_time(), int(backend.read_text(encoding="ascii").split()[0])
    return (after[0] - before[0]) * 1000, (after[1] - before[1]) / 1e6


def _medians(times: list[tuple[float, float]]) -> Mapping[str, float]:
    web, database = (statistics.median(part) for part in zip(*times, strict=True))
    return {"web": round(web, 1), "database": round(database, 1)}


def _report(found: Mapping[str, Mapping[str, float]]) -> int:
    floor, missed = sum(found["floor"].values()), 0
    for name, cost in found.items():
        ratio = sum(cost.values()) / floor
        missed += ratio > GOAL
        sys.stdout.write(f"{name:<10}{cost['web']:>7.1f} ms web{cost['database']:>7.1f} ms database{ratio:>6.1f} x\n")
    sys.stdout.write(f"{'not reached' if missed else 'reached'} (goal {GOAL:.0f} x the floor)\n")
    return missed
