"""What an app's list of cases costs a person who has 1,000 cases, and one who has 100,000: first and deep pages."""

from __future__ import annotations

import argparse
import io
import json
import statistics
import sys
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import AppSession, Citizen
from complaints.models import Case
from complaints.simulation.generate import generate
from tests.app_client import App
from tests.bench import progress
from tests.bench.enlarged import LISTED, Enlarger
from tests.bench.filing import spent
from tests.bench.pages import rested_citizen
from tests.bench.world import CASES_OF_A_CITIZEN, make_world

#: How many times as much a page may cost among many cases.
GOAL = 1.3
DAYS = 540
#: Cases at first, and how many times as many at the end.
FEW, TIMES = 1000, 100
OK = 200


def main(arguments: list[str], *, root: Path) -> int:
    """Measure, print and save; 1 where the goal is missed."""
    asked = _parse(arguments, root)
    progress.say("Preparing the database …")
    call_command("migrate", verbosity=0)
    call_command("load_reference", verbosity=0, stdout=io.StringIO())
    until = timezone.now()
    world = make_world(citizens=max(40, FEW // CASES_OF_A_CITIZEN))
    generate(FEW, world=world, seed=1, since=until - timedelta(days=DAYS), until=until)
    enlarger, citizen = Enlarger(LISTED), rested_citizen()
    few = _measure(citizen, repeat=asked.repeat)
    progress.say(f"Copying them {TIMES - 1} times …")
    enlarger.copy(1, TIMES - 1)
    many = _measure(citizen, repeat=asked.repeat)
    asked.save.parent.mkdir(parents=True, exist_ok=True)
    asked.save.write_text(json.dumps({"few": few, "many": many}, indent=1), encoding="utf-8")
    return _report(few, many)


def _parse(arguments: list[str], root: Path) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.py bench apps", description=__doc__)
    parser.add_argument("--repeat", type=int, default=60, help="requests of each page, of which the median counts")
    parser.add_argument("--save", type=Path, default=root / ".local" / "bench" / "apps.json", help="the JSON file")
    return parser.parse_args(arguments)


def _measure(citizen: Citizen, *, repeat: int) -> dict[str, float]:
    """Return the median milliseconds of processor time of each page, all cases being those of ``citizen``."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        # The copies are theirs already: to write them again would write all indexes.
        cursor.execute(
            "UPDATE complaints_case SET citizen_id = %(key)s WHERE citizen_id <> %(key)s", {"key": citizen.pk}
        )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE complaints_case")
    middle = Case.objects.filter(state="closed").order_by("-filed_at")[Case.objects.filter(state="closed").count() // 2]
    paths = {
        "open, first page": "/cases",
        "closed, first page": "/cases?state=closed",
        "closed, in the middle": f"/cases?state=closed&after={middle.reference}",
    }
    app = App(citizen)
    AppSession.objects.update(policy_due=False)
    found = {"cases": float(Case.objects.count())}
    for name, path in paths.items():
        found[name] = statistics.median(_timed(app, path) for _turn in range(repeat))
    return found


def _timed(app: App, path: str) -> float:
    app.headers["host"] = settings.ALLOWED_HOSTS[0]
    began = spent()
    if app.get(path).status_code != OK:
        raise RuntimeError(path)
    return spent() - began


def _report(few: dict[str, float], many: dict[str, float]) -> int:
    ratios = {name: many[name] / few[name] for name in few if name != "cases"}
    for name, ratio in ratios.items():
        sys.stdout.write(f"{name:22} {few[name]:6.1f} ms, {many[name]:6.1f} ms, {ratio:5.2f} times\n")
    is_reached = max(ratios.values()) <= GOAL
    sys.stdout.write(f"among {few['cases']:,.0f} and {many['cases']:,.0f} cases (goal {GOAL}): ")
    sys.stdout.write("reached\n" if is_reached else "not reached\n")
    return 0 if is_reached else 1
