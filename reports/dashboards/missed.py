"""Missed deadlines that still run, by what was to be done, and by the level they were reported to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, QuerySet

from accounts.roles import LADDER
from complaints.models import Clock, ClockStep
from complaints.workflow import ClockKind

#: The citizen's own time to reply is no promise of the government.
OWED = frozenset(ClockKind) - {ClockKind.CITIZEN_REPLY, ClockKind.MAY_OBJECT}


@dataclass(frozen=True)
class MissedClocks:
    """How many clocks of one kind run past their deadline, and the oldest of these deadlines."""

    kind: str
    number: int
    oldest: datetime


def missed_clocks(*, at: datetime) -> list[MissedClocks]:
    """Return the missed clocks by kind, in the order of a case's life; one statement."""
    rows = _missed(at=at).values("kind").annotate(number=Count("pk"), oldest=Min("due_at"))
    found = {row["kind"]: MissedClocks(row["kind"], row["number"], row["oldest"]) for row in rows}
    return [found[kind] for kind in ClockKind if kind in found]


def escalations(*, at: datetime) -> dict[str, int]:
    """Return how many missed clocks were reported up to each level of the ladder, and no higher; one statement."""
    late = _missed(at=at).values("pk")
    taken = ClockStep.objects.filter(clock__in=late, step__in=LADDER).order_by().values_list("clock", "step")
    highest: dict[int, int] = {}
    for clock, step in taken:
        level = next(place for place, role in enumerate(LADDER) if role == step)
        highest[clock] = max(level, highest.get(clock, 0))
    levels = Counter(highest.values())
    return {str(role): levels[place] for place, role in enumerate(LADDER)}


def _missed(*, at: datetime) -> QuerySet[Clock]:
    running = Clock.objects.filter(ended_at__isnull=True, paused_at__isnull=True, kind__in=sorted(OWED))
    return running.filter(due_at__lt=at).order_by()
