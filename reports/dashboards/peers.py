"""The peer group of an agency: those that got about as many cases, added up so that none of them is named or known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from reports.figures.measures import MEASURES, Figures, Value
from reports.figures.sums import SMALLEST

#: The peers are at most so many, the nearest by cases received; fewer than the least say nothing, lest one be known.
MOST_PEERS: Final = 9
LEAST_PEERS: Final = 5


_PLACES: Final = Decimal("0.1")


@dataclass(frozen=True)
class Peers:
    """How many agencies the group has, and what they add up to."""

    number: int
    figures: Figures

    def value(self, measure: str) -> Value:
        """Return the value of a measure for the group: a count for one agency on average, the rest for all of them.

        None where so few cases are behind it that it could point at somebody.
        """
        if 0 < self.figures.base(measure) < SMALLEST:
            return None
        value = self.figures.value(measure)
        if value is None or MEASURES[measure].unit != "count":
            return value
        return (Decimal(value) / self.number).quantize(_PLACES)


def find_peers(agency: int, by_agency: Mapping[int, Figures]) -> Peers | None:
    """Return the peers of ``agency`` among those that got cases, None if they are too few to be shown."""
    own = by_agency.get(agency, Figures()).amount("received")
    others = {key: figures for key, figures in by_agency.items() if key != agency and figures.amount("received")}
    nearest = sorted(others, key=lambda key: (abs(others[key].amount("received") - own), key))[:MOST_PEERS]
    if len(nearest) < LEAST_PEERS:
        return None
    return Peers(len(nearest), Figures.together(others[key] for key in nearest))
