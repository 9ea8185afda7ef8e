"""Which days became longer, shorter, working or free between two calendars."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any, Final

from agencies.calendar import CalendarExhausted, Hours, WorkingCalendar
from reports.figures.day_table import AHEAD

_DAY: Final = timedelta(days=1)


def calendar_record(calendar: WorkingCalendar) -> dict[str, Any]:
    """Return a calendar as JSON."""
    return {
        "hours": [
            [
                span.opens.isoformat(),
                span.closes.isoformat(),
                span.starts_on.isoformat() if span.starts_on else None,
                span.ends_on.isoformat() if span.ends_on else None,
            ]
            for span in calendar.hours
        ],
        "holidays": sorted(day.isoformat() for day in calendar.holidays),
    }


def changed_days(old: dict[str, Any], new: dict[str, Any], *, since: date, until: date) -> tuple[date, date] | None:
    """Return the first and the last day that differ, from ``since`` to the deadlines that run on ``until``."""
    before, after = _calendar(old), _calendar(new)
    days = [since + _DAY * n for n in range((until + AHEAD - since).days)]
    differing = [day for day in days if _window(before, day) != _window(after, day)]
    return (differing[0], differing[-1]) if differing else None


def _calendar(record: dict[str, Any]) -> WorkingCalendar:
    hours = tuple(
        Hours(time.fromisoformat(opens), time.fromisoformat(closes), _day(first), _day(last))
        for opens, closes, first, last in record.get("hours", [])
    )
    return WorkingCalendar(hours, frozenset(map(date.fromisoformat, record.get("holidays", []))))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _window(calendar: WorkingCalendar, day: date) -> tuple[time, time] | None:
    """Return the working hours of a day, None on a day off or where none are known."""
    if not calendar.is_working_day(day):
        return None
    try:
        hours = calendar.hours_on(day)
    except CalendarExhausted:
        return None
    return hours.opens, hours.closes
