"""``python3 run.py bench faults``: storms, negative controls and a real worker, and the verdict on all of them."""

import argparse
import json
import shutil
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from config.devstack import throwaway
from tests.bench import progress
from tests.faults import loading
from tests.faults.chaos import plan as chaos
from tests.faults.chaos.plan import ChaosFound, ChaosPlan
from tests.faults.children import Child, fork
from tests.faults.plan import AFTER_THE_WIRE, BEFORE_THE_WIRE, TIMED_OUT, Found, Plan
from tests.faults.programs import FAULTS
from tests.faults.provider import HUNG_UP_BEFORE, OF_ANSWERS

#: A third is asked for; of few calls a smaller part may be.
LEAST_FAULTY, ENOUGH_TO_JUDGE = 1 / 5, 100
FOUND = "found.json"

GOAL_SECONDS = 180
SEEDS = (1, 2)
PROMISES = ("lost", "duplicate", "sent_though_overtaken", "undecided", "unowed", "forgotten", "unsettled")
COLUMNS = (
    ("messages", 9),
    ("kills", 6),
    ("flushes", 8),
    ("stops", 6),
    ("crashes", 8),
    ("lost", 5),
    ("duplicate", 10),
    ("given_up", 9),
    ("overtaken", 10),
    ("undecided", 10),
    ("unsettled", 10),
    ("seconds", 8),
)


def every_plan(seeds: Sequence[int] = SEEDS) -> list[Plan]:
    """Return the runs, in the order in which they are begun, two at a time."""
    storms = [Plan(name=f"storm, seed {seed}", seed=seed) for seed in seeds]
    return [*storms, celery(), to_programs(), *controls()]


def celery(**changes: object) -> Plan:
    """Return the run with a real worker, killed whole."""
    given = {
        "name": "celery worker",
        "seed": 3,
        "messages": 200,
        "seconds": 24,
        "workers": "celery",
        "crashes": 1,
        "kills": 3,
    }
    return Plan(**(given | changes))


def to_programs(**changes: object) -> Plan:
    """Return the run that calls programs outside, which must take each call, and none twice."""
    given = {"name": "programs outside", "seed": 8, "messages": 100, "to_programs": True, "to_the_end": False}
    return Plan(**(given | changes))


def controls(**changes: object) -> list[Plan]:
    """Return the runs that must fail: the same sender with one step changed, or programs that forget, on schedule."""
    few = {
        "messages": 40,
        "kills": 10,
        "seconds": 4,
        "crashes": 1,
        "flushes": 1,
        "stops": 0,
        "to_the_end": False,
        "time_factor": 1 / 120,
    }
    return [
        Plan(**({"name": "control: requeue", "seed": 4, "change": "requeue"} | few | changes)),
        Plan(**({"name": "control: mark first", "seed": 5, "change": "mark first"} | few | changes)),
        to_programs(**({"name": "control: forget ids", "seed": 9, "change": "forget ids"} | few | changes)),
    ]


def violations(found: Found) -> list[str]:
    """Return what is wrong with a run: with a negative control, that it did not fail."""
    wrong = [f"scheduled, but did not happen: {name}" for name in _certain(found) if name not in found.scheduled]
    if _behaved_too_well(found):
        wrong.append("the provider behaved too well")
    if not found.change:
        wrong += [f"{getattr(found, name)} {name}" for name in PROMISES if getattr(found, name)]
    if found.change == "requeue" and not found.duplicate:
        wrong.append("requeuing without asking should have sent something twice")
    if found.change == "mark first" and not found.lost:
        wrong.append("marking before sending should have lost something")
    if found.change == "forget ids" and not found.duplicate:
        wrong.append("programs that forget ids should have taken something twice")
    return wrong


def _certain(found: Found) -> tuple[str, ...]:
    """Return the scheduled faults that happen in such a run whatever else does."""
    if found.workers == "celery":
        return (TIMED_OUT,)  # the worker is the real one, and knows of no schedule
    if found.to_programs:
        return (BEFORE_THE_WIRE, AFTER_THE_WIRE)
    if found.change == "mark first":
        return (BEFORE_THE_WIRE,)  # what is marked and then lost never comes to the provider
    return (TIMED_OUT, BEFORE_THE_WIRE, AFTER_THE_WIRE)


def _behaved_too_well(found: Found) -> bool:
    faults = sum(found.faults.get(name, 0) for name in (*OF_ANSWERS, HUNG_UP_BEFORE, *FAULTS))
    return faults < (found.calls * LEAST_FAULTY if found.calls >= ENOUGH_TO_JUDGE else 1)


# ---- running ----


