"""What leads from a case elsewhere: case numbers in a text, known problems, the place where a photo was taken."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from math import asin, cos, radians, sin, sqrt
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, Value
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from accounts.models import Citizen
from agencies.models import Agency, Governorate, KnownProblem, Topic
from agencies.models.known_problems import KnownProblemQuerySet
from complaints import reference
from complaints.models import Attachment, Case, Draft, ProblemJoin
from complaints.workflow import Kind
from kit.arabic import strip_prefixes
from kit.compiled_reads import CompiledRead, numbered
from kit.unit import unit_name

#: Numbers looked up for one page; the others stay text.
MOST: Final = 20
_KNOWN: Final = "case_links"


def case_address(request: object, number: str) -> str:
    """Return the address of the case with this number for the reader of a page, empty where they may not open it.

    A statement for each number with the right check digit, asked once for a page.
    """
    if not isinstance(request, HttpRequest) or not reference.is_valid(number):
        return ""
    known: dict[str, str] = vars(request).setdefault(_KNOWN, {})
    if number not in known and len(known) < MOST:
        known[number] = _address(request, number)
    return known.get(number, "")


def _address(request: HttpRequest, number: str) -> str:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return ""
    if not Case.objects.visible_to(user, at=timezone.now()).filter(reference=number).exists():
        return ""
    return reverse("desk-case" if user.is_staff else "case", kwargs={"ref": number})


# ---- How far from the place of its case a photo of an answer was taken, as the camera says. ----


#: Metres: the mean radius of the earth (IUGG), and within which a phone's position is the same place.
EARTH: Final = 6_371_009
NEAR: Final = 200


def photo_place(case: Case, photo: Attachment) -> str:
    """Return where ``photo`` was taken in relation to the place of ``case``; empty if one of the two is not known."""
    if case.latitude is None or case.longitude is None or photo.latitude is None or photo.longitude is None:
        return ""
    metres = distance(case.latitude, case.longitude, photo.latitude, photo.longitude)
    if metres <= NEAR:
        return gettext("Taken at the place of the case")
    return gettext("Taken %(kilometres)s km from the place of the case") % {"kilometres": f"{metres / 1000:,.1f}"}


def distance(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Return the metres between two places in degrees, by the haversine formula."""
    north, other_north = radians(latitude), radians(other_latitude)
    up, across = sin((other_north - north) / 2) ** 2, sin(radians(other_longitude - longitude) / 2) ** 2
    return 2 * EARTH * asin(sqrt(min(1.0, up + cos(north) * cos(other_north) * across)))


# ---- Which known problems fit what a person writes or says, for the steps of filing and for the contact
# centre.


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
