"""How long each party held a case, in working time: whole minutes that add up to the whole."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import accumulate

from django.utils.translation import gettext, ngettext

from agencies.calendar import AMMAN, WorkingCalendar
from complaints.models import Case, Holding
from complaints.workflow import Holder
from kit.unit import unit_name

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class HeldSpan:
    """One holder of a case, since when and until when, and its whole working minutes."""

    name: str
    holder: Holder
    since: datetime
    until: datetime | None
    minutes: int

    @property
    def words(self) -> str:
        """Return the time in words."""
        return minutes_words(self.minutes)


@dataclass(frozen=True)
class TimeHeld:
    """One party and the whole working minutes it held a case, over all its spans."""

    name: str
    holder: Holder
    minutes: int
    is_now: bool

    @property
    def words(self) -> str:
        """Return the time in words."""
        return minutes_words(self.minutes)


class WorkingTime:
    """Working time between moments of one span of days, each day looked up in the calendar once.

    Counts like ``WorkingCalendar.working_minutes``, but keeps the seconds, so that parts add up to the whole.
    """

    def __init__(self, calendar: WorkingCalendar, since: datetime, until: datetime) -> None:
        self._calendar = calendar
        self._first, self._last = _local_day(since), _local_day(until)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Return the working time from ``start`` to ``end``, both within the span; none when ``end`` is not later."""
        return max(timedelta(), self._until(end) - self._until(start))

    def _until(self, moment: datetime) -> timedelta:
        """Return the working time from the first day of the span to ``moment``."""
        place = bisect_right(self._days, _local_day(moment)) - 1
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
    found: dict[Holder, int] = defaultdict(int)
    for span in held_spans(list(case.holdings.select_related("agency", "directorate")), at=at, calendar=calendar):
        found[span.holder] += span.minutes
    return dict(found)


def working_time(holdings: Sequence[Holding], *, at: datetime, calendar: WorkingCalendar) -> WorkingTime:
    """Return the working time for the span from the first of ``holdings``, oldest first, to ``at``."""
    ends = [at, *(_end(row, at) for row in holdings)]
    return WorkingTime(calendar, holdings[0].started_at if holdings else at, max(ends))


def held_spans(holdings: Sequence[Holding], *, at: datetime, calendar: WorkingCalendar) -> list[HeldSpan]:
    """Return the spans of a case until ``at`` with their working time.

    ``holdings`` are the case's, oldest first, with their agency and directorate.
    """
    clock = working_time(holdings, at=at, calendar=calendar)
    minutes = whole_minutes([clock.between(row.started_at, _end(row, at)) for row in holdings])
    return [
        HeldSpan(holder_name(row), Holder(row.holder), row.started_at, row.ended_at, length)
        for row, length in zip(holdings, minutes, strict=True)
    ]


def whole_minutes(times: Sequence[timedelta]) -> list[int]:
    """Return ``times`` in minutes that add up to the whole minutes of their sum.

    Each is rounded down; the minutes that are left go to the largest remainders.
    """
    minutes = [time // _MINUTE for time in times]
    left = sum(times, timedelta()) // _MINUTE - sum(minutes)
    for place in sorted(range(len(times)), key=lambda place: times[place] % _MINUTE, reverse=True)[:left]:
        minutes[place] += 1
    return minutes


def held_by(spans: Iterable[HeldSpan]) -> list[TimeHeld]:
    """Return each party that held a case, in the order of its first span, with its working time."""
    found: dict[tuple[str, str], TimeHeld] = {}
    for span in spans:
        before = found.get((span.holder, span.name))
        minutes = span.minutes + (before.minutes if before else 0)
        found[span.holder, span.name] = TimeHeld(span.name, span.holder, minutes, span.until is None)
    return list(found.values())


def holder_name(holding: Holding) -> str:
    """Return who held the case: the directorate or the agency by name, other parties by their kind."""
    where = holding.directorate or holding.agency
    if where is not None:
        return where.name
    return unit_name() if holding.holder == Holder.CMU else str(Holder(holding.holder).label)


def working_words(time: timedelta) -> str:
    """Return a length of working time in hours, or in minutes below one hour, rounded down."""
    if time < _MINUTE:
        return gettext("less than a working minute")
    if time < _HOUR:
        count = time // _MINUTE
        return ngettext("%(count)s working minute", "%(count)s working minutes", count) % {"count": count}
    count = time // _HOUR
    return ngettext("%(count)s working hour", "%(count)s working hours", count) % {"count": count}


def minutes_words(minutes: int) -> str:
    """Return working time in hours and minutes."""
    hours, rest = divmod(minutes, 60)
    words = working_words(_MINUTE * minutes)
    if not hours or not rest:
        return words
    rest_words = ngettext("%(count)s minute", "%(count)s minutes", rest) % {"count": rest}
    return gettext("%(hours)s and %(minutes)s") % {"hours": words, "minutes": rest_words}


def _end(holding: Holding, at: datetime) -> datetime:
    return holding.ended_at or at


def _local_day(moment: datetime) -> date:
    return moment.astimezone(AMMAN).date()
