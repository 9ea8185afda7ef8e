"""The figures of the project: statements and times of its pages, weight of a first visit, seconds of a start."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from django.db import connection
from django.utils import timezone

from complaints.models import Case, CaseEvent
from complaints.simulation.generate import generate
from complaints.simulation.world import World
from complaints.workflow import OPEN
from tests.bench import first_visit, kept_figures, pages, preparation, progress, starts
from tests.bench.world import CASES_OF_A_CITIZEN, make_world

DAYS = 540

type Figures = Mapping[str, object]


def main(arguments: list[str], *, root: Path) -> int:
    """Measure, print and save."""
    asked = _parse(arguments, root)
    preparation.prepare()
    world, cases = _fill(asked.cases)
    found: dict[str, Figures] = {
        "machine": {"cores": os.cpu_count(), "python": platform.python_version()},
        "cases": cases,
        "pages": pages.measure(world, repeat=asked.repeat),
        "kept figures": kept_figures.measure(world, number=asked.cases, days=DAYS, repeat=asked.repeat),
        "first visit": first_visit.weigh(),
    }
    if not asked.no_start:
        progress.say("Starting a copy of the project twice …")
        found["start"] = starts.time_starts(root)
    _print(found)
    _save(found, asked.save)
    return 0


def _parse(arguments: list[str], root: Path) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.py bench figures", description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000, help="cases to make up")
    parser.add_argument("--repeat", type=int, default=15, help="runs of each page, of which the median counts")
    parser.add_argument("--no-start", action="store_true", help="leave out the two starts of the whole system")
    parser.add_argument("--save", type=Path, default=root / ".local" / "bench" / "figures.json", help="the JSON file")
    return parser.parse_args(arguments)


def _fill(number: int) -> tuple[World, Figures]:
    """Make the cases up and let the database look at them, as it does by itself within a minute."""
    progress.say(f"Making up {number:,} cases …")
    began = time.monotonic()
    until = timezone.now()
    world = make_world(citizens=max(1, number // CASES_OF_A_CITIZEN))
    generate(
        number,
        world=world,
        seed=1,
        since=until - timedelta(days=DAYS),
        until=until,
        follow=progress.portions("Simulating cases", whole=number),
    )
    took = round(time.monotonic() - began, 1)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return world, {
        "number": Case.objects.count(),
        "open": Case.objects.filter(state__in=OPEN).count(),
        "overdue": Case.objects.filter(state__in=OPEN, deadline_at__lt=until).count(),
        "events": CaseEvent.objects.count(),
        "seconds to make up": took,
    }


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _print(found: Mapping[str, Figures]) -> None:
    for title, figures in found.items():
        _say(f"\n{title}")
        for name, figure in figures.items():
            _say(f"  {name:<48}{written(figure)}")


def written(figure: object) -> str:
    if isinstance(figure, dict):
        return "   ".join(f"{name} {written(value):>6}" for name, value in figure.items())
    return f"{figure:,}" if isinstance(figure, int | float) else str(figure)


def _save(found: Mapping[str, Figures], file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    _say(f"\nSaved in {file}")
