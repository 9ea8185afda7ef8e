"""However often the citizen is asked, the page, the queue and the citizen's own page say truly what the limit does."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from accounts.models import Citizen, User
from agencies.models import current_calendar
from complaints.actions import accept, ask, reply
from complaints.models import Case
from tests.complaints.cases import FileCase
from tests.complaints.pages import Clock, Desk, address, sent, statements_of

pytestmark = pytest.mark.usefixtures("clock", "english")

QUESTION = "ما رقم عداد المياه في البيت؟"


def ask_twice(case: Case, omar: User, clock: Clock) -> None:
    """Ask, wait six working days for the reply, and ask again: of ten days four are left."""
    user = case.citizen.user
    assert user is not None
    ask(case, by=omar, at=clock.at, text=QUESTION)
    reply(case, by=user, at=clock.pass_(days=8), text="12345")
    ask(case, by=omar, at=clock.at, text=QUESTION)


def said(desk: Desk, case: Case, omar: User) -> tuple[str, str, str]:
    """Return what the case page and its row in the queue say of the limit, and the level of the row."""
    page = desk(omar).get(address("desk-case", case)).context["countdown"]
    (row,) = desk(omar).get("/en/staff/queue/?view=waiting").context["rows"]
    return page.words, row.countdown.words, row.countdown.level


@pytest.mark.django_db
def test_a_first_question_stops_the_limit_until_the_reply(desk: Desk, accepted: Case, omar: User, clock: Clock) -> None:
    page = desk(omar).get(address("desk-ask", accepted)).content.decode()
    assert "The deadline is paused until the citizen replies, for 10 working days at most." in page
    ask(accepted, by=omar, at=clock.at, text=QUESTION)
    assert said(desk, accepted, omar) == ("deadline paused", "deadline paused", "")


@pytest.mark.django_db
def test_what_is_left_of_the_standstill_is_said_before_and_while_it_lasts(
    desk: Desk, accepted: Case, omar: User, amina: Citizen, clock: Clock
) -> None:
    user = amina.user
    assert user is not None
    ask(accepted, by=omar, at=clock.at, text=QUESTION)
    reply(accepted, by=user, at=clock.pass_(days=8), text="12345")
    client = desk(omar)
    assert "for 4 more working days at most" in client.get(address("desk-ask", accepted)).content.decode()
    accepted.refresh_from_db()
    done = client.post(address("desk-ask", accepted), sent(accepted, text=QUESTION), follow=True)
    (words,) = done.context["messages"]
    assert str(words) == (
        "Your question was sent. The deadline is paused until the citizen replies, and until 18/1/2026 at the latest."
    )
    stands = "deadline paused until 18/1/2026 at the latest"
    assert said(desk, accepted, omar) == (stands, stands, "")
    page = desk(amina).get(address("case", accepted)).context["promise"]
    assert page.otherwise.startswith(
        "You were asked before, so the reply deadline is paused until 18/1/2026 at the latest."
    )


@pytest.mark.django_db
def test_once_it_is_used_up_the_limit_is_said_to_run(
    desk: Desk, accepted: Case, omar: User, amina: Citizen, clock: Clock
) -> None:
    ask_twice(accepted, omar, clock)
    clock.pass_(days=7)
    page, row, level = said(desk, accepted, omar)
    assert (page, page[:26], level) == (row, "deadline running again: 5 ", "ok")
    promise = desk(amina).get(address("case", accepted)).context["promise"]
    assert promise.otherwise.startswith("The reply deadline is running again.")
    user = amina.user
    assert user is not None
    reply(accepted, by=user, at=clock.at, text="12345")
    assert accepted.deadline_at is not None
    left = current_calendar().days_between(clock.at.date(), accepted.deadline_at.date())
    assert f"{left} working days left" in page
    ask_page = desk(omar).get(address("desk-ask", accepted)).content.decode()
    assert "The deadline will not be paused again for this case" in ask_page
    accepted.refresh_from_db()
    done = desk(omar).post(address("desk-ask", accepted), sent(accepted, text=QUESTION), follow=True)
    assert [str(one) for one in done.context["messages"]] == [
        "Your question was sent. The deadline is not paused: the maximum pause has been used."
    ]
    clock.pass_(days=9)
    assert said(desk, accepted, omar)[1:] == ("deadline running again: late by 2 working days", "late")


@pytest.mark.django_db
def test_the_queue_costs_the_same_for_one_and_for_three(
    desk: Desk, file_case: FileCase, omar: User, now: datetime, clock: Clock
) -> None:
    def waiting() -> None:
        case = file_case(at=now)
        accept(case, by=omar, at=now, days=5)
        clock.at = now
        ask_twice(case, omar, clock)

    url = "/en/staff/queue/?view=waiting"
    waiting()
    one = statements_of(desk(omar), url)
    waiting()
    waiting()
    clock.at = now + timedelta(days=10)
    assert statements_of(desk(omar), url) == one
