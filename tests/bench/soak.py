"""A soak of the running stack: people read and act for minutes, while memory and connections must stay flat."""

import argparse
import json
import os
import random
import statistics
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from config.devstack import throwaway
from config.devstack.processes import start, stop_all
from config.devstack.stack import PROCESSES, command
from config.devstack.state import ROOT
from tests.bench import progress
from tests.faults import loading
from tests.faults.breakable import Database, serving
from tests.faults.chaos import people, serving as pages
from tests.faults.children import fork
from tests.faults.plan import Plan
from tests.faults.provider import providing

SECONDS, CLIENTS = 600, 4
#: Between two requests of one person.
PAUSE_SECONDS = 0.1
#: Requests of a person who only reads, for each case that is brought to its answer.
READS = 10
#: The last third against the one before it: what a process may grow by, and how many connections may be added.
GROWTH, GROWTH_BYTES, MORE_CONNECTIONS = 1.1, 8_000_000, 2
SAMPLES = 60
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass
class Watched:
    """What was seen while the load lasted: resident bytes of each process with its children, and connections."""

    memory: dict[str, list[int]] = field(default_factory=dict)
    connections: list[int] = field(default_factory=list)


def main(arguments: list[str], *, root: Path) -> int:
    """Start the stack, load it, print, save, and return how many promises were not kept."""
    asked = _parse(arguments, root)
    with throwaway.folder() as base, ExitStack() as stack:
        progress.say("Loading the code, and making a database …")
        loading.prepare(base)
        run = base / "run"
        run.mkdir(mode=0o755)
        database, broker = stack.enter_context(serving(run, like=base / loading.TEMPLATE))
        provider = stack.enter_context(providing(run))
        loading.adopt(Plan(name="soak", seed=0, time_factor=1), database.url, broker.url, provider)
        os.environ |= {"MEDIA_ROOT": str(run / "media")}
        errands = _prepare(run, round(asked.seconds) + CLIENTS)
        running = stack.enter_context(_stack(run))
        found = _soak(asked.seconds, errands, running, database, run / "answers")
    figures = judge(found["watched"], found["answers"], found["seconds"])
    _print(figures)
    asked.save.parent.mkdir(parents=True, exist_ok=True)
    asked.save.write_text(json.dumps({"seconds": asked.seconds} | figures, indent=2) + "\n", encoding="utf-8")
    loading.say(f"\nSaved in {asked.save}")
    return sum(not each["kept"] for each in figures.values())


def _parse(arguments: Sequence[str], root: Path) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.py bench soak", description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="how long the load lasts")
    parser.add_argument("--save", type=Path, default=root / ".local" / "bench" / "soak.json", help="the JSON file")
    return parser.parse_args(arguments)


def _prepare(base: Path, number: int) -> list[people.Errand]:
    file = base / "errands"
    if fork(lambda: people.prepare(number, file), base / "preparation.log").wait():
        raise RuntimeError((base / "preparation.log").read_text()[-2000:])
    return people.read(file)


@contextmanager
def _stack(base: Path) -> Iterator[Mapping[str, int]]:
    """Run every process of the stack, and yield their numbers by name."""
    started = {}
    try:
        for name in PROCESSES:
            log = base / f"{name}.log"
            started[name] = start(command(name), log=log, environment=os.environ, cwd=ROOT)
        pages.wait_for_pages(int(os.environ["PORT"]))
        yield {name: process.pid for name, process in started.items()}
    finally:
        stop_all(list(started.values()), patience=2.0)


# ---- the load ----


