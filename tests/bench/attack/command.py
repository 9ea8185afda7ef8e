"""``python3 run.py bench attack``: start the pages, send every row of the tables, and say what did not hold."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from django.core.management import call_command
from django.utils import timezone

from config.devstack.processes import start, stop_all
from config.devstack.stack import command
from config.devstack.state import ROOT
from tests.bench import progress
from tests.bench.attack import carried, findings, forged, new_doors, reading, sending, wire, writing
from tests.bench.attack.judging import SERVER_ERROR, content, kept, problems
from tests.bench.attack.rows import Answer, Row, filled
from tests.bench.attack.town import NUMBERS, Town, make_town
from tests.faults.chaos.serving import wait_for_pages

TABLES: Mapping[str, Sequence[Row]] = {
    "reading as the wrong person": reading.ROWS,
    "writing as the wrong person": writing.ROWS,
    "the doors that opened last": new_doors.ROWS,
    "forged requests": forged.ROWS,
    "what is carried": carried.ROWS,
    "findings of the review": findings.ROWS,
}
WIRE = "bytes on the wire"


class Sender(Protocol):
    """Whatever carries a row to the pages."""

    def send(self, who: str, row: Row, places: Mapping[str, str]) -> Answer:
        """Send a row as somebody, and return the answer."""


@dataclass(frozen=True)
class Sent:
    """A row that was sent by one person, how often, and what did not hold."""

    kind: str
    what: str
    requests: int
    problems: tuple[str, ...]


def main(arguments: list[str]) -> int:
    """Attack, print, and return how many rows did not hold."""
    argparse.ArgumentParser(prog="run.py bench attack", description=__doc__).parse_args(arguments)
    progress.say("Preparing the database and the pages …")
    call_command("migrate", verbosity=0)
    town = make_town(timezone.now())
    with _pages() as port:
        browsers = sending.Browsers(port, town.people)
        sent = list[Sent]()
        for kind, rows in TABLES.items():
            progress.say(f"{kind.capitalize()} …")
            sent += attack(kind, rows, town, browsers, content)
        progress.say(f"{WIRE.capitalize()} …")
        sent += _on_the_wire(port, town)
    _print(sent)
    return sum(bool(each.problems) for each in sent)


@contextlib.contextmanager
def _pages() -> Iterator[int]:
    port = int(os.environ["PORT"])
    log = Path(os.environ["MEDIA_ROOT"]).parent / "web.log"
    process = start(command("web"), log=log, environment=os.environ, cwd=ROOT)
    try:
        wait_for_pages(port)
        yield port
    finally:
        stop_all([process], patience=10)


def attack(
    kind: str, rows: Sequence[Row], town: Town, sender: Sender, look: Callable[[], Mapping[str, str]]
) -> Iterator[Sent]:
    """Send each row by each of its people; what the database holds is compared after each."""
    before = look()
    for row in rows:
        for who in row.who.split():
            found = _found(row, who, town, sender)
            after = look()
            found += kept(row, before, after)
            before = after
            what = f"{row.finding} {who} {row.method} {row.address[:70]}".strip()
            yield Sent(kind, what, row.times, tuple(found))


def _found(row: Row, who: str, town: Town, sender: Sender) -> list[str]:
    """Send the row as often as it says and return each thing that did not hold once, in its order."""
    found: dict[str, None] = {}
    for number in range(row.times):
        places = {**town.places, "owner_number": NUMBERS[0], "n": f"{number:03}"}
        said = replace(row, lacks=filled(row.lacks, places))
        found |= dict.fromkeys(problems(said, sender.send(who, row, places), town.secrets))
    return list(found)


def _on_the_wire(port: int, town: Town) -> Iterator[Sent]:
    before = content()
    for row in wire.ROWS:
        answer = sending.send_bytes(port, row)
        same = Row("visitor", "", "", row.answer, lacks=row.lacks)
        found = [*problems(same, answer, town.secrets), *kept(same, before, before := content())]
        if answer.status >= SERVER_ERROR and not row.why:
            found.append("is an error of the server without a reason")
        yield Sent(WIRE, f"{row.finding} {row.name}".strip(), 1, tuple(found))


def _print(sent: Sequence[Sent]) -> None:
    requests, failed = Counter[str](), Counter[str]()
    for each in sent:
        requests[each.kind] += each.requests
        failed[each.kind] += bool(each.problems)
    rows = Counter(each.kind for each in sent)
    lines = [f"{'kind':<30}{'rows':>6}{'requests':>10}{'not as promised':>17}"]
    lines += [f"{kind:<30}{rows[kind]:>6}{requests[kind]:>10}{failed[kind]:>17}" for kind in rows]
    lines += [f"NOT AS PROMISED: {each.what}: {'; '.join(each.problems)}" for each in sent if each.problems]
    lines.append(
        f"{rows.total()} rows, {requests.total()} requests: " + ("NOT AS PROMISED" if failed.total() else "as promised")
    )
    sys.stdout.write("\n".join(lines) + "\n")
