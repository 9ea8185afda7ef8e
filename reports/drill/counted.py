"""Which cases a number counts: those whose entries add up to something, as they are kept or counted from the history.

A list holds exactly the cases of its number, and costs what a page costs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.db import connections
from django.utils import timezone

from agencies import successions
from agencies.successions import Continuity
from complaints.models import CaseQuerySet
from kit import keyset, replica
from kit.keyset import PAGE
from reports.drill import candidates
from reports.drill.candidates import AT_ONCE, Candidate, Span
from reports.drill.lists import CountedList
from reports.figures import from_history, reading
from reports.figures.scopes import Key, Scope
from reports.models.amounts import FLOWS
from reports.periods import ReportPeriod

#: Lots of candidates that are judged for one page: then the reader goes on by the next page.
MOST_LOTS: Final = 5
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class CountedPage:
    """The cases of one page by key, in order, and the mark after which the next one begins (empty on the last)."""

    keys: Sequence[int]
    next: str


@dataclass(frozen=True)
class Question:
    """Which of ``cases`` are counted in ``period`` and ``scope`` as they stood at its end or stand at ``at``.

    ``is_kept`` tells whether entries are kept, so that they are read and not counted. With a ``cause`` all ``cases``
    are such of which an objection was accepted for it.
    """

    cases: CaseQuerySet
    counted: CountedList
    period: ReportPeriod
    scope: Scope
    at: datetime
    is_kept: bool = False
    cause: str | None = None

    @property
    def end(self) -> datetime:
        """The moment until which things count."""
        return min(self.period.ends_at, self.at)


def counted_page(question: Question, *, after: str = "") -> CountedPage:
    """Return a page of the cases that ``question`` asks for, beginning after a mark.

    A few statements, whatever the number. A page may be short although others follow: where few of many cases count,
    the search pauses. Raises ``FiguresBeingCounted``.
    """
    found: dict[int, str] = {}
    for number, lot in enumerate(_lots(question, after), start=1):
        shown = set(question.cases.filter(pk__in=[each.case for each in lot.counted]).values_list("pk", flat=True))
        for each in lot.counted:
            if each.case in shown:
                found.setdefault(each.case, each.mark)
        keys = list(found)
        if len(keys) > PAGE:
            return CountedPage(keys[:PAGE], found[keys[PAGE - 1]])
        if number == MOST_LOTS:
            return CountedPage(keys, lot.mark)
    return CountedPage(list(found), "")


@dataclass(frozen=True)
class _Lot:
    """Candidates that were judged at a time: those that count, in order, and the mark after the last of them all."""

    counted: Sequence[Candidate]
    mark: str


def _lots(question: Question, after: str) -> Iterator[_Lot]:
    continued = successions.continuity(on=timezone.localdate(question.at))
    if not question.is_kept:
        yield from _from_history(question, continued, after)
        return
    find = candidates.acts if question.counted.is_of_acts else candidates.standing
    agencies = _agencies(question.scope, continued)
    span = Span(question.period.starts_at, question.end, question.scope, agencies, question.cause)
    for lot in find(question.counted, span, after):
        newest = _newest(_kept([each.case for each in lot], question), question.scope, continued)
        # A case of several acts is listed by the newest one.
        counted = [each for each in lot if each.case in newest and each.origin in {None, newest[each.case]}]
        yield _Lot(counted, lot[-1].mark)


def _agencies(scope: Scope, continued: Continuity) -> set[Key] | None:
    """Return the agencies of a scope and those whose work they do, None for all."""
    if scope.agencies is None:
        return None
    earlier = continued.predecessors()
    before = (old for key in scope.agencies if isinstance(key, int) for old in earlier.get(key, ()))
    return {*scope.agencies, *before}


# ---- which of them count ----

type _Row = tuple[int, int | None, int | None, int | None, datetime | None]


def _newest(rows: Iterable[_Row], scope: Scope, continued: Continuity) -> Mapping[int, datetime]:
    """Return the cases that count for the agencies of ``scope``, each with the moment of its newest act."""
    found: dict[int, datetime] = {}
    for case, agency, topic, governorate, origin in rows:
        if scope.agencies is None or continued.agency(agency, topic, governorate) in scope.agencies:
            found[case] = max(origin or _EPOCH, found.get(case, _EPOCH))
    return found


def _kept(keys: Sequence[int], question: Question) -> Sequence[_Row]:
    return _rows(_KEPT + _counting(question.counted), {"cases": list(keys), **_moments(question)})


def _from_history(question: Question, continued: Continuity, after: str) -> Iterator[_Lot]:
    """Yield all cases that count, by one statement over the history of so few cases that it can be read at once."""
    reading.refuse_while_counted()
    statement, parameters = from_history.chosen_entries(question.period.starts_at, question.end, question.scope)
    rows = _rows(statement + _counting(question.counted), parameters | _moments(question)) if statement else ()
    newest = _newest(rows, question.scope, continued)
    mark = keyset.read(after)
    if question.counted.is_of_acts:
        order = sorted(((origin, case) for case, origin in newest.items()), reverse=True)
        order = [each for each in order if mark is None or each < mark]
    else:
        order = [(_EPOCH, case) for case in sorted(newest) if mark is None or case > mark[1]]
    for first in range(0, len(order), AT_ONCE):
        lot = [Candidate(case, keyset.write(origin, case)) for origin, case in order[first : first + AT_ONCE]]
        yield _Lot(lot, lot[-1].mark)


def _moments(question: Question) -> dict[str, Any]:
    return {"start": question.period.starts_at, "end": question.end}


def _rows(statement: str, parameters: dict[str, Any]) -> Sequence[_Row]:
    with connections[replica.database()].cursor() as cursor:
        cursor.execute(statement, parameters)
        rows: list[_Row] = cursor.fetchall()
        return rows


#: The entries as they are kept, as the number was read that led here.
_KEPT: Final = "WITH entry AS (SELECT * FROM reports_figureentry WHERE case_id = ANY(%(cases)s))"


def _counting(counted: CountedList) -> str:
    """Return the end of a statement: the cases whose amounts are more than nothing, by agency, and their newest act."""
    more = " + ".join(_amount(name) for name in counted.plus)
    less = "".join(f" - {_amount(name)}" for name in counted.minus)
    return f"""
        SELECT case_id, agency_id, topic_id, governorate_id, max(origin) FILTER (WHERE {candidates.adds(counted)})
        FROM entry WHERE moment < %(end)s
        GROUP BY case_id, agency_id, topic_id, governorate_id
        HAVING {more}{less} > 0"""  # noqa: S608 - names of ours


def _amount(name: str) -> str:
    """Return the sum of an amount: of the period by its origin if it is a flow, else of all time."""
    within = " FILTER (WHERE origin >= %(start)s)" if name in FLOWS else ""
    return f"coalesce(sum({name}){within}, 0)"
