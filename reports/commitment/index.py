"""The commitment index, from counts alone: no database, no chance, the same counts always give the same index.

Each component is a share, *good* of *all*. It is shrunk toward the mean of the agency's group, as if ``strength`` cases
of that mean were added; with few cases the mean speaks, with many the agency. This is the mean of a Beta distribution
(beta-binomial model), whose variance gives the interval. All shares are exact fractions until they are shown.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final

from reports.models.commitment import Component

#: The quantile of a 95 % interval.
_Z: Final = Decimal("1.96")
_TENTH: Final = Decimal("0.1")
_HUNDRED: Final = 100
#: With fewer agencies to compare with, the mean of all agencies stands in for that of the group.
LEAST_PEERS: Final = 3


class WeightsDoNotSum(ValueError):
    """The weights do not add up to 100, or one of them is negative."""


class Group(StrEnum):
    """The groups of agencies that are compared, by the number of their cases."""

    LARGE = "large"
    MEDIUM = "medium"
    SMALL = "small"


@dataclass(frozen=True)
class Counts:
    """How many of how many: ``good`` of ``all``; fractions where a sample was weighed."""

    good: Fraction = Fraction()
    all: Fraction = Fraction()

    def __post_init__(self) -> None:
        if not 0 <= self.good <= self.all:
            message = f"{self.good} of {self.all}"
            raise ValueError(message)

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.good + other.good, self.all + other.all)

    @property
    def share(self) -> Fraction | None:
        """Return the plain share; None of nothing."""
        return self.good / self.all if self.all else None


@dataclass(frozen=True)
class Rule:
    """The weights in percent, the limits of the groups, and the strength. Raises WeightsDoNotSum."""

    weights: Mapping[Component, int]
    medium_from: int
    large_from: int
    strength: int

    def __post_init__(self) -> None:
        if sum(self.weights.values()) != _HUNDRED or min(self.weights.values()) < 0:
            raise WeightsDoNotSum(dict(self.weights))

    def group(self, volume: int) -> Group:
        """Return the group of an agency with so many cases."""
        if volume >= self.large_from:
            return Group.LARGE
        return Group.MEDIUM if volume >= self.medium_from else Group.SMALL


@dataclass(frozen=True)
class AgencyCounts:
    """What is counted of one agency: its cases in the period, and each component."""

    agency: str
    volume: int
    counts: Mapping[Component, Counts]

    def of(self, component: Component) -> Counts:
        """Return the counts of a component; none of none where nothing was counted."""
        return self.counts.get(component, Counts())


@dataclass(frozen=True)
class ComponentValue:
    """One component of one agency, all from 0 to 100 with one decimal: ``adds`` is ``value`` times ``weight`` / 100.

    ``plain`` is the share without shrinkage, None of nothing; ``mean`` is what the value was shrunk toward.
    """

    component: Component
    counts: Counts
    weight: int
    plain: Decimal | None
    mean: Decimal
    value: Decimal
    adds: Decimal
    variance: Fraction


@dataclass(frozen=True)
class AgencyIndex:
    """The index of one agency with its interval and the mean of its group.

    Components that nobody could measure are left out; ``measured`` is the weight of the others.
    """

    agency: str
    group: Group
    volume: int
    index: Decimal
    low: Decimal
    high: Decimal
    mean: Decimal
    components: tuple[ComponentValue, ...]

    @property
    def measured(self) -> int:
        """Return the sum of the weights of the components that were measured."""
        return sum(each.weight for each in self.components)

    @property
    def added(self) -> Decimal:
        """Return the sum of what the components add; the index, where all were measured."""
        return sum((each.adds for each in self.components), Decimal())

    def overlaps(self, other: AgencyIndex) -> bool:
        """Tell whether the two intervals overlap, so that neither agency is called better."""
        return self.low <= other.high and other.low <= self.high


def compute(agencies: Sequence[AgencyCounts], rule: Rule) -> list[AgencyIndex]:
    """Return the index of each agency of which anything was measured, by group, the highest first."""
    means = {group: _means(agencies, rule, group) for group in Group}
    found = (_index(each, rule, rule.group(each.volume), means) for each in agencies)
    order = list(Group)
    return sorted(filter(None, found), key=lambda row: (order.index(row.group), -row.index, row.agency))


def _means(agencies: Sequence[AgencyCounts], rule: Rule, group: Group) -> Mapping[Component, Fraction]:
    peers = [each for each in agencies if rule.group(each.volume) == group]
    found = {component: _mean(component, peers, agencies) for component in Component}
    return {component: mean for component, mean in found.items() if mean is not None}


def _mean(component: Component, peers: Sequence[AgencyCounts], everybody: Collection[AgencyCounts]) -> Fraction | None:
    """Return the share of all cases of the group together; of all agencies where fewer than three have any."""
    counted = [each.of(component) for each in peers if each.of(component).all]
    if len(counted) < LEAST_PEERS:
        counted = [each.of(component) for each in everybody]
    return sum(counted, Counts()).share


def _index(
    agency: AgencyCounts, rule: Rule, group: Group, means: Mapping[Group, Mapping[Component, Fraction]]
) -> AgencyIndex | None:
    values = tuple(_value(component, agency.of(component), rule, mean) for component, mean in means[group].items())
    weight = sum(value.weight for value in values)
    if not weight or not any(counts.all for counts in agency.counts.values()):
        return None
    index = _of_measured(sum((value.adds for value in values), Decimal()), weight)
    spread = _Z * _root(sum((value.variance * value.weight**2 for value in values), Fraction())) / weight * _HUNDRED
    mean = sum((_adds(value.mean, value.weight) for value in values), Decimal())
    return AgencyIndex(
        agency=agency.agency,
        group=group,
        volume=agency.volume,
        index=index,
        low=max(Decimal(), _rounded(index - spread)),
        high=min(Decimal(_HUNDRED), _rounded(index + spread)),
        mean=_of_measured(mean, weight),
        components=values,
    )


def _value(component: Component, counts: Counts, rule: Rule, mean: Fraction) -> ComponentValue:
    shrunk = (counts.good + rule.strength * mean) / (counts.all + rule.strength)
    value, weight = _percent(shrunk), rule.weights[component]
    return ComponentValue(
        component=component,
        counts=counts,
        weight=weight,
        plain=None if counts.share is None else _percent(counts.share),
        mean=_percent(mean),
        value=value,
        adds=_adds(value, weight),
        # The variance of Beta(a, b) with a + b cases, of which the share is shrunk.
        variance=shrunk * (1 - shrunk) / (counts.all + rule.strength + 1),
    )


def _adds(value: Decimal, weight: int) -> Decimal:
    return _rounded(value * weight / _HUNDRED)


def _of_measured(added: Decimal, weight: int) -> Decimal:
    return _rounded(added * _HUNDRED / weight)


def _percent(share: Fraction) -> Decimal:
    return _rounded(_decimal(share * _HUNDRED))


def _rounded(number: Decimal) -> Decimal:
    return number.quantize(_TENTH, ROUND_HALF_UP)


def _decimal(number: Fraction) -> Decimal:
    return Decimal(number.numerator) / Decimal(number.denominator)


def _root(number: Fraction) -> Decimal:
    return _decimal(number).sqrt()
