"""What an annex tells of all agencies but its own: what each month of its period would tell by itself, and no more.

The annexes of months, quarters and years can be subtracted from one another. So a number about others is told only if
the period and each whole month in it may tell it. What all annexes of an agency tell together is then made of sums of
what its months tell, and no subtraction finds a smaller group. A period that cuts a month tells nothing of others.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final

from reports.figures.measures import Figures
from reports.figures.reading import Reading, read, whole_months
from reports.figures.scopes import Dimension, Key
from reports.figures.suppression import SMALLEST, withheld_groups
from reports.periods import ReportPeriod

#: Other agencies that got cases, fewer of which are not added up: somebody could tell which ones they are.
LEAST_OTHERS: Final = 5
_NOTHING: Final = Figures()


@dataclass(frozen=True)
class SpanFigures:
    """The period of a report, or a month in it: its figures by agency, and by agency and topic."""

    agencies: Reading
    topics: Reading

    def own(self, agency: int) -> Figures:
        """Return the figures of one agency."""
        return self.agencies.rows.get((agency,), _NOTHING)

    def others(self, agency: int) -> Figures:
        """Return the figures of all agencies but one, added up."""
        return Figures.together(each for (key,), each in self.agencies.rows.items() if key != agency)

    def may_tell(self, measure: str, agency: int) -> bool:
        """Tell whether ``agency`` may read a measure of others: of nobody, or of enough agencies and cases."""
        number = sum(key not in {agency, None} for key in self._with_cases)
        base = self.agencies.total.base(measure) - self.own(agency).base(measure)
        return base == 0 if number == 0 else number >= LEAST_OTHERS and not 0 < base < SMALLEST

    def received(self, agency: int) -> Mapping[Key, int]:
        """Return how many cases of each topic all agencies but one received."""
        return {topic: sum(others.values()) for topic, others in self._by_topic(agency).items()}

    def withheld_topics(self, agency: int) -> frozenset[Key]:
        """Return the topics whose cases ``agency`` may not read of others, and those that the sum of all would tell."""
        by_topic = self._by_topic(agency)
        few = {topic for topic, others in by_topic.items() if 0 < len(others) < LEAST_OTHERS}
        return withheld_groups(self.received(agency), hidden=few)

    @cached_property
    def _with_cases(self) -> Collection[Key]:
        return [key for (key,), each in self.agencies.rows.items() if each.amount("received")]

    @cached_property
    def _received(self) -> Sequence[tuple[Key, Key, int]]:
        rows = ((agency, topic, each.amount("received")) for (agency, topic), each in self.topics.rows.items())
        return [row for row in rows if row[2]]

    def _by_topic(self, agency: int) -> Mapping[Key, Mapping[Key, int]]:
        found: dict[Key, dict[Key, int]] = {}
        for key, topic, number in self._received:
            if key != agency:
                found.setdefault(topic, {})[key] = number
        return found


def read_part(period: ReportPeriod, *, at: datetime) -> SpanFigures:
    """Read one part: two readings."""
    return SpanFigures(
        read(period, by=(Dimension.AGENCY,), at=at), read(period, by=(Dimension.AGENCY, Dimension.TOPIC), at=at)
    )


def read_months(period: ReportPeriod, *, at: datetime) -> tuple[SpanFigures, ...]:
    """Read the whole months of ``period`` that have begun, none if it cuts one: two readings each."""
    return tuple(read_part(month, at=at) for month in whole_months(period) if month.starts_at < at)


@dataclass(frozen=True)
class OtherAgencies:
    """What ``agency`` may read of all others in the ``period`` of its annex, which is made of ``months``."""

    agency: int
    period: SpanFigures
    months: Sequence[SpanFigures]

    @cached_property
    def figures(self) -> Figures:
        """The figures of all others together, whether they may be told or not."""
        return self.period.others(self.agency)

    def tells(self, measure: str) -> bool:
        """Tell whether a measure of all others may be read."""
        return bool(self.months) and all(each.may_tell(measure, self.agency) for each in self._parts)

    def received(self, topics: Collection[Key]) -> Mapping[Key, int | None]:
        """Return how many cases of ``topics`` the others received, None where that is withheld."""
        numbers, withheld = self.period.received(self.agency), self._withheld_topics
        return {topic: None if topic in withheld or not self.months else numbers.get(topic, 0) for topic in topics}

    @property
    def _parts(self) -> Sequence[SpanFigures]:
        return (self.period, *self.months)

    @cached_property
    def _withheld_topics(self) -> frozenset[Key]:
        return frozenset[Key]().union(*(each.withheld_topics(self.agency) for each in self._parts))
