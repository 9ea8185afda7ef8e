"""Figures from either source: counted from the history of the cases, or read from kept sums; both must agree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import connections
from django.db.backends.utils import CursorWrapper

from agencies.calendar import AMMAN, WorkingCalendar
from agencies.models import current_calendar
from kit import replica
from kit.prepared import bindable, preparing_cursor
from reports.figures.entries import entries
from reports.figures.kept import DAY_SETS, SETS, rolled_up
from reports.figures.measures import DAYS_OF, NAMES
from reports.figures.sums import (
    MONTH,
    WEIGHTS,
    DayTable,
    Dimension,
    Scope,
    Sums,
    amount_columns,
    day_table,
    next_month,
    scope_condition,
    weights,
)
from reports.models import FigureState
from reports.models.figures import DAYS, HOLDERS, STOCKS

#: The cases that can count: filed before the end, and open or changed since the start.
WHICH = """cases.filed_at < %(end)s AND (
        cases.closed_at IS NULL OR cases.changed_at >= %(start)s OR cases.reference IN (
            SELECT reference FROM notifications_message WHERE state = 'undeliverable' AND settled_at >= %(start)s
        ) OR cases.id IN (
            SELECT answer.case_id FROM reports_audititem AS item
            JOIN complaints_answer AS answer ON answer.id = item.answer_id WHERE item.judged_at >= %(start)s
        )
    )"""
CASE_DIMENSIONS = (Dimension.TOPIC, Dimension.KIND, Dimension.CHANNEL, Dimension.GOVERNORATE)


def count(start: datetime, end: datetime, *, by: Sequence[Dimension], scope: Scope) -> Sums:
    """Count the cases from ``start`` to ``end`` by the agency they were with at the end.

    The agencies of ``scope`` are not looked at: whose work an agency does is the caller's question. Two queries.
    """
    found = Sums.empty()
    chosen = _chosen(start, end, scope)
    if chosen is None:
        return found
    with connections[replica.database()].cursor() as cursor:
        statement = entries(chosen.which) + _sums(by)
        cursor.execute(statement, {**chosen.parameters, **weights(chosen.days, start=start, end=end)})
        for row in cursor.fetchall():
            _add(found, row, width=len(by))
    return found


def chosen_entries(start: datetime, end: datetime, scope: Scope) -> tuple[str, dict[str, Any]]:
    """Return the beginning of a statement over the entries from ``start`` to ``end``, and its parameters; "" for none.

    The agencies of ``scope`` are not looked at. One query.
    """
    chosen = _chosen(start, end, scope)
    return (entries(chosen.which), chosen.parameters) if chosen else ("", {})


@dataclass(frozen=True)
class _Chosen:
    """The SQL that chooses cases, the parameters of their entries, and the calendar that is among them."""

    which: str
    parameters: dict[str, Any]
    days: DayTable


def _chosen(start: datetime, end: datetime, scope: Scope) -> _Chosen | None:
    """Return the cases that can count; None if there are none."""
    parameters: dict[str, Any] = {"start": start, "end": end}
    which = f"{WHICH} AND {scope_condition(scope, CASE_DIMENSIONS, parameters, table='cases.')}"
    with connections[replica.database()].cursor() as cursor:
        cursor.execute(f"SELECT min(filed_at) FROM complaints_case AS cases WHERE {which}", parameters)  # noqa: S608 - names of ours
        since = cursor.fetchone()[0]
    if since is None:
        return None
    days = day_table(current_calendar(), since=min(since, start), until=end)
    return _Chosen(which, {**parameters, **days.parameters}, days)


def _sums(by: Sequence[Dimension]) -> str:
    columns = "".join(f"{dimension}, " for dimension in by)
    keys = columns.rstrip(", ")
    amounts = amount_columns(
        flows="origin >= %(start)s", held="CASE WHEN moment < %(start)s THEN %(whole)s ELSE weight.seconds END"
    )
    return f"""
        SELECT {columns}grouping(decide_days), grouping(answer_days), decide_days, answer_days, {amounts}
        FROM entry {WEIGHTS} ON weight.month = {MONTH}
        WHERE moment < %(end)s
        GROUP BY GROUPING SETS (({keys}), ({columns}decide_days), ({columns}answer_days))"""  # noqa: S608 - names of ours


def _add(found: Sums, row: tuple[Any, ...], *, width: int) -> None:
    cell, days, amounts = row[:width], row[width : width + 4], row[width + 4 :]
    no_decision, no_answer, decide_days, answer_days = days
    if no_decision and no_answer:
        found.add(cell, amounts)
    elif not no_decision and decide_days is not None:
        found.add_days(cell, acts="decided", days=decide_days, number=int(amounts[NAMES.index("decided")] or 0))
    elif not no_answer and answer_days is not None:
        found.add_days(cell, acts="answered", days=answer_days, number=int(amounts[NAMES.index("answered")] or 0))


# ---- Figures read from what is kept: sums of whole months, and the days before and after these. ----
#
# Of all cases together, and of what breakdowns show, these days are kept too; the rest is summed from the entries.


_ENTRIES: Final = "reports_figureentry"
_DAYS: Final = "reports_figureday"
#: The table of days reaches to the end of the last month.
MONTH_AHEAD: Final = timedelta(days=32)
# What a holder had before the period counts for all of it, what it got since for the working time after that month.
_HELD: Final = "CASE WHEN moment < %(start)s THEN %(whole)s ELSE weight.seconds END"
_MONTH_HELD: Final = """CASE WHEN kept.month < %(start_month)s THEN %(whole)s
    WHEN kept.month >= %(full_month)s THEN weight.seconds ELSE 0 END"""


#: Everything that can be read: the amounts, and how many acts took how many working days.
EVERYTHING: Final = frozenset({*NAMES, *DAYS})


@dataclass(frozen=True)
class TotalsRequest:
    """What is to be summed: by what, of which part, and ``agencies``, the SQL that leaves agencies out.

    ``wanted`` are the names of amounts and of days that are read; there is nothing of the others in the answer.
    """

    by: tuple[Dimension, ...]
    scope: Scope
    agencies: str = "true"
    wanted: frozenset[str] = EVERYTHING

    @property
    def needed(self) -> frozenset[Dimension]:
        """The dimensions that the answer depends on."""
        return frozenset({*self.by, *self.scope.dimensions})

    @property
    def names(self) -> tuple[str, ...]:
        """The amounts that are read, in the order of ``NAMES``."""
        return tuple(name for name in NAMES if name in self.wanted)

    @property
    def columns(self) -> frozenset[str]:
        """The columns that are read."""
        by_holder = {f"{what}_{holder}" for holder in HOLDERS if holder in self.wanted for what in ("rest", "held")}
        return (self.wanted - {*HOLDERS}) | by_holder

    @property
    def acts(self) -> list[str]:
        """The acts whose working days are read."""
        return [acts for acts, days in DAYS_OF.items() if days in self.wanted]


@dataclass(frozen=True)
class _Part:
    """Rows of a table, and the SQL that tells what each counts for."""

    table: str
    where: str
    month: str
    flows: str
    stocks: str
    held: str


def kept_until() -> datetime | None:
    """Return the moment up to which figures are kept, None while they are not built."""
    state = FigureState.objects.using(replica.database()).filter(pk=1).values_list("as_of", flat=True)
    return state.first()


def kept_figures(
    start: datetime,
    end: datetime,
    question: TotalsRequest,
    *,
    as_of: datetime,
    parted: Sequence[int] = (),
    from_sums: bool = True,
    calendar: WorkingCalendar | None = None,
) -> Sums:
    """Return the sums from ``start`` to ``end``, at most ``as_of``, by the agency the cases were with at the end.

    ``parted`` are the parameters of ``question.agencies``. Without ``from_sums`` the entries are summed anew. At most
    seven queries, one of them for the ``calendar`` if it is not given.
    """
    found, span = Sums.empty(), _Span(start, end, as_of)
    parameters: dict[str, Any] = {**span.parameters, "parted": list(parted)}
    if not question.wanted.isdisjoint(HOLDERS):
        days = day_table(calendar or current_calendar(), since=start, until=end, ahead=MONTH_AHEAD)
        parameters |= weights(days, start=start, end=end)
    kept = _fewest(SETS, question) if from_sums else None
    with_days = (keys for keys, names in DAY_SETS.items() if question.columns <= set(names))
    days_kept = _fewest(with_days, question) if span.is_of_days else None
    parts = list(span.parts(kept, days_kept)) if kept is not None else [span.every_entry()]
    with preparing_cursor(connections[replica.database()]) as cursor:
        for part in parts:
            _add_part(cursor, found, part, question, parameters)
    return found


#: The dimensions that have the fewest keys first.
_BY_NUMBER: Final = (Dimension.KIND, Dimension.CHANNEL, Dimension.GOVERNORATE, Dimension.AGENCY, Dimension.TOPIC)


def _fewest(sets: Iterable[tuple[Dimension, ...]], question: TotalsRequest) -> tuple[Dimension, ...] | None:
    """Return those of ``sets`` that answer ``question`` from the fewest rows; None if none does."""
    answering = (keys for keys in sets if question.needed <= set(keys))
    return min(answering, key=lambda keys: (len(keys), sorted(map(_BY_NUMBER.index, keys), reverse=True)), default=None)


class _Span:
    """The months and days that a period is made of."""

    def __init__(self, start: datetime, end: datetime, as_of: datetime) -> None:
        self.start, self.end, self.as_of = start, end, as_of
        self.start_month = _month(start)
        is_whole = start == _midnight(self.start_month)
        self.full_month = self.start_month if is_whole else next_month(self.start_month)
        # The sums of the last month go up to ``as_of``: to there, they are all that is needed.
        self.end_month = next_month(_month(end)) if end == as_of else _month(end)

    @property
    def is_of_days(self) -> bool:
        """Tell whether the period is made of whole days, or lasts."""
        return self.start == _midnight(_day(self.start)) and self.end in {self.as_of, _midnight(_day(self.end))}

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters of every part."""
        return {
            "start": self.start,
            "end": self.end,
            "start_month": self.start_month,
            "full_month": self.full_month,
            "end_month": self.end_month,
            "start_month_at": _midnight(self.start_month),
            "full_month_at": _midnight(self.full_month),
            "end_month_at": _midnight(self.end_month),
        }

    def every_entry(self) -> _Part:
        """Return all entries, where no sums are kept by what is asked."""
        return _Part(_ENTRIES, "moment < %(end)s", MONTH, "origin >= %(start)s", "true", _HELD)

    def parts(self, kept: Sequence[Dimension], days_kept: Sequence[Dimension] | None) -> Iterator[_Part]:
        """Yield the sums of whole months, and the days before and after them: the kept ones, or all their entries."""
        edges, which = (_ENTRIES, "true") if days_kept is None else (_DAYS, f"rolled_up = {rolled_up(days_kept)}")
        yield _Part(
            "reports_figuretotal",
            f"rolled_up = {rolled_up(kept)} AND kept.month < %(end_month)s",
            "kept.month",
            "origin_month >= %(full_month)s",
            "true",
            _MONTH_HELD,
        )
        if _midnight(self.end_month) < self.end:
            after = f"{which} AND moment >= %(end_month_at)s AND moment < %(end)s"
            yield _Part(edges, after, MONTH, "origin >= %(start)s", "true", _HELD)
        if self.start_month < min(self.full_month, self.end_month):
            in_month = "moment >= %(start_month_at)s AND moment < %(full_month_at)s"
            before = (
                f"{which} AND moment < %(end_month_at)s AND moment < %(end)s AND ({in_month} OR "
                "(origin >= %(start)s AND origin < %(full_month_at)s))"
            )
            held = f"CASE WHEN {in_month} THEN {_HELD} ELSE 0 END"
            yield _Part(edges, before, MONTH, "origin >= %(start)s", "false", held)


