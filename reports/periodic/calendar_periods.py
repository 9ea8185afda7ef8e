"""Months, quarters and years: which one some days are, and the ones before."""

from __future__ import annotations

from datetime import date

from reports.figures.reading import compared
from reports.models import ReportKind
from reports.periods import DAY, MONTHS_OF_A_QUARTER, ReportPeriod

MONTHS = {ReportKind.MONTH: 1, ReportKind.QUARTER: MONTHS_OF_A_QUARTER, ReportKind.YEAR: 12}


def starting(kind: ReportKind, first: date) -> ReportPeriod:
    """Return the calendar period of ``kind`` in which ``first`` lies."""
    length = MONTHS[kind]
    begin = date(first.year, first.month - (first.month - 1) % length, 1)
    return ReportPeriod(begin, _months_later(begin, length) - DAY)


def period_kind(period: ReportPeriod) -> ReportKind:
    """Return which calendar period ``period`` is exactly, else a span."""
    return next((kind for kind in MONTHS if starting(kind, period.first) == period), ReportKind.SPAN)


def latest(kind: ReportKind, *, today: date, number: int) -> list[ReportPeriod]:
    """Return the last ``number`` calendar periods that are over on ``today``, the newest first."""
    running = starting(kind, today)
    return up_to(running, number=number + 1)[-2::-1]


def up_to(period: ReportPeriod, *, number: int) -> list[ReportPeriod]:
    """Return ``number`` periods, the last of which is ``period``, the earliest first."""
    found = [period]
    while len(found) < number:
        found.insert(0, compared(found[0])[0])
    return found


def _months_later(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)
