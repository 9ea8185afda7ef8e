"""The one way to read figures: of a period, of a part of the cases, broken down by dimensions.

Figures stand for the end of the period, or for ``Reading.as_of`` while it lasts. Work that another agency does today is
counted for that agency (``agencies.successions``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any, Final, cast

from django.db import connections
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from agencies import successions
from agencies.calendar import WorkingCalendar
from agencies.models import Agency, current_calendar
from agencies.successions import Continuity
from complaints.case_text.answers import cause_name
from complaints.models import Case, Objection, ObjectionRuling
from complaints.workflow import Action
from kit import replica
from kit.arabic import fold
from kit.compiled_reads import CompiledRead, numbered
from reports.figures import sources
from reports.figures.measures import Figures, needed
from reports.figures.sources import EVERYTHING, TotalsRequest
from reports.figures.sums import Cell, Dimension, Key, Scope, Sums
from reports.models import FigureState
from reports.periods import DAY, ReportPeriod


class PeriodNotBegun(ValueError):
    """The period lies in the future, so that there is nothing to count."""


class FiguresBeingCounted(Exception):
    """The figures are not kept yet, and there are too many cases to count them while somebody waits.

    ``done`` of ``whole`` is how far the worker is that keeps them.
    """

    def __init__(self, done: int, whole: int) -> None:
        super().__init__(f"{done} of {whole}")
        self.done, self.whole = done, whole

    @property
    def percent(self) -> int:
        """How far the worker is, in whole percent."""
        return 100 * self.done // self.whole if self.whole else 0


#: More cases are not counted from the history while somebody waits: a tenth of a millisecond each, for each period.
MOST_COUNTED: Final = 10_000


class PeriodInverted(ValueError):
    """The period ends before it begins."""


@dataclass(frozen=True)
class Reading:
    """The figures of a period; ``cells`` by the keys of the dimensions asked for, None where a case has none.

    Without a dimension there is one cell, and no row. ``as_of`` is the moment they stand for and ``counted_at`` when
    they were asked for; ``copy_note`` says whether a copy of the database was read, and is empty if not.
    """

    period: ReportPeriod
    cells: Mapping[Cell, Figures]
    as_of: datetime
    counted_at: datetime
    copy_note: str = ""

    @property
    def rows(self) -> Mapping[Cell, Figures]:
        """The figures by the keys of the dimensions asked for."""
        return {} if () in self.cells else self.cells

    @cached_property
    def total(self) -> Figures:
        """The figures of all rows together."""
        return Figures.together(self.cells.values())

    @property
    def is_running(self) -> bool:
        """Tell whether the period's last day was not over."""
        return self.as_of < self.period.ends_at


def read(
    period: ReportPeriod,
    *,
    by: Sequence[Dimension] = (),
    scope: Scope | None = None,
    at: datetime,
    measures: Iterable[str] | None = None,
) -> Reading:
    """Return the figures of ``period`` as they stood at its end, or at ``at`` while it lasts.

    Only what ``measures`` need is read, or amounts among them, and everything without them: working days have many
    rows, what stands goes back to the first case, and each amount costs as much as the next.

    Raises ``PeriodNotBegun`` for a period in the future, ``PeriodInverted`` for one that ends before it begins, and
    ``FiguresBeingCounted``. A constant number of queries.
    """
    if period.last < period.first:
        raise PeriodInverted
    if period.starts_at >= at:
        raise PeriodNotBegun
    wanted = EVERYTHING if measures is None else needed(measures)
    question = TotalsRequest(tuple(by), scope or Scope(), wanted=wanted)
    counted = replica.read(lambda: _read(period, question, at=at))
    rows, as_of = counted.value
    return Reading(period, cells=rows, as_of=as_of, counted_at=at, copy_note=counted.note)


