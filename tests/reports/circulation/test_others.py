"""What annexes tell of other agencies: no small group follows from all of them, with everything that is published."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import reduce
from operator import add
from random import Random

from reports.circulation.content import LEAST_OTHERS, OtherAgencies, SpanFigures
from reports.figures.measures import Figures
from reports.figures.reading import Reading, whole_month, whole_months
from reports.figures.sums import SMALLEST, Key
from reports.periods import ReportPeriod
from reports.public.withholding import Block, judge
from tests.cast import NOW
from tests.reports.public.attacker import Sum, determined

OWN, AGENCIES, TOPICS = 1, range(1, 9), (11, 12, 13, 14)
MONTHS = [whole_month(date(2025, number, 1)) for number in range(1, 7)]
QUARTERS = [ReportPeriod(date(2025, 1, 1), date(2025, 3, 31)), ReportPeriod(date(2025, 4, 1), date(2025, 6, 30))]
HALF = ReportPeriod(date(2025, 1, 1), date(2025, 6, 30))

#: How many cases an agency received of a topic in a month.
type Cell = tuple[int, int, date]
type Cases = Mapping[Cell, int]


def random_cases(dice: Random) -> Cases:
    """Return cases of which most topics have enough everywhere, and some in some months hardly any."""
    cases = {
        (each, topic, month.first): dice.randint(2, 9) for each in AGENCIES for topic in TOPICS for month in MONTHS
    }
    for topic, month in dice.sample([*itertools.product(TOPICS, MONTHS)], k=4):
        few = dice.sample(AGENCIES, k=dice.randint(0, 6))
        cases |= {(each, topic, month.first): dice.randint(0, 2) if each in few else 0 for each in AGENCIES}
    return cases


def part(period: ReportPeriod, cases: Cases) -> SpanFigures:
    months = {month.first for month in whole_months(period)}
    by_topic: dict[tuple[Key, ...], Figures] = {
        (each, topic): Figures({"received": sum(cases[each, topic, month] for month in months)})
        for each, topic in itertools.product(AGENCIES, TOPICS)
    }
    by_agency = {(each,): reduce(add, (by_topic[each, topic] for topic in TOPICS)) for each in AGENCIES}
    return SpanFigures(reading(period, by_agency, NOW), reading(period, by_topic, NOW))


def reading(period: ReportPeriod, rows: Mapping[tuple[Key, ...], Figures], at: datetime) -> Reading:
    return Reading(period, rows, at, at)


def others(period: ReportPeriod, cases: Cases) -> OtherAgencies:
    return OtherAgencies(OWN, part(period, cases), [part(month, cases) for month in whole_months(period)])


def cells(agencies: Sequence[int], topics: Sequence[int], months: Sequence[ReportPeriod]) -> Sum[Cell]:
    return dict.fromkeys(itertools.product(agencies, topics, [month.first for month in months]), 1)


def told(period: ReportPeriod, cases: Cases) -> Iterator[Sum[Cell]]:
    """Yield the sums that the annex of a period tells its agency about others."""
    annex, months = others(period, cases), whole_months(period)
    received = annex.received(TOPICS)
    if annex.tells("received"):
        yield cells(AGENCIES[1:], TOPICS, months)
    yield from (cells(AGENCIES[1:], [topic], months) for topic in TOPICS if received[topic] is not None)


def published(periods: Sequence[ReportPeriod], cases: Cases) -> Iterator[Sum[Cell]]:
    """Yield the sums that the public tables of these releases show."""
    blocks = []
    for period in periods:
        rows = part(period, cases).agencies.rows
        blocks.append(
            Block(period.first, period.last, {str(key): (each.amount("received"),) for (key,), each in rows.items()})
        )
    for period, judged in zip(periods, judge(blocks), strict=True):
        if judged.is_published:
            yield cells(AGENCIES, TOPICS, whole_months(period))
        yield from (cells([each], TOPICS, whole_months(period)) for each in AGENCIES if judged.shows(str(each)))


def is_small(group: Sum[Cell], cases: Cases) -> bool:
    """Tell whether a group has one to four cases, or cases of one to four agencies of several it adds up."""
    number = sum(cases[cell] for cell in group)
    agencies = {cell[0] for cell in group}
    with_cases = {cell[0] for cell in group if cases[cell]}
    return 0 < number < SMALLEST or (len(agencies) > 1 and 0 < len(with_cases) < LEAST_OTHERS)


def test_no_small_group_of_others_follows_from_all_annexes_and_everything_published() -> None:
    """An agency that keeps its annexes of months, quarters and halves, and knows its cases, subtracts in vain."""
    dice, hidden, shown = Random(3), 0, 0
    own = [cells([OWN], [topic], [month]) for topic in TOPICS for month in MONTHS]
    for _ in range(60):
        cases = random_cases(dice)
        periods = dice.sample([*MONTHS, *QUARTERS, HALF], k=dice.randint(3, 9))
        annexes = [each for period in periods for each in told(period, cases)]
        known = [*annexes, *published(periods, cases), *own]
        spans = [MONTHS[first:last] for first in range(6) for last in range(first + 1, 7)]
        small = [
            group
            for span in spans
            for group in (
                *(cells(AGENCIES[1:], [topic], span) for topic in TOPICS),
                *(cells([each], TOPICS, span) for each in AGENCIES[1:]),
            )
            if is_small(group, cases)
        ]
        assert determined(known, small) == []
        together = [group for span in spans if is_small(group := cells(AGENCIES[1:], TOPICS, span), cases)]
        assert determined([*annexes, *own], together) == []
        hidden, shown = hidden + len(small), shown + len(annexes)
    assert hidden > 100
    assert shown > 300


def test_what_one_month_may_not_tell_its_quarter_and_half_do_not_tell_either() -> None:
    cases = {(each, topic, month.first): 5 for each in AGENCIES for topic in TOPICS for month in MONTHS}
    cases |= {(each, topic, MONTHS[2].first): 0 for each in AGENCIES[4:] for topic in (11, 12)}
    cases |= {(each, 13, MONTHS[3].first): 0 for each in AGENCIES}
    expected = {
        MONTHS[2]: {11: None, 12: None, 13: 35, 14: 35},
        # That nobody got any in April is no group; March has too few of others.
        MONTHS[3]: {11: 35, 12: 35, 13: 0, 14: 35},
        QUARTERS[0]: {11: None, 12: None, 13: 105, 14: 105},
        QUARTERS[1]: {11: 105, 12: 105, 13: 70, 14: 105},
        HALF: {11: None, 12: None, 13: 175, 14: 210},
    }
    assert {period: others(period, cases).received(TOPICS) for period in expected} == expected
    assert all(others(period, cases).tells("received") for period in expected)
    # Days that cut a month could be subtracted from it.
    cut = OtherAgencies(OWN, part(HALF, cases), [])
    assert (cut.tells("received"), set(cut.received(TOPICS).values())) == (False, {None})
    assert whole_months(ReportPeriod(date(2025, 1, 1), date(2025, 3, 30))) == ()
    # A month before the service began tells nothing, and hides nothing.
    cases |= {(each, topic, MONTHS[0].first): 0 for each in AGENCIES for topic in TOPICS}
    assert others(QUARTERS[0], cases).tells("received")
    cases |= {(2, 11, MONTHS[0].first): 30}
    assert not others(QUARTERS[0], cases).tells("received")
