"""The calendar of the shipped days off and hours, 2025 to 2028, against a clock that looks at every minute."""

import ast
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest
from django.utils import timezone

from agencies import reference_data
from agencies.calendar import AMMAN, WorkingCalendar
from agencies.models import Holiday, WorkingHours, current_calendar
from tests.agencies import oracle
from tests.agencies.oracle import FIRST, LAST, Oracle

#: Random moments and spans of each question; the same ones in every run.
DRAWN = 250
#: The longest span drawn, and the longest limit.
SPAN_DAYS, LIMIT_DAYS, SPENT_MINUTES = 70, 40, 12_000


class Both(NamedTuple):
    """The calendar and what it is held against."""

    calendar: WorkingCalendar
    oracle: Oracle


@pytest.fixture(scope="module")
def minutes() -> Oracle:
    return Oracle()


@pytest.fixture(scope="module")
def both(module_data: None, minutes: Oracle) -> Both:
    files = {file: model for file, model in reference_data.FILES.items() if model in {Holiday, WorkingHours}}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reference_data, "FILES", files)
        reference_data.load(at=timezone.now())
    return Both(current_calendar(), minutes)


def edges(minutes: Oracle) -> Iterator[datetime]:
    """Yield the moments where something changes, a second to either side: every opening, closing and midnight of the
    days beside holidays, weekends and both ends of each Ramadan."""
    turning = {day for first, last, _hours in minutes.ramadans for day in (first, last)} | minutes.days_off
    for day in sorted({near + timedelta(days=n) for near in turning for n in (-1, 0, 1)}):
        if FIRST < day <= LAST:
            hours = {opens_or_closes for _first, _last, span in minutes.ramadans for opens_or_closes in span}
            for minute in sorted(hours | set(minutes.normal) | {0}):
                yield midnight(day) + timedelta(minutes=minute)


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=AMMAN)


def drawn(seed: int) -> Iterator[tuple[datetime, Random]]:
    """Yield random moments of the four years, to the second, written in one of two zones."""
    dice = Random(seed)
    seconds = int((midnight(LAST) - midnight(FIRST)).total_seconds()) + 86_399
    for _ in range(DRAWN):
        moment = midnight(FIRST) + timedelta(seconds=dice.randrange(seconds))
        yield moment.astimezone(dice.choice([AMMAN, UTC])), dice


def beside(moment: datetime) -> list[datetime]:
    return [moment + timedelta(seconds=seconds) for seconds in (-1, 0, 1)]


def test_the_oracle_imports_nothing_of_the_project():
    tree = ast.parse(Path(oracle.__file__).read_text(encoding="utf-8"))
    froms = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    names = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    assert froms | names == {"csv", "collections.abc", "datetime", "pathlib"}


def test_the_four_years_have_the_ramadans_and_days_off_that_make_them_hard(minutes):
    years = {first.year for first, _last, _hours in minutes.ramadans}
    assert {2025, 2026, 2027, 2028} <= years
    assert all({day for day in minutes.days_off if day.year == year} for year in (2025, 2026, 2027, 2028))


def test_every_minute_of_the_four_years_is_open_or_not_on_both(both):
    """Compare the opening and closing of each of the 1,461 days."""
    for n in range((LAST - FIRST).days + 1):
        day = FIRST + timedelta(days=n)
        flags = both.oracle.open[n * 1440 : (n + 1) * 1440]
        assert both.calendar.is_working_day(day) == any(flags), day
        if any(flags):
            opened, closed = both.calendar.opening(day), both.calendar.closing(day)
            begin, end = (int((moment - midnight(day)).total_seconds()) // 60 for moment in (opened, closed))
            assert (begin, end, sum(flags)) == (flags.index(1), flags.rindex(1) + 1, end - begin), day


def test_limits_end_where_the_oracle_ends_them(both):
    for start, dice in drawn(1):
        days = dice.randint(1, LIMIT_DAYS)
        assert both.calendar.due(start, days) == both.oracle.due(start, days), (start, days)
    for edge in edges(both.oracle):
        for days in (1, 2, 5):
            assert both.calendar.due(edge, days) == both.oracle.due(edge, days), (edge, days)


def test_minutes_spent_are_those_the_oracle_counts(both):
    for start, dice in drawn(2):
        end = start + timedelta(seconds=dice.randint(-100, SPAN_DAYS * 86_400))
        assert both.calendar.working_minutes(start, end) == both.oracle.working_minutes(start, end), (start, end)
    moments = list(edges(both.oracle))
    for place, edge in enumerate(moments[:-7]):
        for start in beside(edge):
            end = moments[place + 7]
            assert both.calendar.working_minutes(start, end) == both.oracle.working_minutes(start, end), (start, end)


def test_minutes_added_end_where_the_oracle_ends_them(both):
    for start, dice in drawn(3):
        spent = dice.randint(0, SPENT_MINUTES)
        assert both.calendar.add_minutes(start, spent) == both.oracle.add_minutes(start, spent), (start, spent)
    for edge in edges(both.oracle):
        for start in beside(edge):
            for spent in (0, 1, 330, 420):  # a day of Ramadan 2026 and a day of the year
                assert both.calendar.add_minutes(start, spent) == both.oracle.add_minutes(start, spent), (start, spent)


def test_offices_open_next_when_the_oracle_says(both):
    moments = [start for start, _dice in drawn(4)] + [near for edge in edges(both.oracle) for near in beside(edge)]
    for moment in moments:
        assert both.calendar.opens_next(moment) == both.oracle.opens_next(moment), moment


def test_days_between_are_those_the_oracle_counts(both):
    for start, dice in drawn(5):
        first = start.astimezone(AMMAN).date()
        last = min(max(first + timedelta(days=dice.randint(-SPAN_DAYS, SPAN_DAYS)), FIRST), LAST)
        assert both.calendar.days_between(first, last) == both.oracle.days_between(first, last), (first, last)


@pytest.mark.parametrize("year", [2025, 2026, 2027, 2028])
def test_a_ramadan_that_begins_within_a_span_shortens_its_days_only(both, year):
    first = next(first for first, _last, _hours in both.oracle.ramadans if first.year == year)
    for before in range(1, 15):
        for after in range(15):
            start = midnight(first) - timedelta(days=before) + timedelta(hours=11, minutes=17, seconds=43)
            end = midnight(first) + timedelta(days=after, hours=12, minutes=5)
            spent = both.oracle.working_minutes(start, end)
            assert both.calendar.working_minutes(start, end) == spent
            assert both.calendar.add_minutes(start, spent) == both.oracle.add_minutes(start, spent)
            assert both.calendar.due(start, before + after) == both.oracle.due(start, before + after)
