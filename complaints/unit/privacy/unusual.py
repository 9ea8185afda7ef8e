"""Unusual looking: plain rules in one table, each with its figures; what relatives look at cannot be known.

A finding is a reason to ask, not a verdict.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Final
from uuid import UUID

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncHour
from django.utils import timezone
from django.utils.translation import gettext_lazy as _, ngettext
from django_stubs_ext import StrPromise

from accounts.models import IdentityView, User
from agencies.models.workdays import current_calendar

HOUR: Final = timedelta(hours=1)
#: Fewer persons in an hour are nobody's fault; more are compared with colleagues.
FEWEST: Final = 10
TIMES_COLLEAGUES: Final = 3
#: Hours of looking read at most, and findings of one rule shown at most.
MOST_HOURS: Final = 20_000
MOST_FINDINGS: Final = 50


@dataclass(frozen=True)
class LookingHour:
    """One hour of one viewer: how many different persons, and for which agency."""

    viewer: UUID
    agency: int | None
    hour: datetime
    persons: int


@dataclass(frozen=True)
class Finding:
    """What a rule found: who, when, and the figures."""

    viewer: UUID
    at: datetime
    figures: str


@dataclass(frozen=True)
class Rule:
    """One rule: what it says, and how it finds."""

    text: StrPromise
    find: Callable[[Sequence[LookingHour], QuerySet[IdentityView]], Iterator[Finding]]


def _many(hours: Sequence[LookingHour], _views: QuerySet[IdentityView]) -> Iterator[Finding]:
    by_agency: dict[int | None, list[LookingHour]] = defaultdict(list)
    for hour in hours:
        by_agency[hour.agency].append(hour)
    for hour in hours:
        others = [other.persons for other in by_agency[hour.agency] if other.viewer != hour.viewer]
        usual = median(others) if others else 0
        if hour.persons >= FEWEST and hour.persons > TIMES_COLLEAGUES * usual:
            figures = ngettext(
                "%(persons)s person in an hour; colleagues in the same agency: %(usual)s",
                "%(persons)s persons in an hour; colleagues in the same agency: %(usual)s",
                hour.persons,
            )
            yield Finding(hour.viewer, hour.hour, figures % {"persons": hour.persons, "usual": f"{usual:g}"})


def _outside_hours(hours: Sequence[LookingHour], _views: QuerySet[IdentityView]) -> Iterator[Finding]:
    calendar = current_calendar()
    for hour in hours:
        if not calendar.working_minutes(hour.hour, hour.hour + HOUR):
            figures = ngettext(
                "%(persons)s person between %(start)s:00 and %(start)s:59",
                "%(persons)s persons between %(start)s:00 and %(start)s:59",
                hour.persons,
            )
            start = timezone.localtime(hour.hour).hour
            yield Finding(hour.viewer, hour.hour, figures % {"persons": hour.persons, "start": start})


def _out_of_reach(_hours: Sequence[LookingHour], views: QuerySet[IdentityView]) -> Iterator[Finding]:
    searched = views.filter(in_reach=False).annotate(hour=TruncHour("at")).values("viewer", "hour")
    for row in searched.annotate(persons=Count("citizen", distinct=True)).order_by("-hour", "viewer")[:MOST_FINDINGS]:
        figures = ngettext(
            "%(persons)s person without a case that this officer may open",
            "%(persons)s persons without a case that this officer may open",
            row["persons"],
        )
        yield Finding(row["viewer"], row["hour"], figures % {"persons": row["persons"]})


RULES: Final[tuple[Rule, ...]] = (
    Rule(_("Many different persons in one hour, at least 10 and three times as many as colleagues"), _many),
    Rule(_("Looking outside working hours"), _outside_hours),
    Rule(_("A search that found a person with no case that the searcher may open"), _out_of_reach),
)


@dataclass(frozen=True)
class FindingRow:
    """A finding with its person, for the page."""

    viewer: User
    at: datetime
    figures: str


@dataclass(frozen=True)
class RuleFindings:
    """A rule and what it found, the newest first."""

    text: str
    rows: Sequence[FindingRow]


def unusual(views: QuerySet[IdentityView]) -> list[RuleFindings]:
    """Return what each rule finds among ``views``; the same number of statements whatever it finds."""
    grouped = views.annotate(hour=TruncHour("at")).values("viewer", "agency", "hour")
    counted = grouped.annotate(persons=Count("citizen", distinct=True)).order_by("-hour", "viewer", "agency")
    hours = [LookingHour(**row) for row in counted[:MOST_HOURS]]
    found = [(rule, list(rule.find(hours, views))[:MOST_FINDINGS]) for rule in RULES]
    people = User.objects.in_bulk({finding.viewer for _rule, findings in found for finding in findings})
    return [
        RuleFindings(str(rule.text), [FindingRow(people[one.viewer], one.at, one.figures) for one in findings])
        for rule, findings in found
    ]
