"""Tries a routing rule on the cases of the last 30 days before it is saved, without changing any of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from agencies.models import Agency, Governorate, RoutingRule, Topic
from agencies.routing import Matter, owner_by, rules_for
from complaints.models import Case, CaseQuerySet
from kit.arabic import strip_prefixes

#: The span of filing dates a rule is tried on.
LAST_30_DAYS = timedelta(days=30)
#: Maximum number of cases compared, the newest: a rule for a whole group in the capital applies to thousands.
MOST_COMPARED = 5000
#: Maximum number of cases listed; the counts are of all.
MOST_LISTED = 25


@dataclass(frozen=True)
class Proposal:
    """A new rule, and the one it replaces."""

    topic: Topic
    governorate: Governorate | None
    place: str
    agency: Agency
    replaces: RoutingRule | None = None

    @property
    def rule(self) -> RoutingRule:
        """Return the rule, unsaved."""
        return RoutingRule(topic=self.topic, governorate=self.governorate, place_ar=self.place, agency=self.agency)


@dataclass(frozen=True)
class MovedCase:
    """One case whose owner by rule would change: from and to, None where no rule applies, and where it is now."""

    case: Case
    before: Agency | None
    after: Agency | None

    @property
    def agrees(self) -> bool:
        """Tell whether the case came to the agency of the new rule anyway."""
        return self.after is not None and self.case.agency_id == self.after.pk


@dataclass(frozen=True)
class Trial:
    """The result for a rule: how many cases it was tried on, and those whose owner would change."""

    compared: int
    moved: Sequence[MovedCase]
    is_cut: bool

    @property
    def listed(self) -> Sequence[MovedCase]:
        """Return those shown one by one."""
        return self.moved[:MOST_LISTED]

    @property
    def agreeing(self) -> int:
        """Return how many of the moved cases came to the new agency anyway, by hand."""
        return sum(one.agrees for one in self.moved)

    @property
    def ways(self) -> Sequence[tuple[Agency | None, Agency | None, int]]:
        """Return from which agency to which, with how many, the most first."""
        counts: dict[tuple[Agency | None, Agency | None], int] = {}
        for one in self.moved:
            counts[one.before, one.after] = counts.get((one.before, one.after), 0) + 1
        return sorted(((*way, number) for way, number in counts.items()), key=lambda way: -way[2])


def try_rule(proposal: Proposal, *, scope: CaseQuerySet, at: datetime) -> Trial:
    """Return what ``proposal`` would have done to the cases of ``scope`` filed in the last 30 days; two statements.

    It replaces a rule for the same topic and place, as it would when it is saved.
    """
    topics = [proposal.topic, *([proposal.replaces.topic] if proposal.replaces else [])]
    touched = Q(topic__in=topics) | Q(topic__parent__in=topics)
    lately = scope.filter(touched, filed_at__gt=at - LAST_30_DAYS, filed_at__lte=at)
    rows = lately.for_listing().select_related("agency", "topic", "governorate").order_by("-filed_at", "-pk")
    cases = list(rows[: MOST_COMPARED + 1])
    compared = cases[:MOST_COMPARED]
    matters = [Matter(case.topic, case.governorate, f"{case.area} {case.place}") for case in compared if case.topic]
    before = rules_for(matters, timezone.localdate(at)) if matters else []
    after = [rule for rule in before if not _gives_way(rule, proposal)] + [proposal.rule]
    moved = [
        MovedCase(case, owner_by(before, matter), owner_by(after, matter))
        for case, matter in zip(compared, matters, strict=True)
    ]
    return Trial(len(compared), [one for one in moved if one.before != one.after], is_cut=len(cases) > MOST_COMPARED)


def _gives_way(rule: RoutingRule, proposal: Proposal) -> bool:
    if proposal.replaces is not None and rule.pk == proposal.replaces.pk:
        return True
    is_same_place = strip_prefixes(rule.place_ar) == strip_prefixes(proposal.place)
    governorate = proposal.governorate.pk if proposal.governorate else None
    return is_same_place and (rule.topic_id, rule.governorate_id) == (proposal.topic.pk, governorate)
