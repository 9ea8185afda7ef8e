"""A closing taken back as a slip: the followers of a lead go back with it, as far as nobody has read it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from accounts.models import Citizen, User
from complaints.actions import close, correct, note, object_to
from complaints.engine.history_chain import first_forged
from complaints.engine.transition import TransitionNotAllowed
from complaints.models import Case, Holding
from notifications.models import Message, MessageState
from tests.complaints import DONE, FOUND
from tests.complaints.cases import Neighbours
from tests.complaints.pages import Clock, Desk, address, sent, statements_of

pytestmark = pytest.mark.usefixtures("clock", "english")

type Follow = Callable[..., Case]
GOOD = {"outcome": "solved", "found": FOUND, "done": DONE}


def has_left(case: Case) -> None:
    """Let the notice of a closing reach its person."""
    Message.objects.filter(reference=case.reference, template="case_answered").update(state=MessageState.DELIVERED)


def state_of(case: Case) -> tuple[str, str, str, list[str]]:
    """Return where a case stands, how it ended, what became of its answer and of the notice of it."""
    fresh = Case.objects.get(pk=case.pk)
    notices = Message.objects.filter(reference=case.reference, template="case_answered")
    return fresh.state, fresh.outcome, fresh.answers.get().state, list(notices.values_list("state", flat=True))


BACK = ("in_progress", "", "taken_back", ["cancelled"])


def test_correcting_a_lead_corrects_who_was_closed_with_it(
    follow: Follow, lead: Case, karim: Citizen, neighbours: Neighbours, omar: User, nadia: User, now: datetime
) -> None:
    case, other = follow(karim, is_accepted=True), follow(neighbours(1)[0])
    Case.objects.filter(pk=case.pk).update(officer=nadia)
    close(lead, by=omar, at=now, **GOOD)
    promised = case.clocks.get(kind="answer").due_at
    slip = correct(lead, by=omar, at=now + timedelta(minutes=3))
    assert ([one.pk for one in slip.back], slip.left) == ([case.pk, other.pk], [])
    assert [state_of(one) for one in (lead, case, other)] == [BACK] * 3
    case.refresh_from_db()
    other.refresh_from_db()
    assert (case.deadline_at, case.officer, other.officer) == (promised, nadia, omar)
    assert [one.answers.get().taken_back_event for one in (lead, case)] == [
        one.events.get(action="correct") for one in (lead, case)
    ]
    assert [one.clocks.filter(kind="answer", ended_at=None).count() for one in (case, other)] == [1, 1]
    assert [first_forged(one.events.order_by("number")) for one in (case, other)] == [None, None]
    assert Holding.objects.filter(case__in=[case, other], ended_at=None, holder="agency").count() == 2


def test_whoever_was_accepted_for_the_answer_alone_is_told_the_promise_that_holds_now(
    follow: Follow, lead: Case, karim: Citizen, neighbours: Neighbours, omar: User, now: datetime
) -> None:
    asked, told = follow(karim), follow(neighbours(1)[0], is_accepted=True)
    close(lead, by=omar, at=now + timedelta(minutes=1), **GOOD)
    correct(lead, by=omar, at=now + timedelta(minutes=3))
    waiting = Message.objects.filter(template="case_accepted", state=MessageState.PENDING)
    assert waiting.filter(reference=asked.reference).count() == 1
    # The closing had overtaken the notice of the first promise, which is told no second time.
    assert waiting.filter(reference=told.reference).count() == 0


def test_whose_notice_has_left_stays_and_is_named(
    desk: Desk, follow: Follow, lead: Case, karim: Citizen, neighbours: Neighbours, omar: User, clock: Clock
) -> None:
    case, other = follow(karim, is_accepted=True), follow(neighbours(1)[0], is_accepted=True)
    close(lead, by=omar, at=clock.at, **GOOD)
    has_left(case)
    version = Case.objects.get(pk=case.pk).version
    client = desk(omar)
    clock.pass_(minutes=2)
    page = client.get(address("desk-correct", lead))
    slip = page.context["slip"]
    assert ([one.pk for one in slip.back], [one.pk for one in slip.left]) == ([other.pk], [case.pk])
    assert "1 case that was closed with it will also be reopened" in page.content.decode()
    lead.refresh_from_db()
    done = client.post(address("desk-correct", lead), sent(lead), follow=True)
    (said,) = done.context["messages"]
    assert str(said) == (
        "Closing undone. The case is in progress again. 1 more case that was closed with it is in progress "
        f"again. Case {case.reference} stays closed: its message was already sent."
    )
    assert [state_of(one)[0] for one in (lead, case, other)] == ["in_progress", "closed", "in_progress"]
    assert state_of(case) == ("closed", "solved", "given", ["delivered"])
    assert Case.objects.get(pk=case.pk).version == version


def test_who_was_closed_otherwise_or_objected_stays(
    follow: Follow, lead: Case, karim: Citizen, neighbours: Neighbours, omar: User, now: datetime
) -> None:
    before, objector = follow(karim, is_accepted=True), follow(neighbours(1)[0], is_accepted=True)
    close(before, by=omar, at=now, **GOOD)
    close(lead, by=omar, at=now + timedelta(minutes=1), **GOOD)
    citizen = objector.citizen.user
    assert citizen is not None
    object_to(
        Case.objects.get(pk=objector.pk), by=citizen, at=now + timedelta(minutes=2), text="لم يصل أحد إلى الحي حتى الآن"
    )
    slip = correct(lead, by=omar, at=now + timedelta(minutes=3))
    assert (slip.back, slip.left) == ([], [])
    assert [Case.objects.get(pk=one.pk).state for one in (before, objector)] == ["closed", "objected"]


def test_a_slip_of_a_follower_alone_leaves_the_lead_closed(
    follow: Follow, lead: Case, karim: Citizen, omar: User, now: datetime
) -> None:
    case = follow(karim, is_accepted=True)
    close(lead, by=omar, at=now, **GOOD)
    case.refresh_from_db()
    correct(case, by=omar, at=now + timedelta(minutes=3))
    assert [state_of(one)[0] for one in (lead, case)] == ["closed", "in_progress"]
    assert correct(lead, by=omar, at=now + timedelta(minutes=4)).back == []


def test_a_note_after_the_closing_does_not_hide_that_its_notice_has_left(
    desk: Desk, closed: Case, omar: User, clock: Clock
) -> None:
    has_left(closed)
    note(closed, by=omar, at=clock.pass_(minutes=1), text="اتصل المواطن وشكر")
    page = desk(omar).get(address("desk-case", closed))
    assert "desk-correct" not in [button.url_name for button in page.context["panel"].others]
    with pytest.raises(TransitionNotAllowed):
        correct(closed, by=omar, at=clock.at)


def test_the_page_takes_the_same_statements_for_one_and_three(
    desk: Desk, follow: Follow, lead: Case, karim: Citizen, neighbours: Neighbours, omar: User, clock: Clock
) -> None:
    def cost() -> int:
        close(lead, by=omar, at=clock.at, **GOOD)
        number = statements_of(client, address("desk-correct", lead))
        correct(lead, by=omar, at=clock.pass_(minutes=1))
        clock.pass_(minutes=1)
        return number

    client = desk(omar)
    follow(karim)
    one = cost()
    for person in neighbours(2):
        follow(person)
    assert cost() == one
