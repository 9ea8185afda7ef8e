"""Agencies that ended while their cases were open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from agencies.models import Agency
from complaints.models import Case, CaseQuerySet
from complaints.workflow import AT_AGENCY, WITH_AGENCY, State

#: Cases of an agency that ended which one press refers: each is a transaction of its own.
MOST_AT_ONCE = 100


@dataclass(frozen=True)
class EndedAgency:
    """An agency that ended, and how many of its cases wait for another: ``waiting`` of them for their citizen."""

    agency: Agency
    open: int
    waiting: int


def ended_agencies_with_cases(*, on: date) -> list[EndedAgency]:
    """Return the agencies that ended before a day with cases still open, the longest ago first; one statement.

    No case moves by itself: the unit decides, and until then the staff who are left go on with it.
    """
    is_open = Q(cases__state__in=WITH_AGENCY)
    agencies = Agency.objects.filter(ends_on__lt=on).annotate(
        open_cases=Count("cases", filter=is_open), waiting=Count("cases", filter=Q(cases__state=State.WAITING))
    )
    rows: QuerySet[Any] = agencies.filter(open_cases__gt=0).order_by("ends_on", "name_ar", "pk")
    return [EndedAgency(agency, agency.open_cases, agency.waiting) for agency in rows]


def cases_to_refer(agency: Agency, *, within: CaseQuerySet) -> list[Case]:
    """Return the cases of ``agency`` that the unit can refer now, the oldest first, ``MOST_AT_ONCE`` of them at most.

    ``within`` are those that are work of whoever refers them.

    Those that wait for their citizen are none: they can be referred once there is a reply, or its time is over.
    """
    left = within.filter(agency=agency, state__in=AT_AGENCY).for_listing()
    return list(left.order_by("filed_at", "pk")[:MOST_AT_ONCE])
