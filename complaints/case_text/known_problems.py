"""Which known problems fit what a person writes or says, for the steps of filing and for the contact centre."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, Value

from accounts.models import Citizen
from agencies.models import Agency, Governorate, KnownProblem, Topic
from agencies.models.known_problems import KnownProblemQuerySet
from complaints.models import Draft, ProblemJoin
from complaints.workflow import Kind
from kit.arabic import strip_prefixes
from kit.compiled_reads import CompiledRead, numbered
from kit.unit import unit_name

#: Problems offered at once; more would not be read.
MOST_OFFERED: Final = 3
#: Problems read to find those of a place, whose name is compared outside the database.
MOST_READ: Final = 50
#: Fewer people than this are not counted in public, as in all public figures.
FEWEST_SHOWN: Final = 5


@dataclass(frozen=True)
class OfferedProblem:
    """A known problem as readers see it; ``people`` is 0 where so few joined that the number is withheld."""

    problem: KnownProblem
    people: int
    is_joined: bool

    @property
    def publisher(self) -> str:
        """Return who says so: the agency, or the unit."""
        return self.problem.agency.name if self.problem.agency else unit_name()

    @property
    def area(self) -> list[str]:
        """Return the names of the place, the largest first; none where it is the whole country."""
        return [part.name for part in (self.problem.governorate, self.problem.city) if part]


def offered_problems(
    *,
    at: datetime,
    topics: Collection[Topic] = (),
    agency: Agency | None = None,
    governorate: Governorate | None = None,
    place: str = "",
    citizen: Citizen | None = None,
) -> list[OfferedProblem]:
    """Return the problems that last at ``at`` and fit, those that ``citizen`` joined marked; one statement.

    They are of one of ``topics`` or its group, or else of ``agency``; a problem of a governorate or a place fits where
    that is not known to be another one. ``place`` are the words that say where.
    """
    if not topics and agency is None:
        return []
    keys = sorted({key for topic in topics for key in (topic.pk, topic.parent_id) if key})
    asked = numbered("topic", keys) if keys else {"agency": agency.pk} if agency else {}
    known = {"governorate": governorate, "citizen": citizen}
    asked |= {name: row.pk for name, row in known.items() if row is not None}
    found = [problem for problem in _FITTING.rows(at=at, **asked) if _is_near(problem, place)]
    return _shown(found[:MOST_OFFERED])


def _fitting(
    _shape: None,
    *,
    at: datetime,
    agency: int | None = None,
    governorate: int | None = None,
    citizen: UUID | None = None,
    **topics: int,
) -> KnownProblemQuerySet:
    problems = KnownProblem.objects.open_at(at)
    problems = problems.filter(topic__in=list(topics.values())) if topics else problems.filter(agency=agency)
    if governorate is not None:
        problems = problems.filter(Q(governorate=None) | Q(governorate=governorate))
    return _counted(problems, citizen)[:MOST_READ]


#: Asked by every page of filing, and mostly without a row.
_FITTING: Final = CompiledRead(_fitting, is_prepared=True)


def offered_for(
    draft: Draft,
    *,
    at: datetime,
    topics: Collection[Topic] = (),
    governorate: Governorate | None = None,
    area: str = "",
) -> list[OfferedProblem]:
    """Return the problems that fit a draft of a complaint, or the ``topics`` and the place that it may be about."""
    if draft.kind != Kind.COMPLAINT:
        return []
    known = [draft.topic] if draft.topic else topics
    words = f"{draft.area} {draft.place} {area}"
    return offered_problems(
        at=at,
        topics=known,
        agency=draft.agency,
        governorate=draft.governorate or governorate,
        place=words,
        citizen=draft.citizen,
    )


def listed(*, at: datetime, citizen: Citizen | None = None) -> list[OfferedProblem]:
    """Return the problems that last at ``at``, the newest first, with those that ``citizen`` joined; one statement."""
    return _shown(_counted(KnownProblem.objects.open_at(at), citizen))


def offered_problem(key: int, *, citizen: Citizen | None = None) -> OfferedProblem | None:
    """Return a problem, over or not, None if there is none; one statement."""
    return next(iter(_shown(_counted(KnownProblem.objects.filter(pk=key), citizen))), None)


def _counted(problems: KnownProblemQuerySet, citizen: Citizen | UUID | None) -> KnownProblemQuerySet:
    own = ProblemJoin.objects.filter(problem=OuterRef("pk"), citizen=citizen)
    is_joined = Exists(own) if citizen is not None else Value(value=False)
    counted = problems.for_reading().annotate(people=Count("joins"), is_joined=is_joined)
    # Named here: counting leaves the order of the table out.
    return counted.order_by("-starts_at", "-pk")


def _shown(problems: Iterable[Any]) -> list[OfferedProblem]:
    """Return counted problems for everybody: a number below ``FEWEST_SHOWN`` is withheld."""
    return [
        OfferedProblem(
            problem,
            people=problem.people if problem.people >= FEWEST_SHOWN else 0,
            is_joined=problem.is_joined,
        )
        for problem in problems
    ]


def _is_near(problem: KnownProblem, place: str) -> bool:
    """Tell whether a problem of a place may be where the words say: they name it, or name nothing."""
    words = strip_prefixes(place).strip()
    if problem.city is None or not words:
        return True
    return any(strip_prefixes(name) in words for name in (problem.city.name_ar, problem.city.name_en))
