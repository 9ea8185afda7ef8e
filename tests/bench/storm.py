"""``python3 run.py bench storm``: threads act on a few cases at once for ten minutes, and the database is asked."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.db.models import Count
from django.utils import timezone

from complaints.models import CaseEvent
from tests.bench import progress
from tests.storm.invariants import broken
from tests.storm.storm import MOST_SHOWN, THREADS, Found, Storm, never_done
from tests.storm.town import make_town

SAID_EVERY = 10.0


def main(arguments: list[str], *, root: Path) -> int:
    """Act, ask, print and save; return how many promises were broken."""
    asked = _parse(arguments, root)
    call_command("migrate", verbosity=0)
    began = timezone.now()
    storm = Storm(make_town(began), began, asked.seconds, asked.seed, asked.threads, follow=_follow(asked.seconds))
    found = storm.run()
    progress.say("Asking the database what holds …")
    actions = dict(CaseEvent.objects.values_list("action").annotate(Count("pk")).order_by("action"))
    wrong = [*_wrong(found), *broken(), *(f"{each} never succeeded" for each in never_done())]
    _print(found, actions, wrong)
    _save(found, actions, wrong, asked)
    return len(wrong)


def _parse(arguments: list[str], root: Path) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.py bench storm", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600, help="how long it lasts")
    parser.add_argument("--threads", type=int, default=THREADS, help="how many act at once")
    parser.add_argument("--seed", type=int, default=1, help="of the dice")
    parser.add_argument("--save", type=Path, default=root / ".local" / "bench" / "storm.json", help="the JSON file")
    return parser.parse_args(arguments)


def _follow(seconds: float) -> Any:
    said = [0.0]

    def follow(passed: float) -> None:
        if passed - said[0] >= SAID_EVERY:
            said[0] = passed
            progress.say(f"{passed:.0f} of {seconds:.0f} seconds, {CaseEvent.objects.count():,} events")

    return follow


def _wrong(found: Found) -> list[str]:
    """Return what nobody expected, and the waits that a page would have answered with 503."""
    waits = [f"{found.waited} waited longer for a row than the role does"] if found.waited else []
    return [*found.unexpected[:MOST_SHOWN], *waits]


def _print(found: Found, actions: dict[str, int], wrong: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        (role,) = cursor.fetchone()
    lines = [
        f"As {role}: {found.done:,} done, {found.refused:,} refused in words",
        f"{found.waited:,} waited too long for a row, {len(found.unexpected):,} met an error that nobody expected",
        "refused: " + ", ".join(f"{number:,} {name}" for name, number in found.refusals.most_common()),
        "events: " + ", ".join(f"{number:,} {action}" for action, number in actions.items()),
        *(f"WRONG: {each}" for each in wrong),
        "as promised" if not wrong else "NOT AS PROMISED",
    ]
    sys.stdout.write("\n".join(lines) + "\n")


def _save(found: Found, actions: dict[str, int], wrong: list[str], asked: argparse.Namespace) -> None:
    asked.save.parent.mkdir(parents=True, exist_ok=True)
    said = {
        "cores": os.cpu_count(),
        "at": time.strftime("%Y-%m-%d"),
        "seconds": asked.seconds,
        "threads": asked.threads,
    }
    counted = {"done": found.done, "refused": dict(found.refusals), "waited": found.waited, "events": actions}
    asked.save.write_text(json.dumps(said | counted | {"wrong": wrong}, indent=2, ensure_ascii=False) + "\n")
    sys.stdout.write(f"Saved in {asked.save}\n")
