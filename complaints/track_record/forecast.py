"""How likely an open promise will be missed: the share of promises like it that were, of those not answered by now.

Like it are promises of as many working days, unanswered when as many were left: of the agency on the topic, else of the
agency, else of all agencies on the topic, else of all. Fewer than ``FEWEST`` of them say nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db.models import Min, QuerySet, Sum

from accounts.models import User
from complaints.models import Case, CaseQuerySet, TrackRecordCount
from complaints.track_record.counting import OpenPromise, PromiseCounts, RecordKey
from complaints.workflow import State
from kit.compiled_reads import CompiledRead, numbered

#: The fewest promises like it from which a chance is told.
FEWEST: Final = 40
#: From so many percent on, a promise is listed.
LIKELY: Final = 50


@dataclass(frozen=True)
class MissChance:
    """A share in percent, and of how many promises like it."""

    percent: int
    basis: int


def miss_chance(
    promise: OpenPromise, records: Mapping[RecordKey, PromiseCounts], *, agency: int | None
) -> MissChance | None:
    """Return how likely ``promise`` will be missed, None where there are too few like it."""
    levels = ((agency, promise.topic), (agency, None), (None, promise.topic), (None, None))
    for level_agency, topic in levels:
        counts = records.get(RecordKey(level_agency, None, topic, promise.span))
        if counts is None:
            continue
        unanswered = sum(counts.kept[: promise.days_left + 1]) + counts.missed
        if unanswered >= FEWEST:
            return MissChance(round(100 * counts.missed / unanswered), unanswered)
    return None


def likely_missed(user: User, *, at: datetime) -> CaseQuerySet:
    """Return the cases at the desk of ``user`` whose promise will likely be missed, the likeliest first.

    For the unit those of all agencies. Forecasts are made at night; what was answered or paused since is left out.
    """
    running = foretold(Case.objects.at_desk_of(user, at=at))
    return running.for_listing().select_related("forecast").order_by("-forecast__miss_percent", "deadline_at", "pk")


def foretold(cases: CaseQuerySet) -> CaseQuerySet:
    """Return which of ``cases`` have a promise that will likely be missed; the promise still runs."""
    return cases.filter(state=State.IN_PROGRESS, forecast__isnull=False)


@dataclass(frozen=True)
class ForecastCounts:
    """How many promises ran last night, how many had too few like them for a forecast, and when that was."""

    open_promises: int
    unjudged: int
    counted_on: date | None


def forecast_counts(agencies: Collection[int] | None) -> ForecastCounts:
    """Return the counts of ``agencies``, or of all of them; one statement."""
    keys = numbered("agency", sorted(agencies or ()))
    rows = [] if agencies is not None and not agencies else _COUNTS.rows(agencies is None, **keys)
    promises, unjudged, days = zip(*rows, strict=True) if rows else ((), (), ())
    return ForecastCounts(sum(promises), sum(unjudged), min(days, default=None))


def _counts(is_all: bool, **agencies: int) -> QuerySet[TrackRecordCount, Any]:  # noqa: FBT001 - the shape of a read
    """Return the promises of each agency that ran, those without a forecast, and the day on which they were counted."""
    rows = TrackRecordCount.objects.filter(agency__isnull=False).order_by()
    rows = rows if is_all else rows.filter(agency__in=agencies.values())
    summed = rows.values("agency").annotate(Sum("open_promises"), Sum("unjudged"), Min("counted_on"))
    return summed.values_list("open_promises__sum", "unjudged__sum", "counted_on__min")


_COUNTS: Final = CompiledRead(_counts, is_prepared=True)
