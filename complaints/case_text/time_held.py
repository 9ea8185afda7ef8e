"""How long each party held a case, in working time."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import accumulate

from django.utils.translation import ngettext

from agencies.calendar import AMMAN, WorkingCalendar
from complaints.models import Case, Holding
from complaints.workflow import Holder
from kit.unit import unit_name

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class TimeHeld:
    """One party and the working time it held a case, over all its spans."""

    name: str
    holder: Holder
    time: timedelta
    is_now: bool

    @property
    def minutes(self) -> int:
        """Return the whole working minutes."""
        return self.time // _MINUTE

    @property
    def words(self) -> str:
        """Return the time in words."""
        return working_words(self.time)


class WorkingTime:
    """Working time between moments of one span of days, each day looked up in the calendar once.

    Counts like ``WorkingCalendar.working_minutes``, but keeps the seconds, so that parts add up to the whole.
    """

    def __init__(self, calendar: WorkingCalendar, since: datetime, until: datetime) -> None:
        self._calendar = calendar
        self._first, self._last = _day_of(since), _day_of(until)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Return the working time from ``start`` to ``end``, both within the span; none when ``end`` is not later."""
        return max(timedelta(), self._until(end) - self._until(start))

    def _until(self, moment: datetime) -> timedelta:
        """Return the working time from the first day of the span to ``moment``."""
        place = bisect_right(self._days, _day_of(moment)) - 1
        opened, closed = self._windows[place]
        return self._before[place] + max(timedelta(), min(closed, moment) - opened)

    @cached_property
    def _days(self) -> list[date]:
        return [self._first + _DAY * n for n in range((self._last - self._first).days + 1)]

    @cached_property
    def _windows(self) -> list[tuple[datetime, datetime]]:
        calendar = self._calendar
        return [
            (calendar.opening(day), calendar.closing(day) if calendar.is_working_day(day) else calendar.opening(day))
            for day in self._days
        ]

    @cached_property
    def _before(self) -> list[timedelta]:
        return list(accumulate((closed - opened for opened, closed in self._windows), initial=timedelta()))


# ---- one case ----


def totals(case: Case, *, at: datetime, calendar: WorkingCalendar) -> dict[Holder, int]:
    """Return the working minutes each kind of holder held ``case`` until ``at``; one statement."""
    found: dict[Holder, timedelta] = defaultdict(timedelta)
    rows = list(case.holdings.select_related("agency", "directorate"))
    for held in held_by(rows, at=at, clock=working_time(rows, at=at, calendar=calendar)):
        found[held.holder] += held.time
    return {holder: time // _MINUTE for holder, time in found.items()}


def working_time(holdings: Sequence[Holding], *, at: datetime, calendar: WorkingCalendar) -> WorkingTime:
    """Return the working time for the span from the first of ``holdings``, oldest first, to ``at``."""
    ends = [at, *(_end(row, at) for row in holdings)]
    return WorkingTime(calendar, holdings[0].started_at if holdings else at, max(ends))


def held_by(holdings: Iterable[Holding], *, at: datetime, clock: WorkingTime) -> list[TimeHeld]:
    """Return each party that held a case, in the order of its first span, with its working time until ``at``.

    ``holdings`` are the case's, oldest first, with their agency and directorate; ``clock`` is that of ``working_time``.
    """
    found: dict[tuple[str, str], TimeHeld] = {}
    for row in holdings:
        name, before = holder_name(row), found.get((row.holder, holder_name(row)))
        time = clock.between(row.started_at, _end(row, at)) + (before.time if before else timedelta())
        found[row.holder, name] = TimeHeld(name, Holder(row.holder), time, row.ended_at is None)
    return list(found.values())


def holder_name(holding: Holding) -> str:
    """Return who held the case: the directorate or the agency by name, other parties by their kind."""
    where = holding.directorate or holding.agency
    if where is not None:
        return where.name
    return unit_name() if holding.holder == Holder.CMU else str(Holder(holding.holder).label)


def working_words(time: timedelta) -> str:
    """Return a length of working time in hours, or in minutes below one hour, rounded down."""
    if time < _HOUR:
        count = time // _MINUTE
        return ngettext("%(count)s working minute", "%(count)s working minutes", count) % {"count": count}
    count = time // _HOUR
    return ngettext("%(count)s working hour", "%(count)s working hours", count) % {"count": count}


def _end(holding: Holding, at: datetime) -> datetime:
    return holding.ended_at or at


def _day_of(moment: datetime) -> date:
    return moment.astimezone(AMMAN).date()
