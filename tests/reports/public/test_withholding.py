"""No cell of one to four can be computed from what is published: sums, differences of periods, and their order."""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from random import Random

import pytest

from reports.public.withholding import LEAST, TOTAL, Block, Judged, is_small, judge
from tests.reports.public.attacker import Sum, determined

#: Nine months: a year of three quarters is enough to subtract from, and quick to solve.
MONTHS = [(date(2026, month, 1), date(2026, month, 28)) for month in range(1, 10)]
QUARTERS = [(MONTHS[start][0], MONTHS[start + 2][1]) for start in (0, 3, 6)]
YEAR = (MONTHS[0][0], MONTHS[-1][1])
AGENCIES = ("a", "b", "c", "d", "e")

#: An agency in a month.
type Cell = tuple[str, int]
#: Two counts of each agency in each month.
type Cases = Mapping[Cell, tuple[int, int]]


def random_cases(dice: Random) -> Cases:
    most = dice.choice((3, 8, 20))
    return {
        (agency, month): (dice.randint(0, most), dice.randint(0, most)) for agency in AGENCIES for month in range(9)
    }


def releases(cases: Cases, dice: Random) -> list[Block]:
    """Return releases of some months, quarters and the year, made in any order."""
    periods = dice.sample([*MONTHS[:6], *QUARTERS, YEAR], k=dice.randint(1, 10))
    return [_block(first, last, cases) for first, last in periods]


def _block(first: date, last: date, cases: Cases) -> Block:
    months = _months(first, last)
    rows = {
        agency: tuple(sum(cases[agency, month][place] for month in months) for place in (0, 1)) for agency in AGENCIES
    }
    return Block(first, last, {agency: counts for agency, counts in rows.items() if any(counts)})


def _months(first: date, last: date) -> frozenset[int]:
    return frozenset(number for number, (begins, ends) in enumerate(MONTHS) if first <= begins and ends <= last)


def sum_of(agencies: Iterable[str], months: Iterable[int]) -> Sum[Cell]:
    """Return the sum of these agencies and months, each cell once."""
    return dict.fromkeys(itertools.product(agencies, months), 1)


def published(judged: list[Judged]) -> Iterator[Sum[Cell]]:
    """Return what a reader of all releases knows: each shown row, and each total, as sums of months."""
    for one in judged:
        months = _months(one.block.first, one.block.last)
        if one.is_published:
            yield sum_of(AGENCIES, months)
        yield from (sum_of((code,), months) for code in AGENCIES if one.shows(code))


def groups(judged: list[Judged]) -> Iterator[Sum[Cell]]:
    """Return every cell, and what longer periods leave over beside shorter ones, as sums of months."""
    spans = {_months(one.block.first, one.block.last) for one in judged}
    spans |= {outer - inner for outer, inner in itertools.product(spans, spans) if inner < outer}
    for span, code in itertools.product(spans, (*AGENCIES, TOTAL)):
        yield sum_of((code,) if code != TOTAL else AGENCIES, span)


@pytest.mark.parametrize("seed", range(4))
def test_no_small_cell_follows_from_everything_that_was_published(seed: int) -> None:
    dice, hidden, shown = Random(seed), 0, 0
    for _ in range(60):
        cases = random_cases(dice)
        judged = judge(releases(cases, dice))
        known = list(published(judged))
        for place in (0, 1):
            small = [one for one in groups(judged) if 0 < sum(cases[cell][place] for cell in one) < LEAST]
            assert determined(known, small) == []
            hidden += len(small)
        shown += sum(one.shows(code) for one in judged for code in one.block.rows)
        together = [one.block.sums(one.withheld) for one in judged if one.is_published]
        assert not any(map(is_small, together))
    assert hidden > 100
    assert shown > 100


def test_the_attacker_finds_what_subtraction_reveals() -> None:
    """A year and two of its three quarters reveal the third; an agency that is withheld alone stands in the total."""
    year: Sum[str] = dict.fromkeys(("q1", "q2", "q3"), 1)
    assert determined([year, {"q1": 1}, {"q2": 1}], [{"q3": 1}]) == [{"q3": 1}]
    assert determined([year, {"q1": 1}], [{"q3": 1}, {"q2": 1}]) == []


def test_what_was_published_stays_as_it_was() -> None:
    dice = Random(5)
    blocks = releases(random_cases(dice), dice)
    for number in range(len(blocks)):
        assert judge(blocks)[:number] == judge(blocks[:number])


def test_one_small_agency_takes_the_next_smallest_with_it() -> None:
    block = Block(*QUARTERS[0], {"a": (3, 9), "b": (7, 8), "c": (50, 60), "d": (0, 40)})
    assert judge([block])[0].withheld == {"a", "b"}


def test_a_correction_withholds_what_its_first_version_withheld() -> None:
    first = Block(*QUARTERS[0], {"a": (3, 9), "b": (7, 8), "c": (50, 60)})
    second = Block(*QUARTERS[0], {"a": (9, 9), "b": (7, 8), "c": (44, 60)})
    assert [one.withheld for one in judge([first, second])] == [{"a", "b"}] * 2
