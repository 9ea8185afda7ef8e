"""The figures of the sending of messages: rates of one sender, and how long messages wait on the real stack."""

import argparse
import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from config.devstack import throwaway
from tests.bench import progress
from tests.faults import loading
from tests.faults.breakable import serving
from tests.faults.plan import Plan
from tests.faults.provider import providing

NOOPS = 3000


def main(arguments: list[str], *, root: Path) -> int:
    """Measure, print, save, and return how many promises were not kept."""
    asked = _parse(arguments, root)
    with throwaway.folder() as base:
        progress.say("Loading the code, and making a database …")
        loading.prepare(base)
        (base / "run").mkdir()
        with serving(base / "run", like=base / loading.TEMPLATE) as (database, broker), providing(base) as provider:
            loading.adopt(Plan(name="notices", seed=0, time_factor=1), database.url, broker.url, provider)
            found = _rates(asked, base)
            if not asked.no_stack:
                from tests.bench import waiting

                progress.say("Starting workers and beat, and waiting for messages …")
                found |= waiting.waits(base, broker, provider)
    _print(found)
    _save(found, asked.save)
    return sum(not figures.get("kept", True) for figures in found.values())


def _parse(arguments: list[str], root: Path) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.py bench notices", description=__doc__)
    parser.add_argument("--messages", type=int, default=5000, help="messages by HTTP, and at once")
    parser.add_argument("--few", type=int, default=500, help="messages by the Twilio client")
    parser.add_argument("--no-stack", action="store_true", help="leave out what needs workers and beat")
    parser.add_argument("--save", type=Path, default=root / ".local" / "bench" / "notices.json", help="the JSON file")
    return parser.parse_args(arguments)


def _rates(asked: argparse.Namespace, base: Path) -> dict[str, Mapping[str, Any]]:
    from tests.bench import throughput

    real = throughput.beside_noops(asked.messages, NOOPS, base)
    ratio = round(real["messages"] / real["Celery no-ops"], 2)
    rates = throughput.rates(asked.messages, asked.few, base)
    sender = rates.pop("to a carrier that answers at once")
    alone = rates.pop("connections of a sender")
    return {
        "by HTTP, answers after 20 ms": real | {"of a Celery no-op": ratio, "goal": 1, "kept": ratio >= 1},
        "one sender, a second": {
            "messages": sender,
            "goal": throughput.GOAL,
            "of the goal": round(sender / throughput.GOAL, 2),
            "kept": sender >= throughput.GOAL,
        },
        "connections of a sender": {"most": alone, "goal": 1, "kept": alone == 1},
        "beside it, a second": rates,
    }


def _print(found: Mapping[str, Mapping[str, Any]]) -> None:
    from tests.bench.figures import written as in_words

    for name, figures in found.items():
        said = {True: "as promised", False: "NOT AS PROMISED"}.get(figures.get("kept"), "")
        rest = {title: figure for title, figure in figures.items() if title != "kept"}
        loading.say(f"{name:<34}{in_words(rest)}   {said}")


def _save(found: Mapping[str, Mapping[str, Any]], file: Path) -> None:
    machine = {"cores": os.cpu_count(), "at": time.strftime("%Y-%m-%d")}
    file.parent.mkdir(parents=True, exist_ok=True)
    written = json.dumps({"machine": machine} | dict(found), indent=2, ensure_ascii=False)
    file.write_text(written + "\n", encoding="utf-8")
    loading.say(f"\nSaved in {file}")
