"""A directorate's estimates with the days they end on, and the last day the agency promised or can promise."""

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

#: The numbers of working days for which a page shows the resulting day.
OFFERED: Final = (1, 2, 3, 5, 10)


@dataclass(frozen=True)
class GivenEstimate:
    """One estimate of a directorate: working days, the day they end on, and the reason of a change."""

    days: int
    until: date
    reason: str
    at: datetime

    @property
    def words(self) -> str:
        """Return the number of working days in words."""
        return days_label(self.days)


@dataclass(frozen=True)
class LatestEstimate:
    """The last day for the answer: the promised one, or the last that can be promised."""

    on: date
    is_promised: bool


def given_estimates(estimates: Iterable[Estimate], *, calendar: WorkingCalendar) -> list[GivenEstimate]:
    """Return the estimates in their order."""
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
    """Return some numbers of working days with the day each ends on, for pages without script."""
    return [(days, timezone.localdate(calendar.due(at, days))) for days in OFFERED]


def left_for(asked: Consultation | None, *, at: datetime, most: int, calendar: WorkingCalendar) -> int | None:
    """Return the working days left of the directorate's estimate, from 1 to ``most``; None where it gave none."""
    last = asked.estimates.last() if asked is not None else None
    if last is None:
        return None
    until = timezone.localdate(calendar.due(last.at, last.days))
    return max(1, min(most, calendar.days_between(timezone.localdate(at), until)))
