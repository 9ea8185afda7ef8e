"""How many contacts a day had, of which agents, by which channel, with which result, and how long they took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.db.models import Avg, Count, F, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from complaints.models import TAKEN_DOWN, CentreContact, Channel, ContactResult

#: Contacts listed one by one, the newest.
MOST_LISTED: Final = 50
#: The length of those that an agent ended; what ended by itself lasted nobody knows how long.
_FIGURES: Final[dict[str, Any]] = {
    "total": Count("pk"),
    **{f"of_{result.value}": Count("pk", filter=Q(result=result)) for result in ContactResult},
    "unproven": Count("pk", filter=Q(proven_at=None)),
    "length": Avg(F("ended_at") - F("started_at"), filter=Q(ended_at__gt=F("started_at"))),
}


@dataclass(frozen=True)
class ContactFigures:
    """Contacts by result, those in which nobody was proven, and the average length in minutes, if it is known."""

    total: int
    by_result: Sequence[int]
    unproven: int
    minutes: int | None


@dataclass(frozen=True)
class CentreDay:
    """One day: the agents with their figures, all of them together, the channels, and the newest contacts."""

    on: date
    agents: Sequence[tuple[User, ContactFigures]]
    whole: ContactFigures
    channels: Sequence[tuple[str, int]]
    newest: Sequence[CentreContact]


def centre_day(day: date, *, agent: User | None = None) -> CentreDay:
    """Return the figures of ``day``, of all agents or of one; five statements, however many contacts there were."""
    found = _contacts_on(day, agent=agent)
    rows: list[Any] = list(found.order_by().values("agent").annotate(**_FIGURES))
    rows.sort(key=lambda row: (-row["total"], str(row["agent"])))
    agents = User.objects.in_bulk([row["agent"] for row in rows])
    counted = dict(found.order_by().values_list("channel").annotate(count=Count("pk")))
    return CentreDay(
        on=day,
        agents=[(agents[row["agent"]], _figures(row)) for row in rows],
        whole=_figures(found.aggregate(**_FIGURES)),
        channels=[(CentreContact(channel=one).came_as, counted.get(one.value, 0)) for one in map(Channel, TAKEN_DOWN)],
        newest=list(found.select_related("agent").order_by("-started_at", "-pk")[:MOST_LISTED]),
    )


def _contacts_on(day: date, *, agent: User | None) -> QuerySet[CentreContact]:
    """Return the contacts that began on ``day`` in Amman."""
    begins = datetime.combine(day, time(), tzinfo=timezone.get_current_timezone())
    ends = datetime.combine(day + timedelta(days=1), time(), tzinfo=timezone.get_current_timezone())
    found = CentreContact.objects.filter(started_at__gte=begins, started_at__lt=ends)
    return found.filter(agent=agent) if agent else found


def _figures(row: dict[str, Any]) -> ContactFigures:
    length: timedelta | None = row["length"]
    return ContactFigures(
        total=row["total"],
        by_result=[row[f"of_{result.value}"] for result in ContactResult],
        unproven=row["unproven"],
        minutes=None if length is None else max(1, round(length.total_seconds() / 60)),
    )
