"""What the officers of an agency hold now and how much of it is late; officers read their own line only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils.translation import gettext

from accounts.models import User
from accounts.roles import CMU, DESK, LADDER
from agencies.models import Agency
from complaints.models import Case
from complaints.workflow import WITH_AGENCY, State


@dataclass(frozen=True)
class OfficerLine:
    """One officer: what they hold, what of it is late, the oldest deadline missed, and where these cases are."""

    name: str
    holds: int
    late: int
    oldest: datetime | None
    holds_href: str
    late_href: str


def officer_lines(agency: Agency, user: User, *, at: datetime) -> list[OfficerLine]:
    """Return the officers of ``agency`` that ``user`` may read about, most late first; two statements.

    The unit and the ladder read about all; an officer about themselves.
    """
    cases = Case.objects.filter(agency=agency, state__in=WITH_AGENCY).order_by()
    if not user.authority(at).at(agency.pk).has(set(LADDER)) and not user.authority(at).has(CMU):
        cases = cases.filter(officer=user)
    is_late = Q(deadline_at__lt=at) & ~Q(state=State.WAITING)
    rows = cases.values_list("officer").annotate(
        holds=Count("pk"), late=Count("pk", filter=is_late), oldest=Min("deadline_at", filter=is_late)
    )
    found = list(rows)
    people = User.objects.in_bulk([officer for officer, *_rest in found if officer])
    opens = user.authority(at).has(CMU) or agency.pk in user.authority(at).agencies(DESK)
    lines = [
        OfficerLine(
            people[officer].name if officer in people else gettext("No officer yet"),
            holds,
            late,
            oldest,
            _queue("open", agency, officer) if opens else "",
            _queue("late", agency, officer) if opens else "",
        )
        for officer, holds, late, oldest in found
    ]
    return sorted(lines, key=lambda line: (-line.late, -line.holds, line.name))


def _queue(view: str, agency: Agency, officer: object) -> str:
    parameters = {"view": view, "agency": agency.pk, "officer": officer or "none"}
    return f"{reverse('queue')}?{urlencode(parameters)}"
