"""The morning e-mail of the unit: the decisions that wait for its people, and the cases without an agency."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import ClassVar, Final

from django.utils import timezone

from accounts.models import User, cmu_staff
from complaints.permissions import conditions
from complaints.permissions.to_decide import to_decide
from kit.statements import Statement, joined


@dataclass(frozen=True)
class UnitCounts:
    """The numbers in the digest of one of the unit: decisions that wait for them, and cases in triage."""

    to_decide: int
    triage: int

    template: ClassVar = "cmu_digest"


_COUNTS: Final = Statement(Path(__file__).with_name("unit_digest.sql"), UnitCounts)


def unit_counts(*, at: datetime) -> Iterator[tuple[User, UnitCounts]]:
    """Yield those of the unit who have something to decide or to refer, each with the numbers; a statement for each."""
    for user in cmu_staff(timezone.localdate(at)).filter(wants_digest=True).exclude(email=""):
        desk = conditions.at_desk(user, at=at)
        waiting = joined(" AND ", [desk, to_decide(user, at=at)])
        counts = _COUNTS.row({"waiting": waiting, "desk": desk})
        if counts != UnitCounts(0, 0):
            yield user, counts
