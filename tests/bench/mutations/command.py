"""``python3 run.py bench mutations``: change the core in small ways, and see whether a test notices each change.

Every mutant is run in a copy of the tree, by the recorded tests of its line. What is known is kept in the state's
folder, so that a run that was stopped goes on where it was.
"""

import argparse
import csv
import json
import random
import time
from collections import Counter
from collections.abc import Container, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from math import sqrt
from pathlib import Path
from queue import SimpleQueue

from config.devstack import state, throwaway
from tests.bench import progress
from tests.bench.mutations import covering
from tests.bench.mutations.covering import Coverage
from tests.bench.mutations.mutants import Mutant, find
from tests.bench.mutations.trial import KILLED, STILLBORN, SURVIVED, TIMED_OUT, UNCOVERED, Copy, Verdict
from tests.faults.loading import say

AREAS = {
    "workflow": ("complaints/workflow", "complaints/engine/transition.py", "complaints/engine/holders.py"),
    "permissions": ("complaints/permissions",),
    "clocks": ("complaints/clocks",),
    "calendar": ("agencies/calendar.py",),
    "delivery": ("notifications/sending", "notifications/reconciliation.py"),
    "outbox": ("notifications/outbox.py",),
}
NUMBER, GOAL = 180, 0.9
#: Of the normal distribution: 95 % lie within so many deviations.
Z = 1.96
EQUIVALENT = Path(__file__).with_name("equivalent.csv")


def main(arguments: list[str], *, root: Path) -> int:
    """Run the mutants that are not known yet, print the score and the survivors; 1 where it is below the goal."""
    asked = _parse(arguments)
    began = time.monotonic()
    folder = state.home() / "mutations"
    results = _Results(folder / "results.json")
    chosen = choose(every_mutant(root), number=asked.number, seed=asked.seed, only=asked.only, judged=results.known)
    if asked.list:
        say("\n".join(f"{area}  {mutant.key}  (line {mutant.line})" for area, mutant in chosen))
        return 0
    coverage = covering.read(root, folder, asked.tests)
    _run(root, [mutant for _, mutant in chosen], coverage, results, asked)
    score = _report(chosen, results)
    say(f"{time.monotonic() - began:.0f} seconds in this run; what is known is kept in {folder}")
    return int(score < GOAL)


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.py bench mutations", description=__doc__)
    parser.add_argument("--number", type=int, default=NUMBER, help="mutants, in equal parts of every area")
    parser.add_argument("--seed", type=int, default=1, help="which of them")
    parser.add_argument("--only", default="", help="an area, or a part of a file's path")
    parser.add_argument("--at-once", type=int, default=2, help="mutants at a time")
    parser.add_argument("--most", type=float, default=60, help="recorded seconds of tests for one mutant")
    parser.add_argument("--minutes", type=float, default=90, help="begin no mutant after so many")
    parser.add_argument("--tests", nargs="+", default=covering.TESTS, help="folders whose tests judge")
    parser.add_argument("--again", action="store_true", help="only those that no test has noticed so far")
    parser.add_argument("--list", action="store_true", help="list the mutants and run none")
    return parser.parse_args(arguments)


def every_mutant(root: Path) -> dict[str, list[Mutant]]:
    """Return all mutants of each area."""
    found: dict[str, list[Mutant]] = {}
    for area, paths in AREAS.items():
        files = [
            each for path in paths for each in ([root / path] if path.endswith(".py") else (root / path).glob("*.py"))
        ]
        names = sorted(file.relative_to(root).as_posix() for file in files)
        found[area] = [mutant for name in names for mutant in find(name, (root / name).read_bytes())]
    return found


