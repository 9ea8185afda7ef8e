"""The period of a report: its first and last day, and when these begin and end in Amman."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from agencies.calendar import AMMAN

DAY = timedelta(days=1)
MONTHS_OF_A_QUARTER = 3


@dataclass(frozen=True)
class ReportPeriod:
    """The days from ``first`` to ``last``, both included."""

    first: date
    last: date

    @property
    def starts_at(self) -> datetime:
        """The first moment of the period."""
        return datetime.combine(self.first, time(), AMMAN)

    @property
    def ends_at(self) -> datetime:
        """The first moment after the period."""
        return datetime.combine(self.last + DAY, time(), AMMAN)


class Preset(StrEnum):
    """The periods offered by name; those not over yet end today."""

    THIS_MONTH = "this-month"
    LAST_MONTH = "last-month"
    QUARTER = "quarter"
    YEAR = "year"

    def period(self, today: date) -> ReportPeriod:
        """Return the days of this period as seen on ``today``."""
        month = today.replace(day=1)
        match self:
            case Preset.THIS_MONTH:
                return ReportPeriod(month, today)
            case Preset.LAST_MONTH:
                last = month - DAY
                return ReportPeriod(last.replace(day=1), last)
            case Preset.QUARTER:
                return ReportPeriod(month.replace(month=month.month - (month.month - 1) % MONTHS_OF_A_QUARTER), today)
            case Preset.YEAR:
                return ReportPeriod(month.replace(month=1), today)