def _soak(
    seconds: float, errands: list[people.Errand], running: Mapping[str, int], database: Database, written: Path
) -> dict[str, Any]:
    """Let people work for so long in a child, and look at the processes meanwhile."""
    progress.say(f"{CLIENTS} people at the pages for {seconds:.0f} seconds …")
    crowd = fork(lambda: _work(seconds, errands, int(os.environ["PORT"]), written))
    watched, pause = Watched({name: [] for name in running}), max(0.5, seconds / SAMPLES)
    while crowd.is_alive():
        for name, pid in running.items():
            watched.memory[name].append(sum(_resident(each) for each in (pid, *descendants(pid))))
        with psycopg.connect(f"{database.url}/app", connect_timeout=5) as connection:
            row = connection.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = 'app'").fetchone()
        assert row is not None
        watched.connections.append(row[0] - 1)
        time.sleep(pause)
    return {"watched": watched} | json.loads(written.read_text())


def _work(seconds: float, errands: list[people.Errand], port: int, written: Path) -> None:
    answers, until = people.Answers(people.Counted()), time.monotonic() + seconds
    waiting = list(errands)

    def live(dice: random.Random) -> None:
        cases = list[str]()
        person = people.Person(errands[0], port, answers)
        while time.monotonic() < until:
            if waiting:
                errand = waiting.pop()
                person = people.Person(errand, port, answers)
                cases.append(person.do_all())
            for _ in range(READS):
                path, session = dice.choice(_readings(person.errand, cases))
                person.ask("GET", path, session)
                time.sleep(PAUSE_SECONDS)

    threads = [threading.Thread(target=live, args=[random.Random(place)]) for place in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    written.write_text(json.dumps({"answers": answers.counts, "seconds": answers.seconds}))


def _readings(errand: people.Errand, cases: Sequence[str]) -> list[tuple[str, str]]:
    """Return what a person may read next: the citizen's pages, and the officer's."""
    own = [("/ar/", errand.citizen), ("/ar/cases/", errand.citizen), ("/en/track/", ""), ("/health/ready", "")]
    desk = [("/ar/staff/queue/", errand.officer), ("/en/staff/queue/?view=closed", errand.officer)]
    return own + desk + [(case.replace("/cases/", "/staff/cases/"), errand.officer) for case in cases[-1:]]


# ---- what is seen ----


def descendants(pid: int) -> list[int]:
    """Return the processes below one."""
    try:
        found = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
    return [each for child in found for each in (child, *descendants(child))]


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_BYTES
    except OSError:
        return 0


def judge(watched: Watched, answers: Mapping[str, int], seconds: Sequence[float]) -> dict[str, dict[str, Any]]:
    """Return the figures, each with whether its promise was kept."""
    errors = sum(number for status, number in answers.items() if not 200 <= int(status) < 400)
    p95 = round(sorted(seconds)[-(-len(seconds) * 95 // 100) - 1], 3)
    requests = {"number": len(seconds), "p50 s": round(statistics.median(seconds), 3), "p95 s": p95, "errors": errors}
    figures: dict[str, dict[str, Any]] = {"requests": requests | {"kept": not errors}}
    for name, sizes in watched.memory.items():
        before, after = (statistics.mean(third) for third in last_thirds(sizes))
        kept = after <= before * GROWTH + GROWTH_BYTES
        figures[f"memory of {name}"] = {"MB before": round(before / 1e6), "MB after": round(after / 1e6), "kept": kept}
    held, holds = (max(third) for third in last_thirds(watched.connections))
    figures["connections"] = {"most before": held, "most after": holds, "kept": holds <= held + MORE_CONNECTIONS}
    return figures


def last_thirds(values: Sequence[int]) -> tuple[Sequence[int], Sequence[int]]:
    """Return the second and the last third of a run: the first warms up."""
    third = max(1, len(values) // 3)
    return values[-2 * third : -third] or values[:1], values[-third:]


def _print(figures: Mapping[str, Mapping[str, Any]]) -> None:
    for name, found in figures.items():
        rest = ", ".join(f"{title} {figure}" for title, figure in found.items() if title != "kept")
        loading.say(f"{name:<20} {rest}   {'as promised' if found['kept'] else 'NOT AS PROMISED'}")
