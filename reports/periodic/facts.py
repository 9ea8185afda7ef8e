"""The figures a report is written from, read once for both languages: of its period and of those before it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final

from django.db.models import QuerySet

from agencies.models import Agency, Governorate, Topic
from complaints.models import Channel
from complaints.workflow import Kind
from reports.figures.measures import Figures
from reports.figures.reading import Reading, compared, read, read_together
from reports.figures.scopes import Dimension, Key
from reports.models import ReportKind
from reports.periodic import calendar_periods, phrases
from reports.periods import ReportPeriod

#: How many periods the comparison shows, the report's own among them: of months a year and one, to meet its like.
SHOWN_PERIODS: Final = {ReportKind.MONTH: 13, ReportKind.QUARTER: 5, ReportKind.YEAR: 5, ReportKind.SPAN: 2}
#: What is read of the period, all of it from kept sums: rows of each reading add up to those of its dimensions.
BREAKDOWNS: Final[tuple[tuple[Dimension, ...], ...]] = (
    (Dimension.AGENCY, Dimension.TOPIC),
    (Dimension.KIND,),
    (Dimension.CHANNEL,),
    (Dimension.GOVERNORATE,),
)


@dataclass(frozen=True)
class CaseGroup:
    """The cases of one agency, topic, kind, channel or governorate; ``key`` is None where a case has none."""

    key: Key
    code: str
    name: str
    figures: Figures

    def count(self, measure: str) -> int:
        """Return a measure that is a count; 0 where nothing was counted."""
        return int(self.figures.value(measure) or 0)


@dataclass(frozen=True)
class Earlier:
    """A period the report is compared with."""

    kind: ReportKind
    period: ReportPeriod
    figures: Figures

    @property
    def name(self) -> str:
        """Return the period as it is named within a sentence."""
        return phrases.period_name(self.kind, self.period)

    @property
    def within(self) -> str:
        """Return in which period, or on which day, something was, as it is said within a sentence."""
        return phrases.within_period(self.kind, self.period)

    @property
    def heading(self) -> str:
        """Return the period as it is named by itself."""
        return phrases.period_heading(self.kind, self.period)

    @property
    def received(self) -> int:
        """Return how many cases were received in it."""
        return self.count("received")

    def count(self, measure: str) -> int:
        """Return a measure of all cases that is a count; 0 where nothing was counted."""
        return int(self.figures.value(measure) or 0)


@dataclass(frozen=True)
class Facts:
    """What the sections are written from, read at ``read_at``. ``series`` ends with the period, the earliest first."""

    kind: ReportKind
    period: ReportPeriod
    as_of: datetime
    read_at: datetime
    readings: Mapping[tuple[Dimension, ...], Reading]
    series: Sequence[Earlier]
    before: Earlier
    year_before: Earlier
    named: Mapping[Dimension, Mapping[Key, Agency | Topic | Governorate]]

    @property
    def name(self) -> str:
        """Return the period as it is named within a sentence."""
        return phrases.period_name(self.kind, self.period)

    @property
    def within(self) -> str:
        """Return in which period, or on which day, something was, as it is said within a sentence."""
        return phrases.within_period(self.kind, self.period)

    @cached_property
    def by(self) -> Mapping[Dimension, Mapping[Key, Figures]]:
        """Return the figures by the keys of each dimension."""
        return {
            dimension: _summed(reading.rows, place)
            for dimensions, reading in self.readings.items()
            for place, dimension in enumerate(dimensions)
        }

    @property
    def total(self) -> Figures:
        """Return the figures of all cases."""
        return self.readings[BREAKDOWNS[0]].total

    @property
    def received(self) -> int:
        """Return how many cases were received in the period."""
        return self.count("received")

    @property
    def received_pending(self) -> int:
        """Return how many of them were not closed at its end: what published reports call pending."""
        return self.received - self.total.amount("received_closed")

    def count(self, measure: str) -> int:
        """Return a measure of all cases that is a count; 0 where nothing was counted."""
        return int(self.total.value(measure) or 0)

    @property
    def agencies(self) -> list[CaseGroup]:
        """Return the agencies about which cases were received, most first."""
        return [group for group in self.groups(Dimension.AGENCY) if group.key is not None and group.count("received")]

    def groups(self, dimension: Dimension) -> list[CaseGroup]:
        """Return the groups of a dimension, most received first, then by code, those without a key last."""
        found = [self._group(dimension, key, figures) for key, figures in self.by[dimension].items()]
        return sorted(found, key=_order)

    def topics(self, agency: Key) -> list[CaseGroup]:
        """Return the topics of the cases of an agency, most received first."""
        rows = self.readings[BREAKDOWNS[0]].rows
        found = [
            self._group(Dimension.TOPIC, topic, figure)
            for (of, topic), figure in rows.items()
            if of == agency and figure.value("received")
        ]
        return sorted(found, key=_order)

    def _group(self, dimension: Dimension, key: Key, figures: Figures) -> CaseGroup:
        if key is None:
            return CaseGroup(None, "", phrases.without(dimension), figures)
        match dimension:
            case Dimension.KIND:
                return CaseGroup(key, str(key), str(Kind(str(key)).label), figures)
            case Dimension.CHANNEL:
                return CaseGroup(key, str(key), str(Channel(str(key)).label), figures)
        row = self.named[dimension][key]
        return CaseGroup(key, row.code, row.name, figures)


def _summed(rows: Mapping[tuple[Key, ...], Figures], place: int) -> Mapping[Key, Figures]:
    sums: dict[Key, Figures] = {}
    for keys, figures in rows.items():
        sums[keys[place]] = sums.get(keys[place], Figures()) + figures
    return sums


def _order(group: CaseGroup) -> tuple[bool, int, str]:
    return group.key is None, -group.count("received"), group.code


def steps(kind: ReportKind) -> int:
    """Return how many steps ``gather`` tells about."""
    return len(BREAKDOWNS) + SHOWN_PERIODS[kind] + 1


@read_together()
def gather(kind: ReportKind, period: ReportPeriod, *, at: datetime, tell: Callable[[], None]) -> Facts:
    """Read everything a report of ``period`` is written from; calls ``tell`` after each of ``steps``."""

    def done[T](value: T) -> T:
        tell()
        return value

    readings = {by: done(read(period, by=by, at=at)) for by in BREAKDOWNS}
    whole = readings[BREAKDOWNS[0]]

    def earlier(days: ReportPeriod) -> Earlier:
        total = whole.total if days == period else read(days, at=at).total
        return Earlier(kind, days, total)

    shown = [done(earlier(days)) for days in calendar_periods.up_to(period, number=SHOWN_PERIODS[kind])]
    _before, like = compared(period)
    return Facts(
        kind=kind,
        period=period,
        as_of=whole.as_of,
        read_at=at,
        readings=readings,
        series=shown,
        before=shown[-2],
        year_before=done(next((each for each in shown if each.period == like), None) or earlier(like)),
        named=_named(readings),
    )


def _named(
    readings: Mapping[tuple[Dimension, ...], Reading],
) -> Mapping[Dimension, Mapping[Key, Agency | Topic | Governorate]]:
    work, _kinds, _channels, places = (readings[by].rows for by in BREAKDOWNS)
    return {
        Dimension.AGENCY: _in_bulk(Agency.objects.all(), {agency for agency, _topic in work}),
        Dimension.TOPIC: _in_bulk(Topic.objects.all(), {topic for _agency, topic in work}),
        Dimension.GOVERNORATE: _in_bulk(Governorate.objects.all(), {governorate for (governorate,) in places}),
    }


def _in_bulk[M: Agency | Topic | Governorate](rows: QuerySet[M], keys: set[Key]) -> Mapping[Key, M]:
    found = rows.only("code", "name_ar", "name_en").filter(pk__in=keys - {None})
    return {row.pk: row for row in found}
