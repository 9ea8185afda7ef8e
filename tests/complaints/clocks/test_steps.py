"""Which step of a clock comes next, at the very moments at which one takes the place of another; no rows are needed."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from agencies.calendar import AMMAN, Hours, WorkingCalendar
from complaints.clocks import clockwork
from complaints.clocks.clockwork import next_step
from complaints.models import Clock
from complaints.workflow import ClockKind

CALENDAR = WorkingCalendar([Hours(time(8), time(16))])
#: A Sunday on which work begins, and the end of the fifth working day: forty hours.
STARTED, DUE = datetime(2026, 1, 4, 8, tzinfo=AMMAN), datetime(2026, 1, 8, 16, tzinfo=AMMAN)


def clock(kind: ClockKind, *, due: datetime = DUE) -> Clock:
    return Clock(kind=kind, started_at=STARTED, first_due_at=due, due_at=due)


def step(kind: ClockKind, taken: str, *, at: datetime, due: datetime = DUE) -> tuple[str, datetime] | None:
    found = next_step(clock(kind, due=due), taken.split(), CALENDAR, at=at)
    return (found.name, found.on) if found else None


def test_the_steps_of_a_clock_and_their_moments() -> None:
    half, nearly = datetime(2026, 1, 6, 12, tzinfo=AMMAN), datetime(2026, 1, 8, 12, tzinfo=AMMAN)
    moment, day = timedelta(microseconds=1), datetime(2026, 1, 11, 16, tzinfo=AMMAN)
    found = {
        "the first reminder": step(ClockKind.ANSWER, "", at=STARTED),
        "at the deadline a reminder can still be sent": step(ClockKind.ANSWER, "", at=DUE),
        "after it none is": step(ClockKind.ANSWER, "", at=DUE + moment),
        "of two the last": step(ClockKind.ANSWER, "", at=nearly + moment),
        "nothing is left but the miss": step(ClockKind.ANSWER, "remind_90", at=nearly),
        "a level more on the next working day": step(ClockKind.ANSWER, "supervisor", at=DUE + moment),
        "an empty level takes no day": step(ClockKind.ANSWER, "no_supervisor", at=DUE + moment),
        "the citizen is reminded at half": step(ClockKind.CITIZEN_REPLY, "", at=STARTED),
        "and of nothing else": step(ClockKind.CITIZEN_REPLY, "remind_50", at=DUE + moment),
        "no time, no reminder": step(ClockKind.ANSWER, "", at=STARTED, due=STARTED),
        "the head of the unit once": step(ClockKind.FIND_OWNER, "cmu_head", at=DUE + moment),
        "the head of the unit, of an objection": step(ClockKind.DECIDE_OBJECTION, "", at=DUE + moment),
        "a partner's delay": step(ClockKind.ANSWER_TASK, "", at=DUE + moment),
    }
    assert found == {
        "the first reminder": ("remind_50", half),
        "at the deadline a reminder can still be sent": ("remind_90", nearly),
        "after it none is": ("supervisor", DUE),
        "of two the last": ("remind_90", nearly),
        "nothing is left but the miss": ("supervisor", DUE),
        "a level more on the next working day": ("secretary_general", day),
        "an empty level takes no day": ("secretary_general", DUE),
        "the citizen is reminded at half": ("remind_50", half),
        "and of nothing else": None,
        "no time, no reminder": ("supervisor", STARTED),
        "the head of the unit once": None,
        "the head of the unit, of an objection": ("cmu_head", DUE),
        "a partner's delay": ("supervisor", DUE),
    }


def test_a_pause_that_ends_as_it_begins_leaves_no_trace() -> None:
    paused = clock(ClockKind.ANSWER)
    paused.paused_at = STARTED
    clockwork._close_pause(paused, STARTED)
    assert [paused.paused_at, *paused.pauses] == [None]
