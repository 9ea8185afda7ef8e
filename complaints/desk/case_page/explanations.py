"""What the leadership of the agency asked about the delay of a case, and what the desk answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from accounts.models import User
from accounts.roles import CMU, READERS
from complaints.models import Case, Explanation
from complaints.permissions.case_parts import has_part


def explanations(case: Case, user: User, *, at: datetime) -> Sequence[Explanation]:
    """Return the explanations of ``case``, the newest first, to its unit and to the agencies that wrote them."""
    if not has_part(case, "explanations"):
        return []
    authority = user.authority(at)
    rows = case.explanations.select_related("asked_by", "answered_by").order_by("-asked_at", "-pk")
    return list(rows if authority.has(CMU) else rows.filter(agency__in=authority.agencies(READERS)))