def run(plans: Sequence[Plan | ChaosPlan], *, at_once: int = 2, keep: Path | None = None) -> list[Found | ChaosFound]:
    """Fork a process for every run, and return what was found, in the order of the plans.

    So many at a time: where more of them share a machine, none gets anywhere. Of a run with something wrong the logs
    of its processes are copied to ``keep``.
    """
    with throwaway.folder() as base:
        progress.say("Loading the code, and making a database to copy …")
        factor = loading.prepare(base)
        waiting, running = [plan.not_faster_than(factor) for plan in plans], dict[str, Child]()
        try:
            while waiting or any(child.is_alive() for child in running.values()):
                if waiting and sum(child.is_alive() for child in running.values()) < at_once:
                    plan = waiting.pop(0)
                    progress.say(f"Run {len(running) + 1} of {len(plans)}: {plan.name} …")
                    running[plan.name] = fork(partial(_do, plan, base, keep))
                time.sleep(0.05)
        finally:
            for child in running.values():
                child.kill()
        return [_read(base, plan) for plan in plans]


def _do(plan: Plan | ChaosPlan, base: Path, keep: Path | None) -> None:
    from tests.faults.chaos.conductor import Chaos
    from tests.faults.storm import Storm

    folder = base / plan.name
    folder.mkdir(mode=0o755)
    found = Chaos(plan, folder).run() if isinstance(plan, ChaosPlan) else Storm(plan, folder).run()
    (folder / FOUND).write_text(json.dumps(asdict(found)))
    if keep is not None and (chaos.violations(found) if isinstance(found, ChaosFound) else violations(found)):
        for log in folder.rglob("*.log"):
            shutil.copy(log, _made(keep / plan.name))


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _read(base: Path, plan: Plan | ChaosPlan) -> Found | ChaosFound:
    file = base / plan.name / FOUND
    if not file.exists():
        message = f"The run '{plan.name}' did not come to its end."
        raise RuntimeError(message)
    found = json.loads(file.read_text())
    return ChaosFound.read(found) if isinstance(plan, ChaosPlan) else Found(**found)


# ---- the command ----


def main(arguments: list[str], *, root: Path) -> int:
    """Run, print the table and the verdict, save, and return how many runs broke a promise."""
    asked = _parse(arguments, root)
    began = time.monotonic()
    chosen = [plan for plan in every_plan(asked.seeds) if not asked.only or asked.only in plan.name]
    found = run(chosen, at_once=asked.at_once, keep=asked.save.parent / "logs")
    seconds = round(time.monotonic() - began)
    wrong = {run.name: violations(run) for run in found}
    _print_table(found)
    _print_verdict(found, wrong)
    loading.say(f"\n{seconds} seconds in all (at most {GOAL_SECONDS}).")
    _save(found, wrong, seconds, asked.save)
    return sum(1 for name in wrong if wrong[name]) + (seconds > GOAL_SECONDS)


def _parse(arguments: list[str], root: Path) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.py bench faults", description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS), help="one storm for each")
    parser.add_argument("--only", default="", help="a part of the names of the runs to do")
    parser.add_argument("--at-once", type=int, default=2, help="runs at a time")
    parser.add_argument("--save", type=Path, default=root / ".local" / "bench" / "faults.json", help="the JSON file")
    return parser.parse_args(arguments)


def _print_table(found: Iterable[Found]) -> None:
    loading.say(f"\n{'run':<22}" + "".join(f"{name:>{width}}" for name, width in COLUMNS))
    for run in found:
        loading.say(f"{run.name:<22}" + "".join(f"{getattr(run, name):>{width}}" for name, width in COLUMNS))


def _print_verdict(found: Iterable[Found], wrong: dict[str, list[str]]) -> None:
    for run in found:
        faults = ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in sorted(run.faults.items()))
        loading.say(f"\n{run.name}: {'; '.join(wrong[run.name]) or 'as promised'}")
        loading.say(f"  faults of the provider: {faults}")
        loading.say(f"  scheduled and happened: {', '.join(run.scheduled) or '–'}")
        loading.say(f"  at the end: {', '.join(f'{number} {name}' for name, number in sorted(run.states.items()))}")
        for evidence in run.evidence if wrong[run.name] else run.evidence[:1]:
            loading.say("  " + evidence.replace("\n", "\n  "))


def _save(found: Iterable[Found], wrong: dict[str, list[str]], seconds: int, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    written: dict[str, Any] = {run.name: vars(run) | {"wrong": wrong[run.name]} for run in found}
    file.write_text(json.dumps(written | {"seconds": seconds}, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    loading.say(f"Saved in {file}")
