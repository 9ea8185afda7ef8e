"""Which cases a number counts: those of its sources that the figures' own statement counts, page by page.

The entries of some cases at a time are looked at, as they are kept or by the statement of ``reports.figures.entries``,
so that a list holds exactly the cases of its number and costs what a page costs.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connections
from django.db.models import Min, Q
from django.utils import timezone

from agencies import successions
from agencies.models import current_calendar
from agencies.successions import Continuity
from complaints.models import Case, CaseQuerySet, Refusal
from kit import keyset, replica
from kit.keyset import PAGE
from reports.drill.lists import CountedList
from reports.drill.sources import Source
from reports.figures.day_table import day_table
from reports.figures.entries import entries
from reports.figures.scopes import Scope
from reports.models.amounts import FLOWS
from reports.periods import ReportPeriod

#: Cases that are judged in one statement, and statements for one page: then the reader goes on by the next page.
AT_ONCE: Final = 100
MOST_STATEMENTS: Final = 5
_MARK: Final = re.compile(r"([0-9])\.(.{0,40})")


@dataclass(frozen=True)
class CountedPage:
    """The cases of one page by key, in order, and the mark after which the next one begins (empty on the last)."""

    keys: Sequence[int]
    next: str


@dataclass(frozen=True)
class Question:
    """Which of ``cases`` are counted in ``period`` and ``scope`` as they stood at its end or stand at ``at``.

    ``is_kept`` tells whether entries are kept, so that they are read and not counted.
    """

    cases: CaseQuerySet
    counted: CountedList
    period: ReportPeriod
    scope: Scope
    at: datetime
    is_kept: bool = False

    @property
    def end(self) -> datetime:
        """The moment until which things count."""
        return min(self.period.ends_at, self.at)


def counted_page(question: Question, *, after: str = "") -> CountedPage:
    """Return a page of the cases that ``question`` asks for, beginning after a mark.

    A few statements, whatever the number. A page may be short although others follow: where few of many cases count,
    the search pauses.
    """
    continued = successions.continuity(on=timezone.localdate(question.at))
    found: list[int] = []
    for statements, batch in enumerate(_batches(question, continued, after), start=1):
        for key, mark in _those_counted(batch, question, continued):
            found.append(key)
            if len(found) == PAGE:
                return CountedPage(found, mark)
        if statements == MOST_STATEMENTS:
            return CountedPage(found, batch[-1][1])
    return CountedPage(found, "")


def _batches(question: Question, continued: Continuity, after: str) -> Iterator[list[tuple[int, str]]]:
    """Yield cases of the sources with their marks, so many at once; the sources one after the other."""
    first, mark = _read(after)
    cases = _in_scope(question, continued)
    sources = question.counted.sources(cases, question.period.starts_at, question.end)
    for place, source in enumerate(sources):
        if place < first:
            continue
        mark = mark if place == first else None
        while True:
            batch = _ordered(source, mark)
            if batch:
                yield [(key, f"{place}.{written}") for key, written in batch]
            if len(batch) < AT_ONCE:
                break
            mark = keyset.read(batch[-1][1])


def _read(after: str) -> tuple[int, keyset.Mark | None]:
    found = _MARK.fullmatch(after)
    return (int(found[1]), keyset.read(found[2])) if found else (0, None)


def _ordered(source: Source, mark: keyset.Mark | None) -> list[tuple[int, str]]:
    order = source.order
    rows = order.after(source.cases, mark).order_by(*order.columns)[:AT_ONCE]
    return [(case.pk, order.mark(case)) for case in rows.only("pk", *filter(None, [order.moment]))]


def limited(cases: CaseQuerySet, scope: Scope) -> CaseQuerySet:
    """Return those of ``cases`` that have the topic, kind, channel and place of ``scope``, of any agency."""
    parts = {"topic": scope.topics, "kind": scope.kinds, "channel": scope.channels, "governorate": scope.governorates}
    for name, keys in parts.items():
        if keys is not None:
            cases = cases.filter(column_in(name, keys))
    return cases


def _in_scope(question: Question, continued: Continuity) -> CaseQuerySet:
    """Return the cases of the scope; of its agencies also those that they have refused since the period began."""
    cases, agencies = limited(question.cases, question.scope), question.scope.agencies
    if agencies is None:
        return cases
    own = {*agencies, *(old for key in agencies for old in _predecessors(continued, key))}
    known = [key for key in own if isinstance(key, int)]
    passed_on = Refusal.objects.filter(agency__in=known, at__gte=question.period.starts_at)
    return cases.filter(column_in("agency", own) | Q(pk__in=passed_on.order_by().values("case")))


def _predecessors(continued: Continuity, agency: object) -> Sequence[int]:
    return continued.predecessors().get(agency, ()) if isinstance(agency, int) else ()


def column_in(name: str, keys: Collection[object]) -> Q:
    """Return the condition that a column has one of ``keys``, of which None is "nothing"."""
    found = Q(**{f"{name}__in": [key for key in keys if key is not None]})
    return found | Q(**{f"{name}__isnull": True}) if None in keys else found


# ---- which of them count ----


def _those_counted(
    batch: Sequence[tuple[int, str]], question: Question, continued: Continuity
) -> Iterator[tuple[int, str]]:
    """Yield those of ``batch`` that count, in their order; one statement, and one for the calendar."""
    counted = _counted_keys([key for key, _mark in batch], question, continued)
    return ((key, mark) for key, mark in batch if key in counted)


def _counted_keys(keys: Sequence[int], question: Question, continued: Continuity) -> set[int]:
    parameters: dict[str, Any] = {"cases": list(keys), "start": question.period.starts_at, "end": question.end}
    if question.is_kept:
        rows = _rows(_KEPT + _counting(question.counted), parameters)
    else:
        earliest = Case.objects.filter(pk__in=keys).aggregate(first=Min("filed_at"))["first"]
        since = min(earliest or question.period.starts_at, question.period.starts_at)
        days = day_table(current_calendar(), since=since, until=question.end)
        rows = _rows(_FROM_HISTORY + _counting(question.counted), parameters | dict(days.parameters))
    wanted = question.scope.agencies
    return {
        case
        for case, agency, topic, governorate in rows
        if wanted is None or continued.agency(agency, topic, governorate) in wanted
    }


def _rows(statement: str, parameters: dict[str, Any]) -> list[Any]:
    with connections[replica.database()].cursor() as cursor:
        cursor.execute(statement, parameters)
        rows: list[Any] = cursor.fetchall()
        return rows


_FROM_HISTORY: Final = entries("cases.id = ANY(%(cases)s)")
#: The same entries as they are kept, as the number was read that led here.
_KEPT: Final = "WITH entry AS (SELECT * FROM reports_figureentry WHERE case_id = ANY(%(cases)s))"


def _counting(counted: CountedList) -> str:
    """Return the end of a statement: the cases whose amounts are more than nothing, with their agencies."""
    more = " + ".join(_amount(name) for name in counted.plus)
    less = "".join(f" - {_amount(name)}" for name in counted.minus)
    return f"""
        SELECT case_id, agency_id, topic_id, governorate_id FROM entry
        WHERE moment < %(end)s
        GROUP BY case_id, agency_id, topic_id, governorate_id
        HAVING {more}{less} > 0"""  # noqa: S608 - names of ours


def _amount(name: str) -> str:
    """Return the sum of an amount: of the period by its origin if it is a flow, else of all time."""
    within = " FILTER (WHERE origin >= %(start)s)" if name in FLOWS else ""
    return f"coalesce(sum({name}){within}, 0)"
