"""What became of a phenomenon's inflow after the commitment, beside what chance alone would bring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import floor, sqrt
from typing import Final

from django.utils.translation import gettext, ngettext

#: Weeks before the commitment, and at most after it, that are compared.
WEEKS: Final = 12
#: Whole weeks after the commitment, and cases before it, from which anything is said.
FEWEST_WEEKS: Final = 2
FEWEST_CASES: Final = 10
_WEEK: Final = timedelta(days=7)
#: The quantile of a 95 % interval.
_Z: Final = 1.96


@dataclass(frozen=True)
class Effect:
    """Cases a week before and after, and between which numbers chance alone would leave those after."""

    before: tuple[int, ...]
    after: tuple[int, ...]
    low: int
    high: int

    @property
    def is_enough(self) -> bool:
        """Tell whether there are weeks and cases enough to say anything."""
        return len(self.after) >= FEWEST_WEEKS and sum(self.before) >= FEWEST_CASES

    @property
    def sentences(self) -> tuple[str, ...]:
        """Return what the figures say, and no more."""
        if not self.is_enough:
            return (gettext("It is too early, or there are too few cases, to compare the time after the commitment."),)
        text = ngettext(
            "In the week after the commitment there were %(after)s cases. Without any change, chance alone "
            "would bring between %(low)s and %(high)s.",
            "In the %(weeks)s weeks after the commitment there were %(after)s cases. Without any change, chance alone "
            "would bring between %(low)s and %(high)s.",
            len(self.after),
        )
        number = sum(self.after)
        words = {"weeks": len(self.after), "after": number, "low": self.low, "high": self.high}
        return (text % words, self._verdict(number))

    def _verdict(self, number: int) -> str:
        if number < self.low:
            return gettext("That is fewer than chance explains. The figures do not say why.")
        if number > self.high:
            return gettext("That is more than chance explains. The figures do not say why.")
        return gettext("That is within what chance alone brings.")


def effect(filed: Sequence[date], *, committed_on: date, today: date) -> Effect:
    """Compare the weeks after ``committed_on`` that are over with the twelve before.

    The interval is that of a quasi-Poisson count: its spread is that of the weeks before, and at least that of chance.
    Both the weeks before and those after vary by chance, so both are in it.
    """
    passed = min(WEEKS, max(0, (today - committed_on).days // 7))
    before = _weekly(filed, committed_on - WEEKS * _WEEK, WEEKS)
    after = _weekly(filed, committed_on, passed)
    ratio, mean = passed / WEEKS, sum(before) / WEEKS
    spread = sum((count - mean) ** 2 for count in before) / (WEEKS - 1) / mean if mean else 1.0
    expected = sum(before) * ratio
    half = _Z * sqrt(max(1.0, spread) * expected * (1 + ratio))
    return Effect(before, after, max(0, floor(expected - half) + 1), floor(expected + half))


def _weekly(filed: Sequence[date], start: date, weeks: int) -> tuple[int, ...]:
    counts = [0] * weeks
    for day in filed:
        number = (day - start).days // 7
        if 0 <= number < weeks:
            counts[number] += 1
    return tuple(counts)
