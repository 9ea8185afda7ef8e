"""``python3 run.py bench chaos``: every fault on gunicorn, Celery workers and beat, and the weakened pages."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path

from tests.faults import harness, loading
from tests.faults.chaos.plan import LONG, ChaosFound, ChaosPlan, Row, violations

COLUMNS = [field.name for field in fields(Row) if field.name not in {"fault", "wrong"}]


def short(**changes: object) -> list[ChaosPlan]:
    """Return the run of the suite and its control, without workers."""
    # What is taken out breaks the first case that needs it.
    weakened = {"faults": ("web killed", "disk full"), "is_weakened": True, "cases": 1}
    control = {"name": "control: weakened pages", "seed": 6, **weakened}
    return [ChaosPlan(**({"name": "short chaos", "seed": 5} | changes)), ChaosPlan(**(control | changes))]


def every_plan(seconds: float) -> list[ChaosPlan]:
    """Return the long run, with the real workers and beat, and the control."""
    real = {
        "has_workers": True,
        "time_factor": 1,
        "seconds": seconds,
        "cases": round(seconds * 5),
        "patience": 120,
    }
    return [ChaosPlan(name="chaos", seed=1, faults=LONG, **real), short()[1]]


def main(arguments: list[str], *, root: Path) -> int:
    """Run, print the table and the verdict, save, and return how many runs broke a promise."""
    asked = _parse(arguments, root)
    plans = short() if asked.short else every_plan(asked.seconds)
    found = harness.run(plans, at_once=1, keep=asked.save.parent / "logs")
    for run in found:
        _print(run)
    asked.save.parent.mkdir(parents=True, exist_ok=True)
    asked.save.write_text(json.dumps([asdict(run) for run in found], indent=2) + "\n", encoding="utf-8")
    loading.say(f"\nSaved in {asked.save}")
    return sum(bool(violations(run)) for run in found)


def _parse(arguments: Sequence[str], root: Path) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.py bench chaos", description=__doc__)
    parser.add_argument("--seconds", type=float, default=30, help="how long each fault is repeated")
    parser.add_argument("--short", action="store_true", help="what the suite runs")
    parser.add_argument("--save", type=Path, default=root / ".local" / "bench" / "chaos.json", help="the JSON file")
    return parser.parse_args(arguments)


def _print(found: ChaosFound) -> None:
    loading.say(f"\n{found.name:<18}" + "".join(f"{name.replace('_', ' '):>13}" for name in COLUMNS))
    for row in found.rows:
        loading.say(f"{row.fault:<18}" + "".join(f"{getattr(row, name):>13}" for name in COLUMNS))
        for each in row.wrong:
            loading.say(f"    {each}")
    loading.say(f"{found.name}: {'; '.join(violations(found)) or 'as promised'}")
