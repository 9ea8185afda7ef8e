"""The times a directorate gave, with the days they lead to, beside what the agency has promised or still can."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.utils import timezone
from django.utils.translation import ngettext

from agencies.calendar import WorkingCalendar
from complaints.clocks import clockwork
from complaints.models import Case, Consultation, Estimate

#: The times whose days a page works out in advance.
OFFERED: Final = (1, 2, 3, 5, 10)


@dataclass(frozen=True)
class GivenEstimate:
    """One time a directorate gave: working days, the day they end on, and why they changed."""

    days: int
    until: date
    reason: str
    at: datetime

    @property
    def words(self) -> str:
        """Return the time in words."""
        return days_label(self.days)


@dataclass(frozen=True)
class LatestEstimate:
    """The last day the answer can go to the citizen: promised already, or the last one that can be."""

    on: date
    is_promised: bool


def given_estimates(estimates: Iterable[Estimate], *, calendar: WorkingCalendar) -> list[GivenEstimate]:
    """Return the times in the order they were given."""
    return [
        GivenEstimate(one.days, timezone.localdate(calendar.due(one.at, one.days)), one.reason, one.at)
        for one in estimates
    ]


def days_label(count: int) -> str:
    """Return a number of working days in words."""
    return ngettext("%(count)s working day", "%(count)s working days", count) % {"count": count}


def latest_estimate(case: Case, *, at: datetime, calendar: WorkingCalendar) -> LatestEstimate:
    """Return the day by which the citizen is to have the answer to ``case``."""
    if case.promised_on is not None:
        return LatestEstimate(case.promised_on, is_promised=True)
    return LatestEstimate(clockwork.latest_promise(case, at=at, calendar=calendar), is_promised=False)


def offers(*, at: datetime, calendar: WorkingCalendar) -> list[tuple[int, date]]:
    """Return a few times with the day each leads to, for a page that works without script."""
    return [(days, timezone.localdate(calendar.due(at, days))) for days in OFFERED]


def left_for(asked: Consultation | None, *, at: datetime, most: int, calendar: WorkingCalendar) -> int | None:
    """Return the working days left of the time the directorate gave, from 1 to ``most``; None where it gave none."""
    last = asked.estimates.last() if asked is not None else None
    if last is None:
        return None
    until = timezone.localdate(calendar.due(last.at, last.days))
    return max(1, min(most, calendar.days_between(timezone.localdate(at), until)))
