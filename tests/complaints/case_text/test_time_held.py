"""Working time of holders: the same as the calendar's, and adding up to the whole."""

import random
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from accounts.models import User
from agencies.calendar import Hours, WorkingCalendar
from agencies.models import Agency, current_calendar
from complaints.actions import decline, refer
from complaints.case_text import deadline
from complaints.case_text.deadline import WorkingTime, minutes_words, whole_minutes, working_words
from complaints.models import Case

pytestmark = pytest.mark.usefixtures("clock", "english")

AMMAN = ZoneInfo("Asia/Amman")
CALENDAR = WorkingCalendar(
    (
        Hours(time(8, 30), time(15, 30)),
        Hours(time(10), time(15), date(2026, 2, 18), date(2026, 3, 19)),
    ),
    frozenset({date(2026, 3, 22), date(2026, 1, 1)}),
)
SINCE = datetime(2025, 12, 28, 3, 0, tzinfo=AMMAN)
MINUTE = timedelta(minutes=1)


def test_it_measures_what_the_calendar_does() -> None:
    dice = random.Random(4)
    clock = WorkingTime(CALENDAR, SINCE, SINCE + timedelta(days=120))
    for _ in range(500):
        start = SINCE + timedelta(minutes=dice.randrange(100 * 1440))
        end = start + timedelta(minutes=dice.randrange(18 * 1440))
        assert clock.between(start, end) // MINUTE == CALENDAR.working_minutes(start, end)
    assert clock.between(SINCE + timedelta(days=3), SINCE) == timedelta()


def test_parts_add_up_to_their_whole_to_the_second() -> None:
    dice = random.Random(5)
    clock = WorkingTime(CALENDAR, SINCE, SINCE + timedelta(days=120))
    cuts = sorted(SINCE + timedelta(seconds=dice.randrange(100 * 86400)) for _ in range(60))
    parts = [clock.between(start, end) for start, end in pairwise(cuts)]
    assert sum(parts, timedelta()) == clock.between(cuts[0], cuts[-1])


def test_whole_minutes_add_up_and_none_is_more_than_a_minute_off() -> None:
    dice = random.Random(6)
    for _ in range(2000):
        times = [timedelta(seconds=dice.randrange(0, 9000)) for _ in range(dice.randrange(0, 9))]
        minutes = whole_minutes(times)
        assert sum(minutes) == sum(times, timedelta()) // MINUTE
        assert all(abs(MINUTE * whole - time) < MINUTE for whole, time in zip(minutes, times, strict=True))
        # The largest remainders were rounded up: none that was rounded down is larger.
        up = [time % MINUTE for whole, time in zip(minutes, times, strict=True) if whole > time // MINUTE]
        down = [time % MINUTE for whole, time in zip(minutes, times, strict=True) if whole == time // MINUTE]
        assert not up or min(up) >= max(down, default=timedelta())
    assert [minutes_words(each) for each in (0, 59, 60, 61, 1150)] == [
        "less than a working minute",
        "59 working minutes",
        "1 working hour",
        "1 working hour and 1 minute",
        "19 working hours and 10 minutes",
    ]


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "less than a working minute"), (1, "1 working minute"), (59, "59 working minutes"), (60, "1 working hour"),
     (150, "2 working hours")],
)  # fmt: skip
def test_a_length_is_said_in_its_unit(minutes: int, words: str) -> None:
    assert working_words(timedelta(minutes=minutes)) == words


def test_a_case_on_its_way_through_everybodys_hands_is_summed_by_party(
    referred: Case, omar: User, yusuf: User, lina: User, water: Agency, gam: Agency, now: datetime
) -> None:
    hour = timedelta(hours=1)
    decline(referred, by=omar, at=now + hour, reason="other_place", text="ليس لنا هنا", proposed_agency=gam)
    refer(referred, by=lina, at=now + 3 * hour, agency=gam)
    decline(referred, by=yusuf, at=now + 4 * hour, reason="other_place", text="ليس لنا هنا", proposed_agency=water)
    refer(referred, by=lina, at=now + 5 * hour, agency=water, reason="الخط المغذي ملك شركة المياه")
    rows = list(referred.holdings.select_related("agency", "directorate"))
    spans = deadline.held_spans(rows, at=now + timedelta(days=1), calendar=current_calendar())
    held = [(one.name, one.minutes, one.is_now) for one in deadline.held_by(spans)]
    assert held == [
        ("Jordan Water Company", 60 + 30 + 90, True),
        ("Government Complaints Management Unit", 180, False),
        ("Greater Amman Municipality", 60, False),
    ]
