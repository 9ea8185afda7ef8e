"""How long a backup takes, and how long the way back into a fresh database, on a cluster that keeps what it is told.

Cases are made up with all their rows, and with the messages and attempts that they would have; attachments are not,
since how fast files are copied is a matter of the disk. A million cases are reckoned from two sizes, not measured.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from config.devstack import servers, throwaway
from tests.bench import progress

MILLION, GOAL_HOURS = 1_000_000, 2
MESSAGES_OF_A_CASE, PORTION = 4, 5_000
CITIZENS_OF_CASES = 3
#: The guard of the holdings, as it is and as it was.
GUARD = "ALTER TABLE complaints_holding ADD CONSTRAINT measured EXCLUDE USING gist ({})"
SPAN = "tstzrange(started_at, ended_at, '[)') WITH &&"
GUARDS = {"case first": f"case_id WITH =, {SPAN}", "span first": f"{SPAN}, case_id WITH ="}

type Seconds = dict[str, float]


def main(arguments: list[str]) -> int:
    """Measure and print; return 1 when a million cases would take longer than the goal."""
    asked = _parse(arguments)
    with throwaway.folder() as base, servers.postgres(base / "postgres") as cluster:
        os.environ |= servers.make_database(cluster, "app") | {"MEDIA_ROOT": str(base / "media")}
        import django

        django.setup()
        found = {}
        for cases in sorted({asked.cases // 4, asked.cases}):
            found[cases] = _measure(cases, cluster, base, asked)
    return _print(found)


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.py bench restore", description=__doc__)
    parser.add_argument("--cases", type=int, default=50_000, help="cases of the larger of two sizes")
    parser.add_argument("--jobs", type=int, default=2, help="tables and indexes at a time")
    parser.add_argument("--guards", action="store_true", help="build the guard of the holdings in both of its forms")
    return parser.parse_args(arguments)


def _measure(cases: int, cluster: str, base: Path, asked: argparse.Namespace) -> Seconds:
    from django.utils import timezone

    from config.backup import making, restoring
    from config.database_roles import as_owner
    from tests.backup.clusters import connected_to

    found: Seconds = {}
    with connected_to(servers.make_database(cluster, f"cases_{cases}")), as_owner():
        _fill(cases)
        with _timed("backup", found):
            backup, _ = making.make(base / "backups", at=timezone.now(), jobs=asked.jobs)
    found["MB of the backup"] = sum(file.stat().st_size for file in backup.rglob("*") if file.is_file()) / 1e6
    with connected_to(servers.make_database(cluster, f"restored_{cases}")), as_owner():
        steps = _Steps(found)
        with _timed("restore", found):
            restoring.restore(backup, replace=False, jobs=asked.jobs, say=steps.begin)
            steps.end()
        if asked.guards:
            found |= dict(_guards())
    return found


def _fill(cases: int) -> None:
    from django.core.management import call_command
    from django.utils import timezone

    from complaints.simulation.generate import generate
    from tests.bench.world import make_world

    call_command("migrate", verbosity=0)
    call_command("load_reference", verbosity=0, stdout=io.StringIO())
    now = timezone.now()
    world = make_world(citizens=cases // CITIZENS_OF_CASES)
    follow = progress.portions("Making up cases", whole=cases)
    generate(cases, world=world, seed=1, since=now - timedelta(days=365), until=now, follow=follow)
    _owe(cases * MESSAGES_OF_A_CASE)


def _owe(messages: int) -> None:
    """Write so many messages and an attempt of each: copies of one, each encrypted for its own row."""
    from django.db import transaction
    from django.utils import timezone

    from accounts.identity.key_rotation import encrypted_fields
    from complaints.simulation.generate import _insert
    from notifications import outbox
    from notifications.models import Attempt, Lane
    from tests.faults import town

    with transaction.atomic():
        (one,) = outbox.owe([town.notice(0)], occasion="restore:0", at=timezone.now(), lane=Lane.NOTICES)
    one.refresh_from_db()
    for field in encrypted_fields(type(one)):
        getattr(one, field)  # decrypted now, so that each copy is encrypted for its own row
    for start in progress.follow(range(1, messages, PORTION), "Making up messages", size=PORTION):
        made = []
        for number in range(start, min(start + PORTION, messages)):
            message = copy(one)
            message.pk, message.occasion, message.token = uuid4(), f"restore:{number}", f"{number:08x}"
            made.append(message)
        with transaction.atomic():
            _insert(type(one), made)
            Attempt.objects.bulk_create(
                Attempt(
                    message=message, number=1, fence=1, carrier="twilio", outcome="accepted", ended_at=one.created_at
                )
                for message in made
            )


def _guards() -> Iterator[tuple[str, float]]:
    """Build the guard of the holdings in both of its forms, as a restore does, and yield the seconds of each."""
    from django.db import connection

    found: Seconds = {}
    for name, expressions in GUARDS.items():
        progress.say(f"Building the guard of the holdings, {name} …")
        with connection.cursor() as cursor, _timed(f"guard, {name}", found):
            cursor.execute(GUARD.format(expressions))
            cursor.execute("ALTER TABLE complaints_holding DROP CONSTRAINT measured")
    yield from found.items()


@contextmanager
def _timed(name: str, found: Seconds) -> Iterator[None]:
    began = time.monotonic()
    yield
    found[name] = time.monotonic() - began


class _Steps:
    """The seconds of each step that a restore says it begins."""

    def __init__(self, found: Seconds) -> None:
        self._found, self._name, self._began = found, "", 0.0

    def begin(self, name: str) -> None:
        """Take the time of the step before, and begin this one."""
        self.end()
        progress.say(name)
        self._name, self._began = name, time.monotonic()

    def end(self) -> None:
        """Take the time of the step that was begun last."""
        if self._name:
            self._found[f"  {self._name.rstrip(' …').lower()}"] = time.monotonic() - self._began


def _print(found: dict[int, Seconds], to: Callable[[str], object] = sys.stdout.write) -> int:
    """Print the seconds at both sizes, and what a million would take on the line through them."""
    small, large = sorted(found)
    to(f"{'':<44}{small:>12,}{large:>12,}{'1,000,000 (reckoned)':>24}\n")
    for name, seconds in found[large].items():
        to(f"{name:<44}{found[small].get(name, 0):>12.1f}{seconds:>12.1f}{_reckoned(name, found):>24,.0f}\n")
    hours = _reckoned("restore", found) / 3600
    to(f"A restore of {MILLION:,} cases would take {hours:.1f} hours; the goal is {GOAL_HOURS}.\n")
    return int(hours > GOAL_HOURS)


def _reckoned(name: str, found: dict[int, Seconds]) -> float:
    """Return the value at a million cases, on the line through the two sizes; noise does not let it fall."""
    small, large = sorted(found)
    first, second = found[small].get(name, 0.0), found[large][name]
    return second + max(0.0, second - first) / (large - small) * (MILLION - large)
