"""The conversation: both sides in one thread, in time order, with what was sent and where it stands."""

from datetime import timedelta

import pytest

from accounts.models import Citizen, User
from complaints.actions import add, ask, close, correct, note, object_to, reply
from complaints.models import Case
from tests.complaints import DONE, FOUND
from tests.complaints.pages import Clock, Desk, address

pytestmark = pytest.mark.usefixtures("clock", "english")

QUESTION, ANSWER, MORE = "هل المشكلة في الشارع كله؟", "نعم، في الشارع كله.", "وامتدت إلى المجاور."


def said(desk: Desk, person: User, case: Case) -> list[tuple[str, tuple[str, ...]]]:
    thread = desk(person).get(address("desk-case", case)).context["file"].conversation
    return [("citizen" if line.is_citizens else "us", line.texts) for line in thread if line.message is None]


def test_both_sides_stand_in_one_thread(desk: Desk, accepted: Case, omar: User, amina: Citizen, clock: Clock) -> None:
    ask(accepted, by=omar, at=clock.pass_(minutes=1), text=QUESTION)
    reply(accepted, by=amina.user, at=clock.pass_(minutes=1), text=ANSWER)
    note(accepted, by=omar, at=clock.pass_(minutes=1), text="لا تُقال للمواطن")
    add(accepted, by=amina.user, at=clock.pass_(minutes=1), text=MORE)
    close(accepted, by=omar, at=clock.pass_(minutes=1), outcome="solved", found=FOUND, done=DONE)
    object_to(accepted, by=amina.user, at=clock.pass_(minutes=1), text="لم تُصلح")
    assert said(desk, omar, accepted) == [
        ("us", (QUESTION,)),
        ("citizen", (ANSWER,)),
        ("citizen", (MORE,)),
        ("us", (FOUND, DONE)),
        ("citizen", ("لم تُصلح",)),
    ]


def test_messages_stand_where_they_were_sent(desk: Desk, accepted: Case, omar: User, clock: Clock) -> None:
    ask(accepted, by=omar, at=clock.pass_(minutes=1), text=QUESTION)
    thread = desk(omar).get(address("desk-case", accepted)).context["file"].conversation
    assert [(line.title, line.message.delivery.word if line.message else None) for line in thread] == [
        ("Filed", "Waiting"),
        ("Accepted", "Waiting"),
        ("Question to the citizen", None),
        ("Question to the citizen", "Waiting"),
    ]
    assert [line.at for line in thread] == sorted(line.at for line in thread)


def test_an_answer_taken_back_was_never_said(desk: Desk, accepted: Case, omar: User, clock: Clock) -> None:
    close(accepted, by=omar, at=clock.pass_(minutes=1), outcome="solved", found=FOUND, done=DONE)
    correct(accepted, by=omar, at=clock.pass_(minutes=1))
    assert said(desk, omar, accepted) == []
    close(accepted, by=omar, at=clock.pass_(minutes=1), outcome="solved", found=FOUND, done=DONE)
    assert said(desk, omar, accepted) == [("us", (FOUND, DONE))]


def test_a_hidden_person_is_the_citizen_and_has_no_number_in_the_thread(
    desk: Desk, accepted: Case, omar: User, amina: Citizen, clock: Clock
) -> None:
    accepted.hides_identity = True
    accepted.save(update_fields=["hides_identity"])
    add(accepted, by=amina.user, at=clock.pass_(minutes=1), text=MORE)
    page = desk(omar).get(address("desk-case", accepted)).content.decode()
    assert [text in page for text in (amina.masked_phone, amina.first_name, "the citizen")] == [False, False, True]


def test_nothing_said_yet(desk: Desk, referred: Case, omar: User, clock: Clock) -> None:
    clock.pass_(seconds=timedelta(minutes=1).total_seconds())
    assert said(desk, omar, referred) == []
