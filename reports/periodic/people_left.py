"""Who of the unit is left to review and to approve a report, so that a step that leaves nobody is told before it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from accounts.models import members_of
from accounts.roles import CMU, UNIT_HEAD, Role
from reports.models import PeriodicReport
from reports.periodic import life


@dataclass(frozen=True)
class PeopleLeft:
    """The keys of those who neither wrote, sent nor reviewed a report, and of the heads among them."""

    people: frozenset[object]
    heads: frozenset[object]

    def may_send(self, sender: object) -> bool:
        """Tell whether one person can still review and another, a head, approve, once ``sender`` has sent it."""
        return bool(self.heads - {sender}) and len(self.people - {sender}) > 1

    def may_review(self, reviewer: object) -> bool:
        """Tell whether a head is left to approve, once ``reviewer`` has reviewed it."""
        return bool(self.heads - {reviewer})

    def others_may_send(self, sender: object) -> bool:
        """Tell whether somebody besides ``sender`` could send it."""
        return any(map(self.may_send, self.people - {sender}))


def people_left(report: PeriodicReport, *, at: datetime) -> PeopleLeft:
    """Return who is left of those who have a role in the unit on the day of ``at``; three statements."""
    involved = {*life.authors(report), report.reviewed_by_id}
    people, heads = (_keys(roles, at=at) - involved for roles in (CMU, UNIT_HEAD))
    return PeopleLeft(people, heads)


def _keys(roles: frozenset[Role], *, at: datetime) -> frozenset[object]:
    return frozenset(members_of(roles, timezone.localdate(at)).values_list("pk", flat=True))
