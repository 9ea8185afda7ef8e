"""Working time as a row of minutes, open or not: plain, and knowing nothing of the calendar it is held against.

It reads the shipped files itself and imports nothing of the project.
"""

import csv
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

DATA = Path(__file__).parents[2] / "agencies" / "data"
#: Jordan has kept one offset all year since October 2022.
AMMAN = timezone(timedelta(hours=3))
FIRST, LAST = date(2025, 1, 1), date(2028, 12, 31)
#: Past the last day, where a span that begins in the years looked at still ends.
BEYOND = date(2029, 6, 30)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
MINUTES_A_DAY = 24 * 60


class Oracle:
    """Every minute from ``FIRST`` to ``BEYOND``, open (1) or not (0)."""

    def __init__(self) -> None:
        self.days_off, self.ramadans, self.normal = _days_off(), *_hours()
        self.zero = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=AMMAN)
        self.open = b"".join(self._days())

    def _days(self) -> Iterator[bytes]:
        day = FIRST
        while day <= BEYOND:
            opens, closes = self._hours_on(day)
            works = day.strftime("%a") not in {"Fri", "Sat"} and day not in self.days_off
            yield bytes(opens) + bytes([works]) * (closes - opens) + bytes(MINUTES_A_DAY - closes)
            day += DAY

    def _hours_on(self, day: date) -> tuple[int, int]:
        for first, last, hours in self.ramadans:
            if first <= day <= last:
                return hours
        return self.normal

    def place(self, moment: datetime) -> tuple[int, int]:
        """Return the number of the minute of ``moment``, and its second in that minute."""
        passed = int((moment - self.zero).total_seconds())
        return passed // 60, passed % 60

    def moment(self, minute: int, second: int = 0) -> datetime:
        return self.zero + MINUTE * minute + timedelta(seconds=second)

    def working_minutes(self, start: datetime, end: datetime) -> int:
        """Return the whole minutes of the open seconds from ``start`` to ``end``."""
        if end <= start:
            return 0
        (begin, early), (stop, late) = self.place(start), self.place(end)
        seconds = 60 * self.open.count(1, begin, stop)
        if self.open[begin]:
            seconds -= early
        if self.open[stop]:
            seconds += late
        return seconds // 60

    def add_minutes(self, start: datetime, minutes: int) -> datetime:
        """Return the moment at which ``minutes`` open minutes have passed since ``start``."""
        if not minutes:
            return start
        minute, second = self.place(start)
        left = minutes * 60
        while True:
            opens = self.open.index(1, minute)
            closes = self.open.index(0, opens)
            begin = opens * 60 + (second if opens == minute else 0)
            if begin + left <= closes * 60:
                return self.moment(0, begin + left)
            left -= closes * 60 - begin
            minute = closes

    def due(self, start: datetime, days: int) -> datetime:
        """Return the end of the last open minute of the ``days``-th day after that of ``start`` that has one."""
        minute = (self.place(start)[0] // MINUTES_A_DAY + 1) * MINUTES_A_DAY
        for _ in range(days):
            minute = self.open.index(0, self.open.index(1, minute))
        return self.moment(minute)

    def opens_next(self, at: datetime) -> datetime:
        """Return ``at`` in an open minute, else the first open minute after it."""
        minute, _second = self.place(at)
        return at if self.open[minute] else self.moment(self.open.index(1, minute))

    def days_between(self, start: date, end: date) -> int:
        """Return how many days after ``start``, up to and with ``end``, have an open minute."""
        if end < start:
            return -self.days_between(end, start)
        days = ((start - FIRST).days + 1, (end - FIRST).days + 1)
        return sum(1 in self.open[n * MINUTES_A_DAY : (n + 1) * MINUTES_A_DAY] for n in range(*days))


def _rows(file: str) -> list[dict[str, str]]:
    with (DATA / file).open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def _days_off() -> set[date]:
    rows = _rows("holidays.csv")
    return {date.fromisoformat(row["on"]) for row in rows if row["audience"] == "all" and row["status"] != "called_off"}


def _hours() -> tuple[list[tuple[date, date, tuple[int, int]]], tuple[int, int]]:
    """Return the days and hours of each Ramadan, unannounced ones with the last known hours; and the year's."""
    ramadans, normal, last = [], (0, 0), (0, 0)
    for row in sorted(_rows("working_hours.csv"), key=lambda row: row["starts_on"]):
        hours = (_minute(row["opens"]), _minute(row["closes"])) if row["opens"] else last
        if row["period"] == "normal":
            normal = hours
        else:
            ramadans.append((date.fromisoformat(row["starts_on"]), date.fromisoformat(row["ends_on"]), hours))
            last = hours
    return ramadans, normal


def _minute(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)