def _read(period: ReportPeriod, question: TotalsRequest, *, at: datetime) -> tuple[Mapping[Cell, Figures], datetime]:
    by, scope = question.by, question.scope
    continued, kept, calendar = _basis(at)
    end = stands_for(period, kept=kept, at=at)
    rows: dict[Cell, Figures] = {}
    if kept is None:
        _refuse_many()
    if kept is None or kept <= period.starts_at:
        columns = _columns(by, scope, continued)
        sums = sources.count(period.starts_at, end, by=columns, scope=scope)
        _follow(rows, sums, columns, by=by, scope=scope, continued=continued)
        return rows, end
    for each in _questions(question, continued):
        sums = sources.kept_figures(period.starts_at, end, each, as_of=kept, parted=continued.parted, calendar=calendar)
        _follow(rows, sums, each.by, by=by, scope=scope, continued=continued)
    return rows, end


def stands_for(period: ReportPeriod, *, kept: datetime | None, at: datetime) -> datetime:
    """Return the moment that figures of ``period`` stand for, which are ``kept`` up to a moment."""
    end = min(period.ends_at, at)
    return end if kept is None or kept <= period.starts_at else min(end, kept)


type _Basis = tuple[Continuity, datetime | None, WorkingCalendar | None]
_known: ContextVar[dict[tuple[str, str, date], Any] | None] = ContextVar("what readings share", default=None)


@contextmanager
def read_together() -> Iterator[None]:
    """Ask once for what the readings within share: who continues whose work, how far figures are kept, the calendar.

    Parts that are kept for a version begin after it was read, and so must what is around them.
    """
    known = _known.get()
    before = _known.set({} if known is None else known)
    try:
        yield
    finally:
        _known.reset(before)


def continued_by(at: datetime) -> Continuity:
    """Return who continues whose work; asked once where readings are made together."""
    day = timezone.localdate(at)
    return _once("continued", day, lambda: successions.continuity(on=day))


def _basis(at: datetime) -> _Basis:
    def ask() -> _Basis:
        kept = sources.kept_until()
        return continued_by(at), kept, current_calendar() if kept else None

    return _once("basis", at, ask)


def _once[Found](name: str, at: date, ask: Callable[[], Found]) -> Found:
    """Return what is asked for, asked once where readings are made together."""
    known, key = _known.get(), (name, replica.database(), at)
    if known is None:
        return ask()
    if key not in known:
        known[key] = ask()
    return cast("Found", known[key])


def refuse_while_counted() -> None:
    """Raise ``FiguresBeingCounted`` if figures are not kept yet and too many cases would have to be counted.

    A few statements.
    """
    if sources.kept_until() is None:
        _refuse_many()


def _refuse_many() -> None:
    cases = Case.objects.order_by("pk")
    if cases[MOST_COUNTED:].exists():
        state = FigureState.objects.filter(pk=1).first() or FigureState()
        whole = cases.values_list("pk", flat=True).last() or 0
        # With all entries written, only their sums are missing.
        raise FiguresBeingCounted(state.position if state.month is None else whole, whole)


def _questions(question: TotalsRequest, continued: Continuity) -> Iterator[TotalsRequest]:
    """Yield what is asked of the kept sums: agencies whose work went to several are asked for by themselves."""
    by, scope = question.by, question.scope
    if scope.agencies is not None:
        earlier = continued.predecessors()
        former = (old for key in scope.agencies if isinstance(key, int) for old in earlier.get(key, ()))
        scope = replace(scope, agencies=scope.agencies | frozenset(former))
    columns = _columns(by, scope, continued)
    if columns == by or not continued.parted:
        yield replace(question, by=columns, scope=scope)
        return
    few = tuple(dict.fromkeys((*by, Dimension.AGENCY)))
    others, parted = (
        "(agency_id IS NULL OR agency_id <> ALL(%(parted)s::bigint[]))",
        "agency_id = ANY(%(parted)s::bigint[])",
    )
    yield replace(question, by=few, scope=scope, agencies=others)
    yield replace(question, by=columns, scope=scope, agencies=parted)


