"""The year of cases of the demonstration: agencies that differ, two problems that rose, and problems that came back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from zlib import crc32

from django.conf import settings

from complaints.models import Case, CaseEvent, Recurrence
from complaints.simulation.generate import generate
from complaints.simulation.world import Desk, World
from complaints.workflow import NOT_RATED, Action, Kind, State
from kit.arabic import strip_prefixes

YEAR: Final = timedelta(days=365)
SEED: Final = 2026
#: The slowest agency takes three times as long as the quickest, and its answers help half as often.
PACES, CARES = (0.55, 0.7, 0.8, 0.9, 1.0, 1.1, 1.3, 1.6), (0.5, 0.7, 0.85, 1.0, 1.1, 1.3)


@dataclass(frozen=True)
class Rise:
    """A problem of one place: its topic, its town, its share of the year's cases, and when it began and ended."""

    topic: str
    governorate: str
    town: str
    share: float
    began: timedelta
    ended: timedelta


#: One problem rises these days. The other one lasted half a year and became rare.
RISES: Final = (
    Rise("water-outage", "JO-IR", "jo-ir-town-ar-ramtha", 0.008, timedelta(days=6), timedelta(hours=2)),
    Rise("roads-holes", "JO-AZ", "jo-az-liwa-ar-rusayfah", 0.03, timedelta(days=330), timedelta(days=120)),
)


def with_character(desk: Desk) -> Desk:
    """Return ``desk`` with a pace and a care of its own, the same at every start."""
    number = crc32(desk.agency.code.encode())
    return replace(desk, pace=PACES[number % len(PACES)], care=CARES[number // len(PACES) % len(CARES)])


def simulate_year(at: datetime, *, cases: int, world: World, towns: Mapping[str | None, str]) -> None:
    """Write ``cases`` cases of the year before ``at``, those of the rises among them; ``towns`` are names by code."""
    rises = [(rise, round(cases * rise.share)) for rise in RISES]
    generate(cases - sum(number for _rise, number in rises), world=world, seed=SEED, since=at - YEAR, until=at)
    for seed, (rise, number) in enumerate(rises, start=SEED):
        here = replace(
            world,
            topics=[topic for topic in world.topics if topic.code == rise.topic],
            places=[
                place for place in world.places if (place[0].code, place[1]) == (rise.governorate, towns[rise.town])
            ],
        )
        generate(number, world=here, seed=seed, since=at - rise.began, until=at, filed_until=at - rise.ended)
    link_recurrences()


def link_recurrences() -> int:
    """Link each complaint to the newest closing of its topic and place before it, as filing does; return how many."""
    closed = defaultdict(list)
    complaints = Case.objects.filter(kind=Kind.COMPLAINT).exclude(area="").exclude(governorate=None)
    rows = list(complaints.only("topic", "governorate", "area", "filed_at", "closed_at", "state", "outcome"))
    for case in rows:
        if case.state == State.CLOSED and case.outcome not in NOT_RATED:
            closed[_problem(case)].append(case)
    pairs = [(case, earlier) for case in rows if (earlier := _newest(case, closed[_problem(case)])) is not None]
    closings = _closings({earlier.pk for _case, earlier in pairs})
    found = [
        Recurrence(case=case, earlier=earlier, closing_id=closings[earlier.pk], noticed_at=case.filed_at)
        for case, earlier in pairs
    ]
    return len(Recurrence.objects.bulk_create(found))


def _problem(case: Case) -> tuple[int | None, int | None, str]:
    return case.topic_id, case.governorate_id, strip_prefixes(case.area)


def _newest(case: Case, closed: list[Case]) -> Case | None:
    since = case.filed_at - timedelta(weeks=settings.CAME_BACK_WEEKS)
    before = [one for one in closed if one.closed_at is not None and since < one.closed_at < case.filed_at]
    return max(before, key=lambda one: (one.closed_at, one.pk), default=None)


def _closings(cases: set[int]) -> dict[int, int]:
    """Return the event of the newest answer of each case."""
    events = CaseEvent.objects.filter(case__in=cases, action=Action.CLOSE).order_by("number")
    return dict(events.values_list("case", "pk"))
