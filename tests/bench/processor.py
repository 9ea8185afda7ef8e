"""Processor time of this process, its children and PostgreSQL: what else the machine does cannot falsify it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from django.db import connection

TICKS = os.sysconf("SC_CLK_TCK")


def processor_seconds() -> float:
    """Return the processor time spent so far by this process, its finished children and the server; Linux only."""
    return sum(os.times()[:4]) + _server_seconds()


def _server_seconds() -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = int(cursor.fetchone()[0])
    stats = dict(_stats())
    parent, _, _ = stats[backend]
    # What a backend spent is added to its parent's account when it ends.
    living = sum(own for above, own, _ in stats.values() if above == parent)
    return living + stats[parent][1] + stats[parent][2]


def _stats() -> Iterator[tuple[int, tuple[int, float, float]]]:
    """Yield each process with its parent, its own seconds and those of its ended children."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        own, ended = (sum(int(field) for field in fields[first : first + 2]) / TICKS for first in (11, 13))
        yield int(entry.name), (int(fields[1]), own, ended)