def _columns(by: tuple[Dimension, ...], scope: Scope, continued: Continuity) -> tuple[Dimension, ...]:
    """Return what is counted by: more than is asked for where the agency that does the work today depends on it."""
    needed = list(by)
    if Dimension.AGENCY in by or scope.agencies is not None:
        needed += [Dimension.AGENCY]
        if continued.parted:
            needed += [Dimension.TOPIC, Dimension.GOVERNORATE]
    return tuple(dict.fromkeys(needed))


def _follow(
    rows: dict[Cell, Figures],
    sums: Sums,
    columns: tuple[Dimension, ...],
    *,
    by: tuple[Dimension, ...],
    scope: Scope,
    continued: Continuity,
) -> None:
    """Add the figures to ``rows`` by the dimensions asked for, each for the agency that does the work today."""
    agency, places = Dimension.AGENCY, [columns.index(dimension) for dimension in by]
    for cell, figures in sums.figures().items():
        today = list(cell)
        if agency in columns:
            place = columns.index(agency)
            today[place] = _agency_today(cell, columns, continued)
            if scope.agencies is not None and today[place] not in scope.agencies:
                continue
        shown = tuple([today[place] for place in places])
        rows[shown] = rows[shown] + figures if shown in rows else figures


def _agency_today(cell: Cell, columns: tuple[Dimension, ...], continued: Continuity) -> Key:
    agency = cell[columns.index(Dimension.AGENCY)]
    if agency not in continued.rows:
        return agency
    keys = dict(zip(columns, cell, strict=True))
    topic, governorate = (
        key if isinstance(key, int) else None for key in map(keys.get, (Dimension.TOPIC, Dimension.GOVERNORATE))
    )
    return continued.agency(agency if isinstance(agency, int) else None, topic, governorate)


# ---- beside others ----


def compared(period: ReportPeriod) -> tuple[ReportPeriod, ReportPeriod]:
    """Return the period before, of the same length, and the same period a year earlier.

    Whole months are compared with whole months: before a quarter lies a quarter, not as many days.
    """
    return _before(period), ReportPeriod(_year_earlier(period.first), _year_earlier(period.last, is_last=True))


def _before(period: ReportPeriod) -> ReportPeriod:
    last = period.first - DAY
    if period.first.day == 1 and (period.last + DAY).day == 1:
        return ReportPeriod(_months_earlier(period.first, _months_in(period)), last)
    return ReportPeriod(last - (period.last - period.first), last)


def _months_in(period: ReportPeriod) -> int:
    after = period.last + DAY
    return (after.year - period.first.year) * 12 + after.month - period.first.month


