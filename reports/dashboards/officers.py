"""What the officers of an agency hold now and how much of it is late; officers read their own line only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from accounts.models import User
from accounts.roles import CMU, DESK, LADDER
from agencies.models import Agency
from complaints.models import Case
from complaints.workflow import OPEN, WITH_AGENCY, State
from kit.compiled_reads import CompiledRead, numbered


@dataclass(frozen=True)
class OfficerLine:
    """One officer: what they hold, what of it is late, the oldest deadline missed, and where these cases are."""

    name: str
    holds: int
    late: int
    oldest: datetime | None
    holds_href: str
    late_href: str


class OpenCases(NamedTuple):
    """How many open cases of an officer have a state, how many of them fall due soon, are late, and since when."""

    officer: UUID | None
    state: str
    holds: int
    due: int
    late: int
    oldest: datetime | None


def open_cases(agency: Agency, *, at: datetime, soon: datetime) -> Sequence[OpenCases]:
    """Return the open cases of ``agency`` by officer and state; due are those before ``soon``. One statement."""
    # By the index of the agency, whoever reads: that of an officer has all cases that were ever theirs.
    return [OpenCases(*row) for row in _OPEN_CASES.rows(agency=agency.pk, at=at, soon=soon)]


def _open_cases(_shape: None, *, agency: int, at: datetime, soon: datetime) -> QuerySet[Case, Any]:
    is_late = Q(deadline_at__lt=at)
    by = Case.objects.filter(agency=agency, state__in=OPEN).order_by().values_list("officer", "state")
    return by.annotate(
        holds=Count("pk"),
        due=Count("pk", filter=Q(deadline_at__gte=at, deadline_at__lt=soon)),
        late=Count("pk", filter=is_late),
        oldest=Min("deadline_at", filter=is_late),
    )


_OPEN_CASES: Final = CompiledRead(_open_cases, is_prepared=True)


def officer_lines(agency: Agency, cases: Iterable[OpenCases], user: User, *, at: datetime) -> list[OfficerLine]:
    """Return the officers that hold ``cases`` and that ``user`` may read about, most late first; one statement.

    The unit and the ladder read about all; an officer about themselves. What waits for the citizen is not late.
    """
    reads_all = user.authority(at).at(agency.pk).has(set(LADDER)) or user.authority(at).has(CMU)
    held: dict[UUID | None, list[OpenCases]] = defaultdict(list)
    for row in cases:
        if row.state in WITH_AGENCY and (reads_all or row.officer == user.pk):
            held[row.officer].append(row)
    keys = numbered("officer", [officer for officer in held if officer])
    people = {person.pk: person.name for person in (_PEOPLE.rows(**keys) if keys else ())}
    opens = user.authority(at).has(CMU) or agency.pk in user.authority(at).agencies(DESK)
    lines = []
    for officer, rows in held.items():
        running = [row for row in rows if row.state != State.WAITING]
        lines.append(
            OfficerLine(
                people[officer] if officer in people else gettext("No officer yet"),
                sum(row.holds for row in rows),
                sum(row.late for row in running),
                min((row.oldest for row in running if row.oldest), default=None),
                _queue("open", agency, officer) if opens else "",
                _queue("late", agency, officer) if opens else "",
            )
        )
    return sorted(lines, key=lambda line: (-line.late, -line.holds, line.name))


def _people(_shape: None, **keys: UUID) -> QuerySet[User]:
    return User.objects.filter(pk__in=keys.values()).only("name_ar", "name_en", "login")


_PEOPLE: Final = CompiledRead(_people, is_prepared=True)


def _queue(view: str, agency: Agency, officer: object) -> str:
    parameters = {"view": view, "agency": agency.pk, "officer": officer or "none"}
    return f"{reverse('queue')}?{urlencode(parameters)}"
