"""Proves that kept figures equal the figures counted from the history, and names each difference."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import connection
from django.db.models import Max, Min

from agencies.calendar import AMMAN
from agencies.models import current_calendar
from complaints.models import Case
from reports.figures import kept, sources
from reports.figures.entries import COLUMNS, entries
from reports.figures.kept import BATCH, Follow, nobody
from reports.figures.reading import whole_month
from reports.figures.sums import day_table, next_month
from reports.models import FigureChange, FigureEntry


@dataclass(frozen=True)
class Difference:
    """One number that is kept otherwise than it is counted: where it stands, and both values."""

    where: str
    name: str
    kept: object
    counted: object

    def __str__(self) -> str:
        return f"{self.where}: {self.name} is kept as {self.kept} and counted as {self.counted}"


class NotBuilt(Exception):
    """The figures are not kept yet, or are being built."""


def differences(*, follow: Follow = nobody) -> Iterator[Difference]:
    """Yield every difference: of the entries of each case first, then of each month by each dimension.

    Cases that changed since the last refresh are left out of the first, and those that retention deleted: no history
    is left to count them by. Raises ``NotBuilt``.
    """
    as_of = sources.kept_until()
    if as_of is None:
        raise NotBuilt
    yield from _of_entries(as_of, follow)
    yield from _of_months(as_of, follow)


# ---- the entries of each case ----

_COLUMNS: Final = ", ".join(COLUMNS)
_COMPARE: Final = f"""{entries("cases.id > %(after)s AND cases.id <= %(last)s")},
kept AS (
    SELECT {_COLUMNS} FROM reports_figureentry WHERE case_id > %(after)s AND case_id <= %(last)s
),
differing AS (
    SELECT 'kept' AS source, {_COLUMNS} FROM (SELECT {_COLUMNS} FROM kept EXCEPT ALL SELECT {_COLUMNS} FROM entry) AS a
    UNION ALL
    SELECT 'counted', {_COLUMNS} FROM (SELECT {_COLUMNS} FROM entry EXCEPT ALL SELECT {_COLUMNS} FROM kept) AS b
)
SELECT case_id, source, jsonb_strip_nulls(to_jsonb(differing) - 'source' - 'case_id') FROM differing
WHERE case_id NOT IN (SELECT case_id FROM reports_figurechange)
    AND case_id NOT IN (SELECT case_key FROM complaints_deletedcase) ORDER BY case_id, moment, source
"""  # noqa: S608 - names of ours


def _of_entries(as_of: datetime, follow: Follow) -> Iterator[Difference]:
    last = max(
        Case.objects.aggregate(last=Max("pk"))["last"] or 0,
        FigureEntry.objects.aggregate(last=Max("case_id"))["last"] or 0,
    )
    since: datetime | None = Case.objects.aggregate(since=Min("filed_at"))["since"]
    days = day_table(current_calendar(), since=since or as_of, until=as_of)
    for after in range(0, last, BATCH):
        with connection.cursor() as cursor:
            cursor.execute(_COMPARE, {"after": after, "last": after + BATCH, **days.parameters})
            for case, source, entry in cursor.fetchall():
                is_kept = source == "kept"
                yield Difference(f"case {case}", "an entry", entry if is_kept else None, None if is_kept else entry)
        follow("cases", min(after + BATCH, last), last)


# ---- the sums of each month ----


def _of_months(as_of: datetime, follow: Follow) -> Iterator[Difference]:
    first: datetime | None = FigureEntry.objects.aggregate(first=Min("moment"))["first"]
    months = list(_months((first or as_of).astimezone(AMMAN).date(), as_of.astimezone(AMMAN).date()))
    for number, month in enumerate(months, start=1):
        if FigureChange.objects.exists():
            # Counting sees what the sums are still to be told: the entries above are the proof.
            return
        yield from _of_month(month, as_of)
        follow("months", number, len(months))


def _months(first: date, last: date) -> Iterator[date]:
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = next_month(month)


def _of_month(month: date, as_of: datetime) -> Iterator[Difference]:
    """Compare the sums of a month with its entries, which are compared with the history above."""
    period = whole_month(month)
    start, end = period.starts_at, min(period.ends_at, as_of)
    if start >= end:
        return
    for source, row in kept.differing(start, end):
        is_kept = source == "kept"
        yield Difference(f"{month:%Y-%m}", "a sum", row if is_kept else None, None if is_kept else row)
