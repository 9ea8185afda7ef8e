"""What is known of a sudden rise: the place that its cases name, how many are joined, and how many are closed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, Exists, OuterRef, Q

from agencies.calendar import AMMAN
from complaints.models import Case, CaseLink, CaseQuerySet, LinkKind
from complaints.workflow import Kind, State
from kit.arabic import fold
from reports.dashboards.rises import WEEK, Rise
from reports.models import PhenomenonCase
from reports.phenomena.actions import LIVE

#: A place is named if so many cases have it, which are too many to tell of one person; and a third of them.
LEAST_NAMED: Final = 5
PART_NAMED: Final = 3


@dataclass(frozen=True)
class RiseFacts:
    """The ``area`` that ``named`` cases have, and how many cases are joined as one problem, or closed.

    ``phenomenon`` is the key of the phenomenon that most of the cases show, with its name; 0 if none does.
    """

    area: str = ""
    named: int = 0
    joined: int = 0
    closed: int = 0
    phenomenon: int = 0
    phenomenon_name: str = ""


def rise_cases(rise: Rise, *, at: datetime) -> CaseQuerySet:
    """Return the complaints of the week of ``rise``, which ends with the day of ``at``."""
    today = at.astimezone(AMMAN).replace(hour=0, minute=0, second=0, microsecond=0)
    cell = rise.cell
    return Case.objects.filter(
        agency=cell.agency,
        topic=cell.topic,
        governorate=cell.governorate,
        kind=Kind.COMPLAINT,
        filed_at__gte=today - timedelta(days=WEEK - 1),
        filed_at__lte=at,
    ).order_by()


def rise_facts(rise: Rise, *, at: datetime) -> RiseFacts:
    """Return what is known of the cases of ``rise``; two statements."""
    links = CaseLink.objects.filter(kind=LinkKind.SAME_PROBLEM, ended_at__isnull=True)
    joined = Exists(links.filter(Q(case=OuterRef("pk")) | Q(lead=OuterRef("pk"))))
    rows = list(rise_cases(rise, at=at).annotate(joined=joined).order_by("pk").values_list("area", "state", "joined"))
    areas = Counter(fold(area) for area, _state, _joined in rows if area.strip())
    place, named = areas.most_common(1)[0] if areas else ("", 0)
    phenomenon, name = _phenomenon(rise, at=at)
    is_named = named >= max(LEAST_NAMED, len(rows) / PART_NAMED)
    return RiseFacts(
        area=next(area.strip() for area, _state, _joined in rows if fold(area) == place) if is_named else "",
        named=named if is_named else 0,
        joined=sum(joined for _area, _state, joined in rows),
        closed=sum(state == State.CLOSED for _area, state, _joined in rows),
        phenomenon=phenomenon,
        phenomenon_name=name,
    )


def _phenomenon(rise: Rise, *, at: datetime) -> tuple[int, str]:
    """Return the phenomenon looked after that most cases of ``rise`` show, if as many as a place needs to be named."""
    shown = PhenomenonCase.objects.filter(case__in=rise_cases(rise, at=at), removed_at=None, phenomenon__state__in=LIVE)
    most = shown.order_by().values_list("phenomenon", "phenomenon__name").annotate(number=Count("pk"))
    key, name, _number = most.filter(number__gte=LEAST_NAMED).order_by("-number", "phenomenon").first() or (0, "", 0)
    return key, name
