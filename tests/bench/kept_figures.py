"""Kept figures: how long building, a day of changes and reading take, and a page of them beside the queue's floor."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from accounts.roles import Role
from complaints.models import Case
from complaints.simulation.generate import generate
from complaints.simulation.world import World
from reports.figures import kept, sources
from reports.figures.reading import Dimension, Scope, read, whole_month
from reports.models import FigureEntry, FigureTotal
from tests.bench import progress
from tests.bench.desk_floor import bare_browser
from tests.bench.pages import sign_in

#: A period's page may cost so many times the bare view of the queue, and the changes of one day so many seconds.
PAGE_GOAL, DAY_GOAL = 3.0, 2.0


def measure(world: World, *, number: int, days: int, repeat: int) -> dict[str, object]:
    """Build the figures, count one day's changes anew, and read; all times by the clock."""
    at = timezone.now()
    progress.say("Building the kept figures …")
    built = _seconds(lambda: kept.refresh(at=at))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    day = max(1, number // days)
    generate(day, world=world, seed=2, since=at - timedelta(days=1), until=at)
    later = timezone.now()
    changed = _seconds(lambda: kept.refresh(at=later))
    month = whole_month((timezone.localdate(at).replace(day=1) - timedelta(days=1)).replace(day=1))
    reading = _median(lambda: read(month, by=[Dimension.AGENCY], at=later), repeat)
    counting = _seconds(lambda: _count(month.starts_at, month.ends_at))
    staff = Membership.objects.filter(role=Role.CMU_STAFF).select_related("user").order_by("pk")[0].user
    unit, bare = sign_in(staff), bare_browser(sign_in(world.desks[0].officer))
    reports = reverse("reports")
    page = _median(lambda: unit.get(f"{reports}?span=last-month"), repeat)
    floor = _median(lambda: bare.get("/queue/"), repeat)
    return {
        "entries and sums": {
            "entries": FigureEntry.objects.count(),
            "a case": round(FigureEntry.objects.count() / Case.objects.count(), 1),
            "sums": FigureTotal.objects.count(),
        },
        "building": {"s": round(built, 1), "microseconds a case": round(built * 1e6 / number)},
        f"one day ({day} cases)": {"s": round(changed, 2), "goal": DAY_GOAL},
        "last month by agency": {"ms": round(reading * 1000, 1), "from history ms": round(counting * 1000, 1)},
        "page of last month": {"ms": round(page * 1000, 1), "x floor": round(page / floor, 2), "goal": PAGE_GOAL},
    }


def _count(start: datetime, end: datetime) -> None:
    sources.count(start, end, by=[Dimension.AGENCY], scope=Scope())


def _seconds(do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


def _median(do: Callable[[], object], repeat: int) -> float:
    do()
    times: Sequence[float] = [_seconds(do) for _ in range(repeat)]
    return statistics.median(times)
