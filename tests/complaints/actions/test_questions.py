"""Questions to the citizen: asked, answered or lapsed, and what they do to the clock."""

from datetime import date, datetime, timedelta

import pytest

from accounts.models import Citizen, User
from agencies.models import current_calendar
from complaints.actions import (
    ask,
    lapse,
    reply,
)
from complaints.engine.transition import NotEntitled, TransitionNotAllowed
from complaints.models import Case
from tests.complaints.actions.traces import AMMAN, FIFTH_CLOSING, Traces, assert_whole, officers, traces


def test_a_question_stops_the_clock_and_a_reply_lets_it_go_on(
    accepted: Case, omar: User, amina: Citizen, now: datetime
) -> None:
    ask(accepted, by=omar, at=now, text="ما رقم العداد؟")
    assert traces(accepted) == Traces(
        event=(3, "ask", "in_progress", "waiting"),
        held_by="citizen",
        clock=("citizen_reply", datetime(2026, 1, 18, 15, 30, tzinfo=AMMAN)),
        told={("case_question", "sms", "citizen")},
    )
    assert accepted.resumes_to == "in_progress"
    reply(accepted, by=amina.user, at=now + timedelta(days=1), text="رقم العداد 4471")
    assert traces(accepted) == Traces(
        event=(4, "reply", "waiting", "in_progress"),
        held_by="agency",
        clock=("answer", FIFTH_CLOSING + timedelta(days=1)),
        # The first promise has not left.
        told={*officers("officer_reply"), ("case_accepted", "sms", "citizen")},
    )
    assert accepted.promised_on == date(2026, 1, 12)
    assert accepted.questions.get().reply == "رقم العداد 4471"
    assert_whole(accepted)


def test_the_cmu_asks_in_triage_and_hears_the_reply(triaged: Case, lina: User, amina: Citizen, now: datetime) -> None:
    ask(triaged, by=lina, at=now, text="في أي شارع؟")
    reply(triaged, by=amina.user, at=now + timedelta(hours=1), text="شارع اليرموك")
    assert traces(triaged).event == (3, "reply", "waiting", "triage")
    assert traces(triaged).told == {("officer_reply", "email", "user")}
    assert_whole(triaged)


def test_the_cmu_does_not_ask_in_an_agencys_place(accepted: Case, lina: User, now: datetime) -> None:
    with pytest.raises(NotEntitled):
        ask(accepted, by=lina, at=now, text="؟")


def test_a_question_lapses_when_its_time_is_over(accepted: Case, omar: User, now: datetime) -> None:
    ask(accepted, by=omar, at=now, text="ما رقم العداد؟")
    with pytest.raises(TransitionNotAllowed):
        lapse(accepted, at=now + timedelta(days=13))
    over = datetime(2026, 1, 18, 15, 31, tzinfo=AMMAN)
    lapse(accepted, at=over)
    assert traces(accepted).event == (4, "lapse", "waiting", "in_progress")
    assert traces(accepted).told == {("case_resumed", "sms", "citizen"), *officers("officer_lapsed")}
    assert accepted.clocks.get(kind="citizen_reply").ending == "missed"
    assert accepted.events.latest("number").actor is None
    assert_whole(accepted)


def test_asking_again_and_again_buys_no_time(accepted: Case, omar: User, now: datetime) -> None:
    clock = accepted.clocks.get(kind="answer")
    promised, at = clock.due_at, now
    for _ in range(3):
        ask(accepted, by=omar, at=at, text="ما رقم العداد؟")
        at = accepted.deadline_at or at
        lapse(accepted, at=at)
    clock.refresh_from_db()
    calendar = current_calendar()
    cap = calendar.working_minutes(now, calendar.due(now, 10))
    assert sum(calendar.working_minutes(pause.lower, pause.upper) for pause in clock.pauses) == cap
    assert calendar.working_minutes(promised, clock.due_at) == cap
    assert accepted.is_late(at=at)
