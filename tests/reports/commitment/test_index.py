"""The index: its bounds, its monotony, its shrinkage, and an example by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings, strategies as st

from reports.commitment.index import (
    FIRST_RULE,
    AgencyCounts,
    AgencyIndex,
    Counts,
    Group,
    Rule,
    WeightsDoNotSum,
    compute,
)
from reports.models.audits import Component


@st.composite
def _counts(draw: st.DrawFn) -> Counts:
    whole = draw(st.integers(0, 400))
    return Counts(Fraction(draw(st.integers(0, whole))), Fraction(whole))


@st.composite
def _agencies(draw: st.DrawFn) -> list[AgencyCounts]:
    number = draw(st.integers(1, 6))
    return [
        AgencyCounts(
            f"a{place}",
            draw(st.integers(0, 500)),
            {component: draw(_counts()) for component in draw(st.sets(st.sampled_from(Component), min_size=1))},
        )
        for place in range(number)
    ]


@st.composite
def _rules(draw: st.DrawFn) -> Rule:
    cuts = sorted(draw(st.lists(st.integers(0, 100), min_size=6, max_size=6)))
    weights = [end - start for start, end in zip([0, *cuts], [*cuts, 100], strict=True)]
    return Rule(dict(zip(Component, weights, strict=True)), 30, 200, draw(st.integers(1, 60)))


def by_agency(agencies: Sequence[AgencyCounts], rule: Rule) -> Mapping[str, AgencyIndex]:
    return {row.agency: row for row in compute(agencies, rule)}


@settings(max_examples=60, deadline=None)
@given(agencies=_agencies(), rule=_rules(), component=st.sampled_from(Component), share=st.fractions(0, 1))
def test_more_good_cases_never_lower_the_index(
    agencies: list[AgencyCounts], rule: Rule, component: Component, share: Fraction
) -> None:
    """One more good case, or as many as were not good: the index of the agency rises or stays."""
    first, *others = agencies
    counts = first.of(component)
    better = Counts(counts.good + share * (counts.all - counts.good), counts.all)
    improved = replace(first, counts={**first.counts, component: better})
    before, after = by_agency(agencies, rule), by_agency([improved, *others], rule)
    assert set(before) == set(after)
    if first.agency in before:
        assert after[first.agency].index >= before[first.agency].index


@settings(max_examples=60, deadline=None)
@given(agencies=_agencies(), rule=_rules())
def test_the_index_lies_between_0_and_100_and_no_value_crosses_the_mean(
    agencies: list[AgencyCounts], rule: Rule
) -> None:
    for row in compute(agencies, rule):
        assert 0 <= row.low <= row.index <= row.high <= 100
        for each in row.components:
            if each.plain is None:
                assert each.value == each.mean
            else:
                low, high = sorted((each.plain, each.mean))
                assert low <= each.value <= high
        # What a reader adds up by hand.
        assert sum(each.adds for each in row.components) == row.added
        if row.measured == 100:
            assert row.index == row.added


@given(weights=st.lists(st.integers(-20, 100), min_size=7, max_size=7))
def test_weights_that_do_not_sum_are_refused(weights: list[int]) -> None:
    stated = dict(zip(Component, weights, strict=True))
    if sum(weights) == 100 and min(weights) >= 0:
        assert Rule(stated, 1, 2, 1).weights == stated
    else:
        with pytest.raises(WeightsDoNotSum):
            Rule(stated, 1, 2, 1)


def test_an_example_by_hand() -> None:
    """Three agencies decide 90, 80 and 10 of 100, 100 and 20 in time: the mean is 180/220, and 20 cases of it count."""
    counted = {"a": (90, 100), "b": (80, 100), "c": (10, 20)}
    agencies = [
        AgencyCounts(name, 20, {Component.DECIDES: Counts(Fraction(good), Fraction(whole))})
        for name, (good, whole) in counted.items()
    ]
    found = by_agency(agencies, FIRST_RULE)
    values = {name: (row.components[0].plain, row.components[0].value, row.index) for name, row in found.items()}
    assert values == {
        # (90 + 20 * 180/220) / 120 = 88.6 %, of the only component that was measured, so the index is the same.
        "a": (Decimal("90.0"), Decimal("88.6"), Decimal("89.0")),
        "b": (Decimal("80.0"), Decimal("80.3"), Decimal("80.0")),
        "c": (Decimal("50.0"), Decimal("65.9"), Decimal("66.0")),
    }
    assert {row.mean for row in found.values()} == {Decimal("82.0")}
    assert {row.group for row in found.values()} == {Group.SMALL}
    # 1.96 * root(0.886 * 0.114 / 121) = 5.7 points; with 20 cases instead of 100 it is 14.5.
    assert [found["a"].high - found["a"].index, found["c"].high - found["c"].index] == [Decimal("5.7"), Decimal("14.5")]
    assert found["a"].overlaps(found["b"])
    assert not found["a"].overlaps(found["c"])


def test_with_few_peers_all_agencies_are_the_mean() -> None:
    one = AgencyCounts("big", 900, {Component.DECIDES: Counts(Fraction(9), Fraction(10))})
    others = [
        AgencyCounts(f"s{place}", 5, {Component.DECIDES: Counts(Fraction(1), Fraction(10))}) for place in range(3)
    ]
    found = by_agency([one, *others], FIRST_RULE)
    assert (found["big"].group, found["big"].components[0].mean) == (Group.LARGE, Decimal("30.0"))
    assert found["s0"].components[0].mean == Decimal("10.0")
