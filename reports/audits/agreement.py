"""How far two scorers agree: the share of equal verdicts, and Cohen's kappa, which takes out what chance would do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from reports.models import AuditRound, AuditScore


@dataclass(frozen=True)
class Agreement:
    """The answers that two people scored, and on how many both said the same.

    ``kappa`` is None where it has no value: nothing was scored twice, or every verdict was the same word.
    """

    both: int
    same: int
    kappa: Fraction | None

    @property
    def share(self) -> Fraction | None:
        """Return the share of equal verdicts; None where nothing was scored twice."""
        return Fraction(self.same, self.both) if self.both else None

    @property
    def kappa_text(self) -> str:
        """Return kappa with two decimals; empty where it has no value."""
        return "" if self.kappa is None else f"{float(self.kappa):.2f}"


def agreement(pairs: Sequence[tuple[str, str]]) -> Agreement:
    """Return the agreement of pairs of verdicts.

    Cohen, J. (1960), A coefficient of agreement for nominal scales: (observed - expected) / (1 - expected), where
    expected is the agreement of two people who spread the same verdicts by chance.
    """
    both, same = len(pairs), sum(first == second for first, second in pairs)
    if not both:
        return Agreement(0, 0, None)
    first, second = Counter(pair[0] for pair in pairs), Counter(pair[1] for pair in pairs)
    expected = Fraction(sum(first[verdict] * second[verdict] for verdict in first), both * both)
    kappa = (Fraction(same, both) - expected) / (1 - expected) if expected != 1 else None
    return Agreement(both, same, kappa)


def measured_agreement(rounds: Iterable[AuditRound]) -> Agreement:
    """Return the agreement on all answers of ``rounds`` that two people scored: one statement."""
    rows = AuditScore.objects.filter(item__sample__round__in=rounds, item__needs_second=True).order_by("item", "pk")
    by_item: dict[int, list[str]] = {}
    for item, verdict in rows.values_list("item", "verdict"):
        by_item.setdefault(item, []).append(verdict)
    return agreement([(given[0], given[1]) for given in by_item.values() if len(given) > 1])
