"""Working time, to the minute: over real days of 2026, and over calendars nobody thought of."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given, strategies as st

from agencies.calendar import AMMAN, CalendarExhausted, Hours, WorkingCalendar

NORMAL = Hours(time(8, 30), time(15, 30))
RAMADAN_2026 = Hours(time(9), time(14, 30), date(2026, 2, 18), date(2026, 3, 19))
CALENDAR_2026 = WorkingCalendar(
    hours=(NORMAL, RAMADAN_2026),
    holidays=frozenset(
        {
            date(2026, 1, 1),
            date(2026, 5, 1),
            date(2026, 5, 25),
            date(2026, 6, 16),
            date(2026, 8, 25),
            date(2026, 12, 25),
        }
        | {date(2026, 3, day) for day in (20, 21, 22, 23)}
        | {date(2026, 5, day) for day in (26, 27, 28, 29, 30)}
    ),
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=AMMAN)


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        # The day of the start is not counted, whatever its hour.
        ("2026-01-04 10:00", 1, "2026-01-05 15:30"),
        ("2026-01-04 00:00", 1, "2026-01-05 15:30"),
        ("2026-01-04 23:59", 1, "2026-01-05 15:30"),
        ("2026-01-04 10:00", 7, "2026-01-13 15:30"),
        # Thursday goes to Sunday; a start on the weekend to Sunday too.
        ("2026-01-08 10:00", 1, "2026-01-11 15:30"),
        ("2026-01-09 10:00", 1, "2026-01-11 15:30"),
        ("2026-01-10 10:00", 1, "2026-01-11 15:30"),
        # New Year is a Thursday.
        ("2025-12-31 10:00", 1, "2026-01-04 15:30"),
        # In Ramadan the day closes at 14:30; Eid al-Fitr takes Friday to Monday.
        ("2026-03-18 10:00", 1, "2026-03-19 14:30"),
        ("2026-03-19 10:00", 1, "2026-03-24 15:30"),
        ("2026-03-17 10:00", 3, "2026-03-24 15:30"),
        # Independence, Arafah and Eid al-Adha leave no working day from Monday to Saturday.
        ("2026-05-24 10:00", 1, "2026-05-31 15:30"),
        ("2026-05-21 10:00", 2, "2026-05-31 15:30"),
        ("2026-06-15 10:00", 1, "2026-06-17 15:30"),
        ("2026-12-24 10:00", 1, "2026-12-27 15:30"),
    ],
)
def test_a_limit_ends_when_offices_close_on_its_last_working_day(start, days, due):
    assert CALENDAR_2026.due(at(start), days) == at(due)


def test_the_day_of_the_start_is_a_day_in_amman():
    assert CALENDAR_2026.due(datetime(2026, 1, 4, 20, 59, tzinfo=UTC), 1) == at("2026-01-05 15:30")
    assert CALENDAR_2026.due(datetime(2026, 1, 4, 21, 0, tzinfo=UTC), 1) == at("2026-01-06 15:30")


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("2026-01-04 10:00", "2026-01-04 10:00", 0),
        ("2026-01-04 10:00", "2026-01-04 11:15", 75),
        ("2026-01-04 07:00", "2026-01-04 20:00", 7 * 60),
        ("2026-01-04 15:29", "2026-01-05 08:31", 2),
        ("2026-01-08 15:00", "2026-01-11 09:00", 60),
        ("2026-01-09 10:00", "2026-01-10 18:00", 0),
        ("2026-03-19 14:00", "2026-03-24 09:00", 60),
        ("2026-02-17 08:00", "2026-02-18 16:00", 7 * 60 + 5 * 60 + 30),
        ("2026-01-05 10:00", "2026-01-04 10:00", 0),
    ],
)
def test_only_minutes_in_which_offices_are_open_count(start, end, minutes):
    assert CALENDAR_2026.working_minutes(at(start), at(end)) == minutes


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        ("2026-01-04 10:00", 0, "2026-01-04 10:00"),
        ("2026-01-04 10:00", 330, "2026-01-04 15:30"),
        ("2026-01-04 10:00", 331, "2026-01-05 08:31"),
        ("2026-01-04 06:00", 1, "2026-01-04 08:31"),
        ("2026-01-09 06:00", 60, "2026-01-11 09:30"),
        ("2026-03-19 14:00", 60, "2026-03-24 09:00"),
    ],
)
def test_minutes_are_added_in_working_time(start, minutes, end):
    assert CALENDAR_2026.add_minutes(at(start), minutes) == at(end)


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2026-01-04", "2026-01-04", 0),
        ("2026-01-04", "2026-01-05", 1),
        ("2026-01-08", "2026-01-10", 0),
        ("2026-01-08", "2026-01-11", 1),
        ("2026-05-24", "2026-05-31", 1),
        ("2026-01-05", "2026-01-04", -1),
        ("2026-01-11", "2026-01-08", -1),
    ],
)
def test_days_between_counts_the_last_day_and_not_the_first(start, end, days):
    assert CALENDAR_2026.days_between(date.fromisoformat(start), date.fromisoformat(end)) == days


def test_winter_time_until_2022_and_the_changed_offset_since_keep_the_closing_hour():
    calendar = WorkingCalendar(hours=(NORMAL,))
    assert calendar.closing(date(2022, 1, 31)).utcoffset() == timedelta(hours=2)
    assert calendar.closing(date(2026, 1, 4)).utcoffset() == timedelta(hours=3)
    assert calendar.closing(date(2026, 7, 5)).utcoffset() == timedelta(hours=3)
    assert calendar.closing(date(2022, 1, 31)).time() == calendar.closing(date(2026, 1, 4)).time() == time(15, 30)


def test_a_calendar_without_working_days_says_so_instead_of_searching_for_ever():
    never = WorkingCalendar(hours=(NORMAL,), weekend=frozenset(range(7)))
    start = at("2026-01-04 10:00")
    with pytest.raises(CalendarExhausted, match="no working day within"):
        never.due(start, 1)
    with pytest.raises(CalendarExhausted, match="no working time within"):
        never.add_minutes(start, 1)


def test_a_day_without_known_hours_is_named():
    with pytest.raises(CalendarExhausted, match="no working hours cover 2026-04-05"):
        WorkingCalendar(hours=(RAMADAN_2026,)).closing(date(2026, 4, 5))


def test_what_cannot_be_counted_is_refused():
    with pytest.raises(ValueError, match="0 working days are no limit"):
        CALENDAR_2026.due(at("2026-01-04 10:00"), 0)
    with pytest.raises(ValueError, match="-1 minutes lie in the past"):
        CALENDAR_2026.add_minutes(at("2026-01-04 10:00"), -1)
    with pytest.raises(ValueError, match="needs a time zone"):
        CALENDAR_2026.due(datetime(2026, 1, 4, 10), 1)  # noqa: DTZ001 - a moment without a zone is what is refused


# ---- calendars nobody thought of ----

DAYS = st.dates(date(2025, 1, 1), date(2028, 12, 31))
MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2028, 12, 31)).map(  # noqa: DTZ001 - the zone comes next
    lambda moment: moment.replace(second=0, microsecond=0, tzinfo=AMMAN)
)


@st.composite
def spans(draw, *, bounded: bool = True) -> Hours:
    opens = draw(st.integers(0, 20 * 60))
    closes = draw(st.integers(opens + 60, 24 * 60 - 1))
    start = draw(DAYS) if bounded else None
    end = start + timedelta(days=draw(st.integers(0, 40))) if start else None
    return Hours(time(*divmod(opens, 60)), time(*divmod(closes, 60)), start, end)


@st.composite
def calendars(draw) -> WorkingCalendar:
    return WorkingCalendar(
        hours=(draw(spans(bounded=False)), *draw(st.lists(spans(), max_size=3))),
        holidays=draw(st.frozensets(DAYS, max_size=60)),
        weekend=draw(st.frozensets(st.integers(0, 6), max_size=3)),
    )


@given(calendar=calendars(), start=MOMENTS, days=st.integers(1, 60))
@example(calendar=CALENDAR_2026, start=at("2026-03-19 14:30"), days=1)
def test_due_is_the_closing_of_the_working_day_that_the_limit_counts_to(calendar, start, days):
    due = calendar.due(start, days)
    day = due.astimezone(AMMAN).date()
    assert calendar.is_working_day(day)
    assert due == calendar.closing(day)
    assert calendar.days_between(start.date(), day) == days
    assert due > start


@given(calendar=calendars(), one=MOMENTS, other=MOMENTS, days=st.integers(1, 30))
def test_whoever_starts_later_is_never_due_earlier(calendar, one, other, days):
    earlier, later = sorted((one, other))
    assert calendar.due(earlier, days) <= calendar.due(later, days)


@given(calendar=calendars(), start=MOMENTS, days=st.integers(1, 30))
def test_one_day_more_is_due_on_the_next_working_day(calendar, start, days):
    due = calendar.due(start, days)
    last, following = (moment.astimezone(AMMAN).date() for moment in (due, calendar.due(start, days + 1)))
    between = [last + timedelta(days=n) for n in range(1, (following - last).days)]
    assert (calendar.is_working_day(following), [day for day in between if calendar.is_working_day(day)]) == (True, [])


@given(calendar=calendars(), start=MOMENTS, minutes=st.integers(0, 10_000))
def test_the_minutes_added_are_the_minutes_counted(calendar, start, minutes):
    assert calendar.working_minutes(start, calendar.add_minutes(start, minutes)) == minutes


@given(calendar=calendars(), start=MOMENTS, first=st.integers(0, 3_000), then=st.integers(0, 3_000))
def test_minutes_can_be_added_in_two_goes(calendar, start, first, then):
    assert calendar.add_minutes(calendar.add_minutes(start, first), then) == calendar.add_minutes(start, first + then)


@given(calendar=calendars(), moments=st.tuples(MOMENTS, MOMENTS, MOMENTS))
def test_minutes_of_two_stretches_add_up(calendar, moments):
    start, between, end = sorted(moments)
    whole = calendar.working_minutes(start, end)
    assert whole == calendar.working_minutes(start, between) + calendar.working_minutes(between, end)


@given(calendar=calendars(), start=MOMENTS, length=st.integers(0, 3 * 24 * 60))
def test_counting_agrees_with_a_clock_that_looks_every_minute(calendar, start, length):
    minutes = (start + timedelta(minutes=n) for n in range(length))
    slowly = sum(
        calendar.is_working_day(minute.date())
        and calendar.hours_on(minute.date()).opens <= minute.time() < calendar.hours_on(minute.date()).closes
        for minute in minutes
    )
    assert calendar.working_minutes(start, start + timedelta(minutes=length)) == slowly


@given(calendar=calendars(), one=DAYS, other=DAYS)
def test_days_between_two_days_are_the_same_backwards(calendar, one, other):
    assume(abs((one - other).days) < 400)
    assert calendar.days_between(one, other) == -calendar.days_between(other, one)


@given(
    calendar=calendars(),
    start=MOMENTS,
    days=st.integers(1, 20),
    zone=st.sampled_from(["UTC", "Asia/Tokyo", "America/New_York"]),
)
def test_the_zone_in_which_a_moment_is_written_changes_nothing(calendar, start, days, zone):
    elsewhere = start.astimezone(ZoneInfo(zone))
    assert calendar.due(elsewhere, days) == calendar.due(start, days)
    assert calendar.add_minutes(elsewhere, days) == calendar.add_minutes(start, days)


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-01-04 08:29", "2026-01-04 08:30"),
        ("2026-01-04 08:30", "2026-01-04 08:30"),
        ("2026-01-04 15:29", "2026-01-04 15:29"),
        ("2026-01-04 15:30", "2026-01-05 08:30"),
        ("2026-01-08 16:00", "2026-01-11 08:30"),
        ("2026-01-09 00:00", "2026-01-11 08:30"),
        ("2026-02-17 16:00", "2026-02-18 09:00"),
        ("2026-03-18 14:30", "2026-03-19 09:00"),
        ("2026-03-19 14:30", "2026-03-24 08:30"),
        ("2026-12-24 15:30", "2026-12-27 08:30"),
    ],
)
def test_offices_are_open_or_open_next(moment, opens):
    assert CALENDAR_2026.opens_next(at(moment)) == at(opens)
    assert CALENDAR_2026.opens_next(at(moment).astimezone(UTC)) == at(opens)


@pytest.mark.parametrize(
    ("day", "before", "after"),
    [
        (date(2026, 1, 6), date(2026, 1, 5), date(2026, 1, 7)),
        (date(2026, 1, 9), date(2026, 1, 8), date(2026, 1, 11)),
        (date(2026, 3, 19), date(2026, 3, 18), date(2026, 3, 24)),
        (date(2026, 3, 24), date(2026, 3, 19), date(2026, 3, 25)),
    ],
)
def test_a_working_day_has_one_before_and_one_after_it(day, before, after):
    assert (CALENDAR_2026.working_day_before(day), CALENDAR_2026.working_day_after(day)) == (before, after)


def test_offices_that_never_open_are_said_to_be_closed():
    closed = WorkingCalendar(hours=(NORMAL,), weekend=frozenset(range(7)))
    with pytest.raises(CalendarExhausted):
        closed.opens_next(at("2026-01-04 10:00"))
    with pytest.raises(CalendarExhausted):
        closed.working_day_before(date(2026, 1, 4))
