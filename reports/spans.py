"""The spans of days a report can speak of: pure dates, and the moments they begin and end in Amman."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from agencies.calendar import AMMAN

DAY = timedelta(days=1)
MONTHS_OF_A_QUARTER = 3


@dataclass(frozen=True)
class Span:
    """The days from ``first`` to ``last``, both included."""

    first: date
    last: date

    @property
    def starts_at(self) -> datetime:
        """The first moment of the span."""
        return datetime.combine(self.first, time(), AMMAN)

    @property
    def ends_at(self) -> datetime:
        """The first moment after the span."""
        return datetime.combine(self.last + DAY, time(), AMMAN)


class Preset(StrEnum):
    """The spans offered by name; the running ones end today."""

    THIS_MONTH = "this-month"
    LAST_MONTH = "last-month"
    QUARTER = "quarter"
    YEAR = "year"

    def span(self, today: date) -> Span:
        """Return the days of this span as seen on ``today``."""
        month = today.replace(day=1)
        match self:
            case Preset.THIS_MONTH:
                return Span(month, today)
            case Preset.LAST_MONTH:
                last = month - DAY
                return Span(last.replace(day=1), last)
            case Preset.QUARTER:
                return Span(month.replace(month=month.month - (month.month - 1) % MONTHS_OF_A_QUARTER), today)
            case Preset.YEAR:
                return Span(month.replace(month=1), today)
