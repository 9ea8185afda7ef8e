"""The memory and the time of the files of a report: a table of many rows as a workbook, CSV and JSON.

Every size is written by a process of its own, whose largest memory the kernel tells.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from reports.documents import pdf
from reports.documents.tree import Column, ColumnKind, Document, Row, Section, Table
from reports.documents.workbook import workbook

#: The most memory that a workbook of a hundred thousand rows may need, in megabytes.
LIMIT = 200
FEW, MANY = 1_000, 100_000
WRITERS: dict[str, Callable[[Document], object]] = {
    "xlsx": workbook,
    "csv": pdf.as_csv_archive,
    "json": pdf.as_json,
}


def main(arguments: list[str]) -> int:
    """Measure and print; return 1 if the workbook needs more than the limit."""
    parser = argparse.ArgumentParser(prog="run.py bench workbook", description=__doc__)
    parser.add_argument("--rows", type=int, default=MANY, help="rows of the large table")
    many = parser.parse_args(arguments).rows
    peaks: dict[str, float] = {}
    sys.stdout.write(f"{'file':<6}{'rows':>10}{'MB':>8}{'s':>8}{'times few':>12}\n")
    for name in WRITERS:
        few, _seconds = measured(name, FEW)
        peaks[name], seconds = measured(name, many)
        sys.stdout.write(f"{name:<6}{FEW:>10,}{few:>8.0f}\n")
        sys.stdout.write(f"{name:<6}{many:>10,}{peaks[name]:>8.0f}{seconds:>8.1f}{peaks[name] / few:>12.2f}\n")
    kept = peaks["xlsx"] <= LIMIT
    sys.stdout.write(f"The workbook needs {peaks['xlsx'] / LIMIT:.2f} of its {LIMIT} MB.\n")
    return 0 if kept else 1


def measured(name: str, rows: int) -> tuple[float, float]:
    """Return the largest memory in megabytes and the seconds of a process that writes one file."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_write, args=(name, rows, theirs))
    process.start()
    found: tuple[float, float] = ours.recv()
    process.join()
    return found


def _write(name: str, rows: int, answers: multiprocessing.connection.Connection) -> None:
    import django

    django.setup()
    document = _document(rows)
    start = time.perf_counter()
    WRITERS[name](document)
    seconds = time.perf_counter() - start
    answers.send((_most_memory(), seconds))


def _most_memory() -> float:
    """Return the most memory of this process since its program began, in megabytes, without what its parent had."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def _document(rows: int) -> Document:
    columns = (
        Column("agency", "الجهة", ColumnKind.TEXT),
        Column("day", "اليوم", ColumnKind.DATE),
        *(Column(f"count-{place}", f"الواردة {place}", ColumnKind.COUNT) for place in range(5)),
        Column("share", "في الموعد", ColumnKind.SHARE),
        Column("days", "أيام العمل", ColumnKind.DAYS),
    )
    table = Table("rows", "الجدول", columns, tuple(_row(at) for at in range(rows)))
    first, last = date(2026, 1, 1), date(2026, 12, 31)
    sections = (Section("rows", "الجدول", tables=(table,)),)
    return Document("تقرير", "ar", first, last, 1, datetime(2027, 1, 1, tzinfo=UTC), sections)


def _row(at: int) -> Row:
    counts = (at % 7919 + place for place in range(5))
    return (
        f"بلدية {at % 300}",
        date(2026, 1 + at % 12, 1 + at % 28),
        *counts,
        Decimal(at % 1001) / 1000,
        Decimal(at % 300) / 10,
    )
