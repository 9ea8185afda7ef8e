"""Values of measures as pages write them, beside those of peers and of earlier periods, with bars and names."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.models import User
from agencies.models import Agency, Governorate, Topic
from kit.components.numbers import num
from reports.drill import lists
from reports.figures.measures import MEASURES, Figures, Value, whole_percent
from reports.figures.sums import Scope
from reports.periods import ReportPeriod

#: What stands where there is nothing to measure.
NOTHING = "—"


def value_text(measure: str, value: Value) -> str:
    """Return a value as text: a share in percent, the rest as its number."""
    if value is None:
        return NOTHING
    return percent(value) if MEASURES[measure].unit == "share" else f"{value:,}"


def percent(share: Decimal | float) -> str:
    """Return a share in whole percent."""
    return f"{whole_percent(share)}%"


class HasValues(Protocol):
    """Figures, or a group of them."""

    def value(self, measure: str) -> Value:
        """Return the value of a measure, None where there is nothing to measure."""


@dataclass(frozen=True)
class ValueTile:
    """One measure of a period: its value, which opens its cases, its definition, and what it is compared with."""

    label: str
    text: str
    formula: str
    href: str
    note: SafeString
    colour: str
    measure: str = ""


def value_tile(
    measure: str, figures: Figures, *, period: ReportPeriod, scope: Scope, beside: Mapping[str, HasValues]
) -> ValueTile:
    """Return the tile of ``measure``; ``beside`` are the figures it is compared with, by what they are called."""
    value, described = figures.value(measure), MEASURES[measure]
    others = [
        format_html("{}: {}", name, num(value_text(measure, other.value(measure)))) for name, other in beside.items()
    ]
    return ValueTile(
        label=str(described.label),
        text=value_text(measure, value),
        formula=str(described.formula),
        href=lists.cases_url(measure, period, scope) if value is not None else "",
        note=format_html_join(" · ", "{}", ((one,) for one in others)),
        colour=_colour(measure, value, [other.value(measure) for other in beside.values()]),
        measure=measure,
    )


def _colour(measure: str, value: Value, others: Sequence[Value]) -> str:
    """Return the colour of a value beside the first of the others that is known: better, worse, or neither."""
    better, other = MEASURES[measure].better, next((each for each in others if each is not None), None)
    if better is None or value is None or other is None or value == other:
        return "info"
    return "ok" if (value > other) == (better == "more") else "warn"


# ---- The small row of bars beside a sudden rise; time runs from right to left on right-to-left pages. ----


HEIGHT = 18
STEP = 15
WIDTH = 12


@dataclass(frozen=True)
class SparkBar:
    """One bar of ``WIDTH``, its numbers as an attribute writes them; ``is_now`` marks the newest."""

    x: str
    y: str
    height: str
    is_now: bool


def spark(counts: Sequence[int], *, rtl: bool) -> list[SparkBar]:
    """Return the bars of ``counts``, the oldest first, scaled to the largest."""
    largest = max(counts, default=0) or 1
    return [
        SparkBar(
            x=str(1 + STEP * (len(counts) - 1 - place if rtl else place)),
            y=f"{HEIGHT - HEIGHT * count / largest:.2f}",
            height=f"{HEIGHT * count / largest:.2f}",
            is_now=place == len(counts) - 1,
        )
        for place, count in enumerate(counts)
    ]


# ---- The names of what kept lists hold by key, in the language of the page. ----


@dataclass(frozen=True)
class Names:
    """Agencies, topics, governorates and people by their keys; what is gone meanwhile is missing."""

    agencies: Mapping[int, Agency]
    topics: Mapping[int, Topic]
    governorates: Mapping[int, Governorate]
    people: Mapping[str, User]


def names(
    *,
    agencies: Collection[int],
    topics: Collection[int] = (),
    governorates: Collection[int] = (),
    people: Collection[str] = (),
) -> Names:
    """Return the rows of these keys; four statements at most, whatever their number."""
    found = User.objects.filter(pk__in=people).only("name_ar", "name_en", "login")
    return Names(
        Agency.objects.in_bulk(set(agencies)),
        Topic.objects.in_bulk(set(topics)),
        Governorate.objects.in_bulk(set(governorates)),
        {str(user.pk): user for user in found} if people else {},
    )