def _months_earlier(month: date, number: int) -> date:
    place = month.year * 12 + month.month - 1 - number
    return date(place // 12, place % 12 + 1, 1)


def _year_earlier(day: date, *, is_last: bool = False) -> date:
    """Return the same day a year earlier; the last day of February stays the last."""
    if is_last and (day + DAY).day == 1:
        return (day + DAY).replace(year=(day + DAY).year - 1) - DAY
    return day.replace(year=day.year - 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)


def series(
    period: ReportPeriod,
    *,
    months: int = 6,
    by: Sequence[Dimension] = (),
    scope: Scope | None = None,
    at: datetime,
    measures: Iterable[str],
) -> tuple[Reading, ...]:
    """Return a reading of ``measures`` in each of the last ``months`` months up to that of ``period``'s end."""
    last = period.last.replace(day=1)
    firsts = [_months_earlier(last, number) for number in reversed(range(months))]
    return tuple(read(whole_month(first), by=by, scope=scope, at=at, measures=measures) for first in firsts)


def whole_month(first: date) -> ReportPeriod:
    """Return the month that begins on ``first``."""
    return ReportPeriod(first, _months_earlier(first, -1) - DAY)


def whole_months(period: ReportPeriod) -> tuple[ReportPeriod, ...]:
    """Return the months that ``period`` is made of; none if it begins or ends within one."""
    if period.first.day != 1 or (period.last + DAY).day != 1:
        return ()
    number = _months_in(period)
    return tuple(whole_month(_months_earlier(period.first, -later)) for later in range(number))


# ---- How long agencies had cases in hand in a period: working time at their desks, and with their
# directorates.
#
# The hours are those of the figures; how many cases there were is counted from the holdings. Time with the citizen,
# the unit or a centre outside is no agency's.


@dataclass(frozen=True)
class TimeRow:
    """One agency: the cases it had in hand, and the whole working hours at its desk and with its directorates.

    Hours of all its cases are added: two cases in hand for an hour are two hours.
    """

    name: str
    cases: int
    desk: int
    directorates: int


#: The columns in the order they are shown.
TIME_COLUMNS = ("cases", "desk", "directorates")

# A case that went from one agency to the one that does its work today is one case.
_CASES: Final = """
    SELECT coalesce(whole.final, held.agency_id), topic_id, governorate_id, count(DISTINCT held.case_id)
    FROM complaints_holding AS held
    LEFT JOIN unnest(%(old)s::bigint[], %(final)s::bigint[]) AS whole (old, final) ON whole.old = held.agency_id
    LEFT JOIN complaints_case AS parted ON parted.id = held.case_id AND held.agency_id = ANY(%(parted)s::bigint[])
    WHERE held.holder IN ('agency', 'directorate') AND held.started_at < %(end)s
        AND (held.ended_at IS NULL OR held.ended_at > %(start)s)
    GROUP BY 1, 2, 3
"""


def time_in_hand(period: ReportPeriod, *, at: datetime) -> tuple[TimeRow, ...]:
    """Return the agencies that had a case in hand in ``period``, until ``at`` while it lasts, the longest time first.

    A constant number of queries; names in the active language. The agency that does the work today has the time.
    """
    reading = read(period, by=(Dimension.AGENCY,), at=at)
    cases = _cases(period.starts_at, reading.as_of, successions.continuity(on=timezone.localdate(at)))
    agencies = Agency.objects.only("name_ar", "name_en").in_bulk(cases)
    rows = [_row(agency.name, cases[key], reading.rows.get((key,), Figures())) for key, agency in agencies.items()]
    return tuple(sorted(rows, key=lambda row: (-(row.desk + row.directorates), fold(row.name))))


def _row(name: str, cases: int, figures: Figures) -> TimeRow:
    return TimeRow(name, cases, int(figures.value("held_desk") or 0), int(figures.value("held_directorate") or 0))


def _cases(start: datetime, end: datetime, continued: Continuity) -> Mapping[int, int]:
    """Return how many cases each agency had in hand; one statement."""
    parted = continued.parted
    whole = {key: continued.agency(key, None, None) for key in continued.rows if key not in parted}
    found: Counter[int] = Counter()
    with connections[replica.database()].cursor() as cursor:
        given: dict[str, Any] = {
            "start": start,
            "end": end,
            "old": list(whole),
            "final": list(whole.values()),
            "parted": parted,
        }
        cursor.execute(_CASES, given)
        for agency, topic, governorate, number in cursor.fetchall():
            found[continued.agency(agency, topic, governorate) or agency] += number
    return found


# ---- Why objections were accepted in a period: how many for each cause, most first. ----


_COLUMNS: Mapping[Dimension, str] = {
    Dimension.TOPIC: "case__topic",
    Dimension.KIND: "case__kind",
    Dimension.CHANNEL: "case__channel",
    Dimension.GOVERNORATE: "case__governorate",
}
#: What decides who does the work of an agency today that went to several.
_PLACE: Final = ("case__topic", "case__governorate")


@dataclass(frozen=True)
class CauseCount:
    """How many objections were accepted for a cause; its ``code`` is empty where none was stated."""

    code: str
    number: int

    @property
    def name(self) -> str:
        """The cause in the active language."""
        return cause_name(self.code)


def upheld_causes(period: ReportPeriod, *, at: datetime, scope: Scope | None = None) -> list[CauseCount]:
    """Return the causes for which objections were accepted in ``period`` until ``at``, most first.

    Counted for the agency that had closed the case, or that does its work today; on the replica, if it is near enough.
    A few statements.
    """
    found = replica.read(lambda: _counted(period, at=at, scope=scope or Scope())).value
    return sorted(
        (CauseCount(code, number) for code, number in found.items()), key=lambda cause: (-cause.number, cause.name)
    )


def accepted_objections(start: datetime, end: datetime, agencies: Collection[int] | None = None) -> QuerySet[Objection]:
    """Return the objections accepted from ``start`` to before ``end``, to answers of ``agencies`` or of all."""
    accepted = Objection.objects.filter(ruling=ObjectionRuling.UPHELD).order_by()
    if agencies is None:
        return accepted.filter(ended_at__gte=start, ended_at__lt=end)
    # By the event of the ruling, whose index begins with the agency.
    return accepted.filter(
        ruling_event__action=Action.UPHOLD,
        ruling_event__agency__in=agencies,
        ruling_event__at__gte=start,
        ruling_event__at__lt=end,
    )


def _counted(period: ReportPeriod, *, at: datetime, scope: Scope) -> Counter[str]:
    limits = {dimension: keys for dimension in _COLUMNS if (keys := scope.of(dimension)) is not None}
    continued = continued_by(at) if scope.agencies is not None else None
    # Whose they are is asked only where it decides: no other table is read for all of them.
    asks_all = scope.agencies is None or None in scope.agencies
    own = () if asks_all else sorted(with_predecessors(scope, at))
    columns = (*(("ruling_event__agency",) if continued else ()), *(_PLACE if continued and continued.parted else ()))
    shape = _Shape(columns, asks_all=asks_all, limits=tuple((name, None in keys) for name, keys in limits.items()))
    values: dict[str, Any] = {"start": period.starts_at, "end": min(period.ends_at, at), **numbered("own", own)}
    for dimension, keys in limits.items():
        values |= numbered(dimension, [key for key in keys if key is not None])
    found: Counter[str] = Counter()
    for cause, *whose, number in _NUMBERS.rows(shape, **values):
        agency, topic, governorate = (*whose, None, None, None)[:3]
        if continued is None or continued.agency(agency, topic, governorate) in (scope.agencies or ()):
            found[cause] += number
    return found


@dataclass(frozen=True)
class _Shape:
    """What objections are counted by besides their cause, and by what they are limited: also to those without it."""

    columns: tuple[str, ...]
    asks_all: bool
    limits: tuple[tuple[Dimension, bool], ...]


def _numbers(shape: _Shape, *, start: datetime, end: datetime, **keys: Any) -> QuerySet[Objection, Any]:
    """Return the accepted objections that ``keys`` leave, counted by cause."""

    def named(name: str) -> list[Any]:
        return [key for each, key in keys.items() if each.rpartition("_")[0] == name]

    accepted = accepted_objections(start, end, None if shape.asks_all else named("own"))
    for dimension, has_nobody in shape.limits:
        column = _COLUMNS[dimension]
        nobody = Q(**{f"{column}__isnull": True}) if has_nobody else Q()
        accepted = accepted.filter(Q(**{f"{column}__in": named(dimension)}) | nobody)
    return accepted.values_list("cause", *shape.columns).annotate(number=Count("pk"))


_NUMBERS: Final = CompiledRead(_numbers)


def with_predecessors(scope: Scope, at: datetime) -> set[int]:
    """Return the agencies of ``scope`` and those whose work, or a part of it, they do today."""
    own = {key for key in scope.agencies or () if isinstance(key, int)}
    earlier = continued_by(at).predecessors()
    return own.union(*(earlier.get(key, ()) for key in own))
