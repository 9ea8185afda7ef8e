"""How likely a count is by chance alone, after the counts of spans of the same length before it; no database.

The model is the plainest that knows how little eight weeks say. Cases come independently of one another (Poisson) at a
rate that nobody knows; the earlier spans make every rate more or less likely (a gamma distribution, from Jeffreys'
prior). What the next span then brings follows a negative binomial distribution with ``r`` = earlier cases + 1/2 and
``p`` = n / (n + 1) for ``n`` earlier spans. It is wider than a Poisson distribution around the mean, and the wider the
less has been seen.

Cases often come in swarms, so that counts swing more than chance makes them. How much is said by the ratio of the
variance of counts to their mean, the ``swing``: 1 where cases are independent. All numbers are divided by it before
they are compared.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

#: Terms of a tail smaller than this part of their sum change nothing that is shown.
_NEGLIGIBLE: Final = 1e-9
#: What is usual elsewhere counts as much as so many further spans.
USUAL_WEIGHT: Final = 16


def at_least(count: int, earlier: Sequence[int], *, swing: float = 1.0) -> float:
    """Return the probability of ``count`` or more after the counts of ``earlier`` spans, of which there are some."""
    shape, spans = sum(earlier) / swing + 0.5, len(earlier)
    first = math.floor(count / swing)
    return min(1.0, _sum_up(_terms(first, shape, spans))) if first > 0 else 1.0


def at_most(count: int, earlier: Sequence[int], *, swing: float = 1.0) -> float:
    """Return the probability of ``count`` or less after the counts of ``earlier`` spans, of which there are some."""
    shape, spans = sum(earlier) / swing + 0.5, len(earlier)
    return min(1.0, sum(_probability(each, shape, spans) for each in range(math.ceil(count / swing) + 1)))


def ratio(counts: Sequence[int]) -> float:
    """Return the variance of ``counts`` divided by their mean; their sum is not 0 and there are several."""
    mean = sum(counts) / len(counts)
    return sum((each - mean) ** 2 for each in counts) / (len(counts) - 1) / mean


def usual_swing(many: Iterable[Sequence[int]]) -> float:
    """Return the median ratio of many series of counts, of those with one case a span or more; at least 1."""
    found = [ratio(counts) for counts in many if sum(counts) >= len(counts)]
    return max(1.0, statistics.median(found)) if found else 1.0


def swing(earlier: Sequence[int], *, usual: float) -> float:
    """Return the swing of one series: its own ratio, which few spans show badly, drawn toward the ``usual`` one."""
    if not any(earlier):
        return usual
    known = len(earlier) - 1
    return max(1.0, (known * ratio(earlier) + USUAL_WEIGHT * usual) / (known + USUAL_WEIGHT))


def _terms(first: int, shape: float, spans: int) -> Iterator[float]:
    """Yield the probabilities of ``first``, of the next number, and so on: each from the one before."""
    term, number = _probability(first, shape, spans), first
    while True:
        yield term
        term *= (number + shape) / (number + 1) / (spans + 1)
        number += 1


def _probability(number: int, shape: float, spans: int) -> float:
    ways = math.lgamma(number + shape) - math.lgamma(shape) - math.lgamma(number + 1)
    return math.exp(ways + shape * math.log(spans / (spans + 1)) - number * math.log(spans + 1))


def _sum_up(terms: Iterator[float]) -> float:
    """Return the sum of a tail, whose terms rise to a maximum and then fall."""
    total = before = 0.0
    for term in terms:
        total += term
        if term < before and term < total * _NEGLIGIBLE:
            break
        before = term
    return total
