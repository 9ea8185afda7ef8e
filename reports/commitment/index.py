"""The commitment index, from counts alone: no database, no chance, the same counts always give the same index.

Each component is a share, *good* of *all*. It is shrunk toward the mean of the agency's group, as if ``strength`` cases
of that mean were added; with few cases the mean speaks, with many the agency. This is the mean of a Beta distribution
(beta-binomial model), whose variance gives the interval. All shares are exact fractions until they are shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from accounts.models import User
from agencies import successions
from agencies.models import Agency
from complaints.models import Extension, ExtensionState
from complaints.workflow import Action
from reports.audits.scoring import AgencyAudit, Stratum, audits, rounds_within
from reports.figures.measures import Figures
from reports.figures.reading import read
from reports.figures.sums import Dimension
from reports.models import IndexRule
from reports.models.audits import Component
from reports.periods import ReportPeriod

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


# ---- Counts what the index needs of each agency in a period: the figures, the audits, and the decisions on
# later dates.


@dataclass(frozen=True)
class CountedAgency:
    """Whole numbers of one agency: its cases, good and all of each component, and the audits by sort of answer."""

    agency: str
    volume: int
    counts: Mapping[Component, tuple[int, int]]
    audited: tuple[Stratum, ...] = ()

    @property
    def for_index(self) -> AgencyCounts:
        """Return what the index is computed from: audits weighed by sort, the rest as counted."""
        found = {component: Counts(Fraction(good), Fraction(all_)) for component, (good, all_) in self.counts.items()}
        audit = AgencyAudit(self.audited)
        if (share := audit.share) is not None:
            found[Component.SUBSTANCE] = Counts(share * audit.effective, audit.effective)
        return AgencyCounts(self.agency, self.volume, found)


def count(period: ReportPeriod, *, at: datetime) -> tuple[list[CountedAgency], datetime]:
    """Return the counts of every agency with figures in ``period``, and the moment they stand for.

    A constant number of statements. Raises ``PeriodNotBegun`` for a period in the future.
    """
    reading = read(period, by=[Dimension.AGENCY], at=at)
    audited = audits(rounds_within(period), at=at)
    dates = _decided_dates(period, at=at)
    codes = dict(Agency.objects.values_list("pk", "code"))
    found = [
        CountedAgency(
            codes[key], figures.amount("received"), _counts(figures, dates.get(key, (0, 0))), _audited(audited, key)
        )
        for (key,), figures in reading.rows.items()
        if isinstance(key, int) and figures
    ]
    return sorted(found, key=lambda row: row.agency), reading.as_of


def _audited(found: Mapping[int, AgencyAudit], key: int) -> tuple[Stratum, ...]:
    return found[key].strata if key in found else ()


def _counts(figures: Figures, dates: tuple[int, int]) -> dict[Component, tuple[int, int]]:
    amount = figures.amount
    objections = max(amount("objected"), amount("upheld"))
    return {
        Component.DECIDES: _within(amount("decided_in_time"), amount("decided")),
        Component.ANSWERS: _within(amount("answered_in_time"), amount("answered")),
        Component.CONFIRMED: _within(amount("confirmed"), amount("confirmed") + amount("disputed")),
        # An objection may be accepted in a later period than it was made in.
        Component.OBJECTIONS: _within(objections - amount("upheld"), objections),
        Component.BOUNCES: _within(amount("decided") - amount("bounced"), amount("decided")),
        Component.EXTENSIONS: dates,
    }


def _within(good: int, whole: int) -> tuple[int, int]:
    """Return the pair with ``good`` from 0 to ``whole``: corrections can take more from one than from the other."""
    whole = max(whole, 0)
    return min(max(good, 0), whole), whole


def _decided_dates(period: ReportPeriod, *, at: datetime) -> dict[int, tuple[int, int]]:
    """Return by agency how many later dates were granted, and how many were granted or refused."""
    continued = successions.continuity(on=timezone.localdate(at))
    decided = Extension.objects.filter(
        decided_event__at__gte=period.starts_at,
        decided_event__at__lt=min(period.ends_at, at),
        decided_event__action__in=[Action.EXTEND, Action.REFUSE_EXTENSION],
        decided_event__agency__isnull=False,
    )
    rows = decided.values("state", "decided_event__agency", "case__topic", "case__governorate").annotate(
        number=Count("pk")
    )
    granted: Counter[int] = Counter()
    refused: Counter[int] = Counter()
    for row in rows.order_by():
        place = (row["decided_event__agency"], row["case__topic"], row["case__governorate"])
        agency = continued.agency(*place)
        if agency is not None:
            (granted if row["state"] == ExtensionState.GRANTED else refused)[agency] += row["number"]
    return {key: (granted[key], granted[key] + refused[key]) for key in granted | refused}


# ---- The rules of the index by date: which one holds on a day, and the one door through which a new one is
# set.


#: What holds before the unit sets a rule of its own (docs/commitment-index.md).
FIRST_RULE: Final = Rule(
    weights={
        Component.DECIDES: 10,
        Component.ANSWERS: 20,
        Component.SUBSTANCE: 20,
        Component.CONFIRMED: 25,
        Component.OBJECTIONS: 10,
        Component.BOUNCES: 5,
        Component.EXTENSIONS: 10,
    },
    medium_from=30,
    large_from=200,
    strength=20,
)


def rule_on(day: date) -> Rule:
    """Return the rule that holds on a day; one statement."""
    row = IndexRule.objects.filter(starts_on__lte=day).first()
    return FIRST_RULE if row is None else stated_rule(row)


def stated_rule(row: IndexRule) -> Rule:
    """Return the rule that a row states."""
    weights = {component: int(getattr(row, component.value)) for component in Component}
    return Rule(weights, row.medium_from, row.large_from, row.strength)


def set_rule(rule: Rule, *, starts_on: date, because: str, by: User, at: datetime) -> IndexRule:
    """Store the rule that holds from a day on, which is not over; the database refuses weights that do not sum."""
    weights: Mapping[str, Any] = {component.value: weight for component, weight in rule.weights.items()}
    return IndexRule.objects.create(
        starts_on=starts_on,
        **weights,
        medium_from=rule.medium_from,
        large_from=rule.large_from,
        strength=rule.strength,
        because=because,
        set_by=by,
        set_at=at,
    )


# ---- How the groups of the index are called. ----


_GROUPS: Final[Mapping[Group, StrPromise]] = {
    Group.LARGE: _("Agencies with many cases"),
    Group.MEDIUM: _("Agencies with a medium number of cases"),
    Group.SMALL: _("Agencies with few cases"),
}


def group_label(group: Group) -> StrPromise:
    """Return what a group is called."""
    return _GROUPS[group]
