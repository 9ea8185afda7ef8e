"""The one way to read figures: of a period, of a part of the cases, broken down by dimensions.

Figures stand for the end of the period, or for ``Reading.as_of`` while it lasts. Work that another agency does today is
counted for that agency (``agencies.successions``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any, Final, cast

from django.utils import timezone

from agencies import successions
from agencies.calendar import WorkingCalendar
from agencies.models import current_calendar
from agencies.successions import Continuity
from complaints.models import Case
from kit import replica
from reports.figures import from_history, from_totals
from reports.figures.from_totals import EVERYTHING, TotalsRequest
from reports.figures.measures import Figures, needed
from reports.figures.scopes import Dimension, Key, Scope
from reports.figures.sums import Cell, Sums
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
        sums = from_history.count(period.starts_at, end, by=columns, scope=scope)
        _follow(rows, sums, columns, by=by, scope=scope, continued=continued)
        return rows, end
    for each in _questions(question, continued):
        sums = from_totals.count(period.starts_at, end, each, as_of=kept, parted=continued.parted, calendar=calendar)
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
        kept = from_totals.kept_until()
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
    if from_totals.kept_until() is None:
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
