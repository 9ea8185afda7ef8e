"""Sudden rises: where far more complaints of one topic, agency and governorate came in a week than in the weeks before.

A cell is an agency, a topic and a governorate. Its last seven days are compared with the eight weeks before
(``chance.at_least``). A rise is a count

- of at least ``LEAST`` complaints, and at least ``FACTOR`` times the weekly mean before, which both a reader expects;
- that chance alone gives with a probability below ``FALSE_ALARMS`` divided by the number of cells that were looked at
  (Bonferroni): by chance alone a rise anywhere shows in about one week of twenty.

How much counts swing from week to week without a cause is measured in all cells and in the cell itself.

The function that decides is pure; ``daily_counts`` is its only statement.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from django.db.models import Count
from django.db.models.functions import TruncDate
from django.utils import timezone

from agencies.calendar import AMMAN
from agencies.models import Agency
from complaints.models import Case
from complaints.workflow import Kind
from reports.dashboards import chance

WEEK: Final = 7
WEEKS_BEFORE: Final = 8
#: Days that are looked at: the week that is judged and the weeks before.
DAYS: Final = WEEK * (WEEKS_BEFORE + 1)
LEAST: Final = 5
FACTOR: Final = 2
FALSE_ALARMS: Final = 0.05
#: The most rises that are listed, the least likely first.
MOST: Final = 10


class Cell(NamedTuple):
    """An agency, a topic and a governorate, by their keys; a case may lack the last two."""

    agency: int
    topic: int | None
    governorate: int | None


@dataclass(frozen=True)
class Rise:
    """A week of ``count`` complaints in ``cell`` after the weekly counts ``earlier``, the oldest first.

    Half of the complaints came on ``since`` or later. ``chance`` is the probability of so many by chance alone.
    """

    cell: Cell
    count: int
    earlier: tuple[int, ...]
    since: date
    chance: float


type DailyCounts = Mapping[Cell, Mapping[date, int]]


def daily_counts(*, at: datetime) -> DailyCounts:
    """Return the complaints of the last ``DAYS`` by cell and day of filing; one statement.

    A case counts for the agency that has it now, so that the work of a merged agency is compared with its own past.
    """
    since = timezone.localdate(at, AMMAN) - timedelta(days=DAYS - 1)
    # An index holds the cases of an agency by the day of filing; the oldest cases are not read.
    filed = Case.objects.filter(agency__in=list(Agency.objects.values_list("pk", flat=True)), kind=Kind.COMPLAINT)
    rows = (
        filed.filter(filed_at__gte=_midnight(since), filed_at__lte=at)
        .order_by()
        .values("agency", "topic", "governorate", day=TruncDate("filed_at", tzinfo=AMMAN))
        .annotate(number=Count("pk"))
        .values_list("agency", "topic", "governorate", "day", "number")
    )
    found: dict[Cell, dict[date, int]] = defaultdict(dict)
    for agency, topic, governorate, day, number in rows:
        found[Cell(agency, topic, governorate)][day] = number
    return found


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=AMMAN)


def rises(counts: DailyCounts, *, today: date) -> list[Rise]:
    """Return the rises of the seven days that end ``today``, the least likely by chance first; ``MOST`` at most."""
    limit = FALSE_ALARMS / max(1, len(counts))
    weeks = {cell: weekly(days, today=today) for cell, days in counts.items()}
    usual = chance.usual_swing(each[:-1] for each in weeks.values())
    found = (_rise(cell, weeks[cell], days, limit, usual=usual) for cell, days in counts.items())
    return sorted((rise for rise in found if rise), key=_least_likely_first)[:MOST]


def _least_likely_first(rise: Rise) -> tuple[float, int, int, int, int]:
    agency, topic, governorate = rise.cell
    return rise.chance, -rise.count, agency, topic or 0, governorate or 0


def _rise(cell: Cell, weeks: Sequence[int], days: Mapping[date, int], limit: float, *, usual: float) -> Rise | None:
    *earlier, count = weeks
    if count < max(LEAST, FACTOR * sum(earlier) / len(earlier)):
        return None
    probability = chance.at_least(count, earlier, swing=chance.swing(earlier, usual=usual))
    return Rise(cell, count, tuple(earlier), _half_since(days, count), probability) if probability < limit else None


def weekly(days: Mapping[date, int], *, today: date) -> Sequence[int]:
    """Return the counts of the weeks that end ``today``, the oldest first."""
    weeks = [0] * (WEEKS_BEFORE + 1)
    for day, number in days.items():
        weeks[WEEKS_BEFORE - (today - day).days // WEEK] += number
    return weeks


def _half_since(days: Mapping[date, int], count: int) -> date:
    """Return the latest day such that it and the days after it have half of the ``count`` complaints of the week."""
    seen = 0
    for day in sorted(days, reverse=True):
        seen += days[day]
        if seen * 2 >= count:
            return day
    return min(days)