def choose(
    everything: Mapping[str, Sequence[Mutant]], *, number: int, seed: int, only: str = "", judged: Container[str] = ()
) -> list[tuple[str, Mutant]]:
    """Return so many mutants with their areas: the same ones for the same code, number, seed and keys ``judged``.

    Those of which something is known are chosen again, so that a run goes on although the code has changed since.
    Areas with few mutants leave room to the others; known equivalents are not chosen.
    """
    known, dice = equivalents(), random.Random(seed)
    pools = {area: [mutant for mutant in mutants if mutant.key not in known] for area, mutants in everything.items()}
    chosen, left = list[tuple[str, Mutant]](), number
    for place, area in enumerate(sorted(pools, key=lambda area: len(pools[area]))):
        share = min(len(pools[area]), left // (len(pools) - place))
        left -= share
        drawn = dice.sample(pools[area], len(pools[area]))
        picked = sorted(drawn, key=lambda mutant: mutant.key not in judged)[:share]
        chosen += [(area, mutant) for mutant in sorted(picked, key=lambda mutant: (mutant.file, mutant.start))]
    return [(area, mutant) for area, mutant in chosen if only in area or only in mutant.file]


def equivalents() -> dict[str, str]:
    """Return the mutants that are the same program, each with the reason."""
    with EQUIVALENT.open(encoding="utf-8", newline="") as file:
        return {row["mutant"]: row["reason"] for row in csv.DictReader(file)}


class _Results:
    """What became of mutants, under their key and under the tests that judged them; written after each."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.known: dict[str, dict[str, object]] = json.loads(file.read_text()) if file.exists() else {}

    def verdict(self, mutant: Mutant) -> Verdict | None:
        """Return what is known."""
        kept = self.known.get(mutant.key)
        return Verdict(**kept) if kept else None

    def keep(self, mutant: Mutant, verdict: Verdict) -> None:
        """Write a verdict down."""
        self.known[mutant.key] = vars(verdict)
        new = self.file.with_suffix(".new")
        new.write_text(json.dumps(self.known, indent=1, ensure_ascii=False), encoding="utf-8")
        new.replace(self.file)


def _run(
    root: Path, chosen: Sequence[Mutant], coverage: Coverage, results: _Results, asked: argparse.Namespace
) -> None:
    """Judge the mutants that are unknown, or survived tests that have changed since.

    First those that survived, for which tests have been written since; then in an order of chance, always the same: a
    run that was stopped has judged a sample of all.
    """
    judges = {mutant.key: coverage.tests(mutant) for mutant in chosen}
    waiting = [mutant for mutant in chosen if _is_open(results.verdict(mutant), judges[mutant.key], asked.most)]
    if asked.again:
        waiting = [mutant for mutant in waiting if results.verdict(mutant)]
    if not waiting:
        return
    random.Random(asked.seed).shuffle(waiting)
    waiting.sort(key=lambda mutant: results.verdict(mutant) is None)
    until = time.monotonic() + asked.minutes * 60
    with ExitStack() as stack:
        base = stack.enter_context(throwaway.folder())
        copies: SimpleQueue[Copy] = SimpleQueue()
        for place in range(asked.at_once):
            copies.put(Copy(root, base / str(place), stack.enter_context(throwaway.started({}))))

        def judge(mutant: Mutant) -> tuple[Mutant, Verdict] | None:
            if time.monotonic() > until:
                return None
            copied, began = copies.get(), time.monotonic()
            try:
                verdict = copied.judge(mutant, judges[mutant.key], most=asked.most)
                return mutant, replace(verdict, seconds=round(time.monotonic() - began, 1))
            finally:
                copies.put(copied)

        with ThreadPoolExecutor(asked.at_once) as pool:
            found = pool.map(judge, waiting)
            for _ in progress.follow(waiting, "Mutant"):
                if (judged := next(found)) is not None:
                    results.keep(*judged)


def _is_open(verdict: Verdict | None, judges: Sequence[covering.Recorded], most: float) -> bool:
    if verdict is None:
        return True
    return verdict.fate in {SURVIVED, UNCOVERED} and verdict.judges != Verdict.fingerprint(judges, most)


def _report(chosen: Sequence[tuple[str, Mutant]], results: _Results) -> float:
    """Print score and survivors; return the part of those judged that was killed."""
    judged = [(area, m, v) for area, m in chosen if (v := results.verdict(m)) is not None]
    for area in AREAS:
        fates = Counter(verdict.fate for each, _, verdict in judged if each == area)
        say(f"{area:<12}" + "  ".join(f"{number} {fate}" for fate, number in sorted(fates.items())))
    fates = Counter(verdict.fate for _, _, verdict in judged)
    _list(judged, TIMED_OUT)
    _list(judged, SURVIVED)
    _list(judged, UNCOVERED)
    counted, noticed = len(judged) - fates[STILLBORN], fates[KILLED] + fates[TIMED_OUT]
    score = noticed / max(1, counted)
    say(f"\n{len(judged)} of {len(chosen)} mutants judged; {score:.1%} of {counted} killed (goal {GOAL:.0%})")
    if len(judged) < len(chosen):
        low, high = wilson(noticed, counted)
        say(f"They are a sample: of all, between {low:.1%} and {high:.1%} (95 of 100 such samples).")
    say(f"{fates[STILLBORN]} do not count: nothing can be imported with them.")
    if timed := [verdict.seconds for _, _, verdict in judged if verdict.seconds]:
        say(f"{len(timed)} of them were timed: {sum(timed) / len(timed):.0f} seconds each.")
    return score


def wilson(noticed: int, counted: int) -> tuple[float, float]:
    """Return between which shares that of all lies, as far as a sample tells (Wilson's interval of 95 %)."""
    if not counted:
        return 0.0, 1.0
    share, weight = noticed / counted, Z**2 / counted
    middle, half = share + weight / 2, Z * sqrt(share * (1 - share) / counted + weight / counted / 4)
    return (middle - half) / (1 + weight), (middle + half) / (1 + weight)


def _list(judged: Sequence[tuple[str, Mutant, Verdict]], fate: str) -> None:
    for area, mutant, verdict in judged:
        if verdict.fate == fate:
            say(f"\n{fate}, {area}: {mutant.file}:{mutant.line} {mutant.kind}\n  {mutant.before}\n  → {mutant.after}")
            say(f"  {verdict.why}")
