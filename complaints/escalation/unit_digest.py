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
    """The numbers in the digest of one of the unit.

    Decisions that wait for them, cases in triage, and of the working day before the cases whose delay was reported to a
    level of an agency, and those where a level had nobody.
    """

    to_decide: int
    triage: int
    reported: int
    vacant: int

    template: ClassVar = "cmu_digest"


_COUNTS: Final = Statement(Path(__file__).with_name("unit_digest.sql"), UnitCounts)


def unit_counts(*, at: datetime, since: datetime) -> Iterator[tuple[User, UnitCounts]]:
    """Yield those of the unit who have something to decide or to refer or delays to hear of, each with the numbers.

    The delays are those reported from ``since`` until ``at``. A statement for each person.
    """
    for user in cmu_staff(timezone.localdate(at)).filter(wants_digest=True).exclude(email=""):
        desk = conditions.at_desk(user, at=at)
        waiting = joined(" AND ", [desk, to_decide(user, at=at)])
        counts = _COUNTS.row({"waiting": waiting, "desk": desk}, since=since, until=at)
        if counts != UnitCounts(0, 0, 0, 0):
            yield user, counts
