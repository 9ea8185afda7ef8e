"""Where the cases of a number are looked for among kept figures: the newest act first, or the case that waits longest.

Candidates certainly hold the cases and are read some hundred at a time, each lot after the mark of the one before;
``counted`` keeps those that count. Acts are kept entries in the order of an index, of all agencies or of each. What
stands at the end of a period is looked for among the cases that are open today and those closed since.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connections
from django.db.models import Q

from complaints.models import Case, CaseQuerySet, Refusal
from complaints.workflow import State
from kit import keyset, replica
from kit.keyset import Mark, Order
from reports.drill.lists import CountedList
from reports.figures.scopes import Dimension, Key, Scope
from reports.figures.sums import scope_condition
from reports.models.amounts import AGE_DAYS

#: Acts and standing cases that are read and judged at a time; of the acts nearly all count.
AT_ONCE: Final = 100
STANDING_AT_ONCE: Final = 150
_PLACED: Final = re.compile(r"([0-9])\.(.{0,40})")


@dataclass(frozen=True)
class Candidate:
    """A case, the mark after which the next ones stand, and the moment of the act that it is listed by, if it is."""

    case: int
    mark: str
    origin: datetime | None = None


@dataclass(frozen=True)
class Span:
    """From when and until when something counts, and for whom: ``agencies`` with those before them, None for all.

    With a ``cause`` only cases of which an objection was accepted for it then are looked for.
    """

    start: datetime
    end: datetime
    scope: Scope
    agencies: Collection[Key] | None
    cause: str | None = None


def limited(cases: CaseQuerySet, scope: Scope) -> CaseQuerySet:
    """Return those of ``cases`` that have the topic, kind, channel and place of ``scope``, of any agency."""
    parts = {"topic": scope.topics, "kind": scope.kinds, "channel": scope.channels, "governorate": scope.governorates}
    for name, keys in parts.items():
        if keys is not None:
            cases = cases.filter(column_in(name, keys))
    return cases


def column_in(name: str, keys: Collection[object]) -> Q:
    """Return the condition that a column has one of ``keys``, of which None is "nothing"."""
    found = Q(**{f"{name}__in": [key for key in keys if key is not None]})
    return found | Q(**{f"{name}__isnull": True}) if None in keys else found


# ---- what happened ----


def adds(counted: CountedList) -> str:
    """Return the SQL that tells whether an entry adds to a list; a case that counts has one that does."""
    among = f"{counted.among} > 0 AND " if counted.among else ""
    some = among + "(" + " OR ".join(f"{name} > 0" for name in counted.plus) + ")"
    more = " + ".join(f"coalesce({name}, 0)" for name in counted.plus)
    less = "".join(f" - coalesce({name}, 0)" for name in counted.minus)
    return f"({some} AND {more}{less} > 0)" if less else f"({some})"


def acts(counted: CountedList, span: Span, after: str) -> Iterator[list[Candidate]]:
    """Yield the entries that add to a list, the newest act first; a statement each time."""
    statement, parameters = _acts(counted, span)
    origin, case = keyset.read(after) or (span.end, 0)
    while True:
        given = {**parameters, "origin": origin, "case": case}
        with connections[replica.database()].cursor() as cursor:
            cursor.execute(statement, given)
            rows: list[tuple[int, datetime]] = cursor.fetchall()
        if rows:
            yield [Candidate(key, keyset.write(at, key), at) for key, at in rows]
        if len(rows) < AT_ONCE:
            return
        case, origin = rows[-1]


#: Where few of the acts have the cause, they are found here and not one by one among the cases.
_FOR_CAUSE: Final = """EXISTS (
    SELECT FROM complaints_objection AS objection
    WHERE objection.case_id = entry.case_id AND objection.ruling = 'upheld' AND objection.cause = %(cause)s
        AND objection.ended_at >= %(start)s AND objection.ended_at < %(end)s
)"""


def _acts(counted: CountedList, span: Span) -> tuple[str, dict[str, Any]]:
    parameters: dict[str, Any] = {"start": span.start, "end": span.end, "cause": span.cause}
    others = tuple(each for each in Dimension if each != Dimension.AGENCY)
    every = f"""
        SELECT case_id, origin FROM reports_figureentry AS entry
        WHERE {adds(counted)} AND origin >= %(start)s AND moment < %(end)s
            AND (origin, case_id) < (%(origin)s, %(case)s) AND {"true" if span.cause is None else _FOR_CAUSE}
            AND {scope_condition(span.scope, others, parameters)}"""  # noqa: S608 - names of ours
    order = f"ORDER BY origin DESC, case_id DESC LIMIT {AT_ONCE}"
    if span.agencies is None:
        return f"{every} {order}", parameters
    # Agency by agency, so that each keeps the order of its index.
    parameters["agencies"] = [key for key in span.agencies if key is not None]
    found = f"""SELECT found.* FROM unnest(%(agencies)s::bigint[]) AS agency (id)
        CROSS JOIN LATERAL ({every} AND agency_id = agency.id {order}) AS found"""  # noqa: S608 - the same
    if None in span.agencies:
        found += f" UNION ALL SELECT * FROM ({every} AND agency_id IS NULL {order}) AS found"  # noqa: S608 - the same
    return f"{found} {order}", parameters


# ---- what stands ----


@dataclass(frozen=True)
class _Source:
    """A set of cases, and the order in which an index holds them."""

    cases: CaseQuerySet
    order: Order


def standing(counted: CountedList, span: Span, after: str) -> Iterator[list[Candidate]]:
    """Yield the cases that were not closed at the end: those open today, the oldest first, then those closed since."""
    place, mark = _read(after)
    sources = _sources(counted, span)
    for number in range(place, len(sources)):
        while True:
            batch = _read_source(sources[number], number, mark)
            if batch:
                yield batch
            if len(batch) < STANDING_AT_ONCE:
                break
            mark = _read(batch[-1].mark)[1]
        mark = None


def _sources(counted: CountedList, span: Span) -> Sequence[_Source]:
    cases = limited(Case.objects.all(), span.scope).filter(filed_at__lt=span.end)
    first, last = AGE_DAYS.get(counted.plus[0], (0, None))
    cases = cases.filter(filed_at__lt=span.end - timedelta(days=first)) if first else cases
    cases = cases.filter(filed_at__gte=span.end - timedelta(days=last)) if last else cases
    if span.agencies is None:
        return _open_at(cases, span.end)
    # What an agency has refused since was its own then; each by itself, so that each keeps its index.
    known = [key for key in span.agencies if isinstance(key, int)]
    refused = Refusal.objects.filter(agency__in=known, at__gte=span.start).order_by().values("case")
    own = column_in("agency", span.agencies)
    gone = cases.exclude(own).filter(pk__in=refused).filter(~Q(state=State.CLOSED) | Q(closed_at__gte=span.end))
    return [*_open_at(cases.filter(own), span.end), _Source(gone, Order())]


def _open_at(cases: CaseQuerySet, end: datetime) -> Sequence[_Source]:
    """Return those open today, and those closed since, of which the first ones were open longest before the end."""
    return [
        _Source(cases.exclude(state=State.CLOSED), Order()),
        _Source(cases.filter(state=State.CLOSED, closed_at__gte=end), Order("closed_at")),
    ]


def _read(after: str) -> tuple[int, Mark | None]:
    found = _PLACED.fullmatch(after)
    return (int(found[1]), keyset.read(found[2])) if found else (0, None)


def _read_source(source: _Source, place: int, mark: Mark | None) -> list[Candidate]:
    order = source.order
    rows = order.after(source.cases, mark).order_by(*order.columns)[:STANDING_AT_ONCE]
    found = rows.using(replica.database()).only("pk", *filter(None, [order.moment]))
    return [Candidate(case.pk, f"{place}.{order.mark(case)}") for case in found]
