"""What a page costs in processor time, in the web process and in PostgreSQL, and what a case takes of the disk.

Processor time depends little on what else the machine does, so that the figures hold on a busy machine too.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import REPORT_READERS
from complaints.models import Case
from tests.bench import figures, pages, preparation, progress
from tests.bench.pages import Act


@dataclass(frozen=True)
class Cost:
    """Milliseconds of processor time that one request takes."""

    name: str
    web: float
    database: float


def main(arguments: list[str]) -> int:
    """Measure and print."""
    asked = _parse(arguments)
    preparation.prepare()
    world, _cases = figures._fill(asked.cases)
    _print([_cost(act, asked.repeat) for act in [*pages._acts(world), _report()]])
    progress.say("Packing the tables …")
    _print_sizes()
    return 0


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.py bench capacity", description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000, help="cases to make up")
    parser.add_argument(
        "--repeat",
        type=int,
        default=15,
        help="runs of each page; one person may file no more in a day than about twenty",
    )
    return parser.parse_args(arguments)


def _report() -> Act:
    at = timezone.now()
    reader = next(user for user in User.objects.filter(is_staff=True) if user.authority(at).has(REPORT_READERS))
    client, address = pages.sign_in(reader), reverse("reports")
    return Act("report (month)", lambda: client.get(address))


def _cost(act: Act, repeat: int) -> Cost:
    """Run a page ``repeat`` times after a first time, and share what all of them took."""
    pages._run(act)
    web = database = 0.0
    backend = _backend()
    for _ in progress.follow(range(repeat), f"Page '{act.name}': round"):
        act.prepare()
        before = time.process_time(), _processor_seconds(backend)
        answer = act.do()
        web += time.process_time() - before[0]
        database += _processor_seconds(backend) - before[1]
        if answer.status_code != act.status:
            message = f"{act.name} answered {answer.status_code}"
            raise RuntimeError(message)
    return Cost(act.name, web / repeat * 1000, database / repeat * 1000)


def _backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def _processor_seconds(process: int) -> float:
    """Return the processor time of another process of this machine, in the kernel and outside of it."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _print(costs: list[Cost]) -> None:
    lines = [f"{'page':<18}{'web ms':>8}{'database ms':>13}{'a second, web core':>20}{'database core':>15}"]
    for cost in costs:
        of_database = f"{1000 / cost.database:.0f}" if cost.database else "–"
        lines.append(f"{cost.name:<18}{cost.web:>8.1f}{cost.database:>13.1f}{1000 / cost.web:>20.0f}{of_database:>15}")
    sys.stdout.write("\n".join([*lines, ""]))


# The simulation moves each case through its steps within one transaction, which leaves all earlier rows behind.
SIZES = """
    SELECT relname, pg_total_relation_size(oid), pg_relation_size(oid) FROM pg_class
    WHERE relkind = 'r' AND relname LIKE 'complaints\\_%' ORDER BY 2 DESC
"""


def _print_sizes() -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM FULL")
        cursor.execute(SIZES)
        tables = cursor.fetchall()
    cases = Case.objects.count()
    whole = ("all", sum(size for _name, size, _rows in tables), sum(rows for _name, _size, rows in tables))
    lines = [f"{name:<26}{size / cases:>10,.0f}{rows / cases:>10,.0f}" for name, size, rows in [whole, *tables[:6]]]
    sys.stdout.write("\n".join([f"{'bytes a case':<26}{'whole':>10}{'rows':>10}", *lines, ""]))