def _add_part(
    cursor: CursorWrapper, found: Sums, part: _Part, question: TotalsRequest, parameters: dict[str, Any]
) -> None:
    keys = "".join(f"{dimension}, " for dimension in question.by)
    width, names, given = len(question.by), question.names, dict(parameters)
    scope = scope_condition(question.scope, tuple(Dimension), given)
    where = f"{part.where} AND {scope} AND {question.agencies}"
    if question.wanted.isdisjoint((*STOCKS, *HOLDERS)):
        # What belongs to the period did not begin to count before it.
        where += f" AND {part.month} >= %(start_month)s"
    counts, rows = f"kept.*, {part.flows} AS flows, {part.stocks} AS stocks", f"{part.table} AS kept"
    if not question.wanted.isdisjoint(HOLDERS):
        counts, rows = f"{counts}, {part.held} AS held", f"{rows} {WEIGHTS} ON weight.month = {part.month}"
    grouped = f"GROUP BY {keys.removesuffix(', ')}" if keys else ""
    # What a row counts for has a name: psycopg remembers short statements only, and reads long ones anew each time.
    amounts = amount_columns(names, flows="flows", stocks="stocks", held="held")
    given = {name: bindable(value) for name, value in given.items()}
    cursor.execute(
        f"SELECT {keys}{amounts} FROM (SELECT {counts} FROM {rows} WHERE {where}) AS kept {grouped}",  # noqa: S608 - names of ours
        given,
    )
    for row in cursor.fetchall():
        found.add(row[:width], row[width:], names)
    if not question.acts:
        return
    cursor.execute(_durations(part, keys, where), given | {"acts": question.acts})
    for *cell, acts, days, number in cursor.fetchall():
        found.add_days(tuple(cell), acts=acts, days=days, number=int(number))


def _durations(part: _Part, keys: str, where: str) -> str:
    if part.table == "reports_figuretotal":
        rows, columns = "reports_figureduration AS kept", "acts, days, sum(number)"
    else:
        rows = f"""{part.table} AS kept CROSS JOIN LATERAL (
            VALUES ('decided', decide_days, decided), ('answered', answer_days, answered)
        ) AS took (acts, days, number)"""
        columns, where = "acts, days, sum(number)", f"days IS NOT NULL AND number <> 0 AND {where}"
    return (
        f"SELECT {keys}{columns} FROM {rows} "  # noqa: S608 - names of ours
        f"WHERE acts = ANY(%(acts)s) AND {part.flows} AND {where} GROUP BY {keys}acts, days"
    )


def _day(moment: datetime) -> date:
    return moment.astimezone(AMMAN).date()


def _month(moment: datetime) -> date:
    return _day(moment).replace(day=1)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=AMMAN)
