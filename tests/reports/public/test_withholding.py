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
#: A month, and how often it was corrected; and an agency in it.
type Edition = tuple[int, int]
type Edited = tuple[str, Edition]
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


def sum_of[Month](agencies: Iterable[str], months: Iterable[Month]) -> Sum[tuple[str, Month]]:
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


def test_no_agency_can_compute_the_small_cell_of_another_from_its_own() -> None:
    """Whoever knows the own cases of every month knows more than any reader: one withheld beside it is not enough."""
    dice, hidden, shown = Random(11), 0, 0
    for _ in range(40):
        some = dice.sample(AGENCIES, k=dice.choice((2, 3, 5)))
        cases = {cell: counts if cell[0] in some else (0, 0) for cell, counts in random_cases(dice).items()}
        judged = judge(releases(cases, dice))
        known, found = list(published(judged)), list(groups(judged))
        for own in some[:2]:
            knows = [*known, *(sum_of((own,), [month]) for month in range(9))]
            for place in (0, 1):
                small = [
                    one
                    for one in found
                    if 0 < sum(cases[cell][place] for cell in one) < LEAST and own not in {code for code, _month in one}
                ]
                assert determined(knows, small) == []
                hidden += len(small)
        shown += sum(one.shows(code) for one in judged for code in one.block.rows)
    assert hidden > 100
    assert shown > 100


def test_of_two_rows_with_cases_a_row_of_nobody_hides_them_and_else_the_table() -> None:
    two: dict[str, tuple[int, ...]] = {"a": (3, 9), "b": (70, 80)}
    beside_nobody = Block(*QUARTERS[0], {**two, "c": (0, 0), "d": (0, 0)})
    assert judge([beside_nobody])[0].withheld == {"a", "b", "c"}
    (alone,) = judge([Block(*QUARTERS[0], two)])
    assert (alone.is_published, alone.shows("b")) == (False, False)


def corrected_releases(dice: Random) -> list[tuple[Block, frozenset[Edition], Cases]]:
    """Return releases of some periods and corrections of them, each with its months and what they hold by then."""
    cases, editions = dict(random_cases(dice)), dict.fromkeys(range(9), 0)
    made: list[tuple[Block, frozenset[Edition], Cases]] = []
    periods = dice.sample([*MONTHS[:3], *QUARTERS[:2], YEAR], k=dice.randint(1, 5))
    for first, last in [*periods, *dice.choices(periods, k=2)]:
        months = _months(first, last)
        if any(block.days == (first, last) for block, _editions, _cases in made):
            for agency in dice.sample(AGENCIES, k=2):
                cell = (agency, min(months))
                first_count, second_count = (max(0, count + dice.choice((0, 2, -3, 6, 15))) for count in cases[cell])
                cases[cell] = (first_count, second_count)
            editions |= {month: editions[month] + 1 for month in months}
        made.append((_block(first, last, cases), frozenset((month, editions[month]) for month in months), dict(cases)))
    return made


def corrected_groups(made: list[tuple[Block, frozenset[Edition], Cases]], place: int) -> Iterator[Sum[Edited]]:
    """Return the sums of one to four: rows, what a period leaves over, and what a correction changes in a row."""
    for (outer, editions, _cases), (inner, within, _before) in itertools.product(made, made):
        for code in (*AGENCIES, TOTAL):
            agencies = (code,) if code != TOTAL else AGENCIES
            whole, part = outer.counts(code)[place], inner.counts(code)[place]
            if 0 < whole < LEAST:
                yield sum_of(agencies, editions)
            if within < editions and 0 < whole - part < LEAST:
                yield sum_of(agencies, editions - within)
            if outer.days == inner.days and editions != within and code != TOTAL and 0 < whole - part < LEAST:
                yield {**sum_of(agencies, editions), **dict.fromkeys(sum_of(agencies, within), -1)}


def test_corrections_reveal_no_small_change() -> None:
    """Each version is known to whoever kept it: a row that a correction changes by one to four is withheld."""
    dice, hidden, changed = Random(7), 0, 0
    for _ in range(60):
        made = corrected_releases(dice)
        judged = judge([block for block, _editions, _cases in made])
        known: list[Sum[Edited]] = []
        for one, (_block_of, editions, _cases) in zip(judged, made, strict=True):
            known += [sum_of((code,), editions) for code in AGENCIES if one.shows(code)]
            known += [sum_of(AGENCIES, editions)] if one.is_published else []
        for place in (0, 1):
            small = list(corrected_groups(made, place))
            assert determined(known, small) == []
            hidden += len(small)
            changed += sum(-1 in one.values() for one in small)
    assert hidden > 100
    assert changed > 20


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


def test_one_small_agency_takes_the_next_two_with_it() -> None:
    """Of two, each of the agencies could take its own from what is left of the total."""
    block = Block(*QUARTERS[0], {"a": (3, 9), "b": (7, 8), "c": (50, 60), "d": (0, 40)})
    assert judge([block])[0].withheld == {"a", "b", "d"}


def test_a_correction_withholds_what_its_first_version_withheld() -> None:
    first = Block(*QUARTERS[0], {"a": (3, 9), "b": (7, 8), "c": (50, 60), "d": (90, 80)})
    second = Block(*QUARTERS[0], {"a": (9, 9), "b": (7, 8), "c": (44, 60), "d": (90, 80)})
    assert [one.withheld for one in judge([first, second])] == [{"a", "b", "c"}] * 2


def test_a_correction_of_few_cases_withholds_the_row_and_not_the_country() -> None:
    rows = {"a": (50, 60), "b": (70, 80), "c": (90, 95), "d": (99, 99)}
    corrected = rows | {"a": (48, 60)}
    assert [one.withheld for one in judge([Block(*QUARTERS[0], rows), Block(*QUARTERS[0], corrected)])] == [
        frozenset(), {"a", "b", "c"},
    ]  # fmt: skip
