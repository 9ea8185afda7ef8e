"""The history: both sides and what was sent in one order of time, each text once."""

from datetime import timedelta

import pytest

from accounts.models import Citizen, User
from complaints.actions import accept, add, ask, close, extend, note, object_to, propose_extension, reply, undo, uphold
from complaints.case_text.history import Side
from complaints.models import Case
from complaints.staff.frame import load_case
from complaints.staff.pdf import CaseFile, read_case_file
from tests.complaints import DONE, FOUND
from tests.complaints.pages import Clock, Desk, address

pytestmark = pytest.mark.usefixtures("clock", "english")

QUESTION, ANSWER, MORE = "هل المشكلة في الشارع كله؟", "نعم، في الشارع كله.", "وامتدت إلى المجاور."


def file_of(case: Case, user: User, clock: Clock) -> CaseFile:
    return read_case_file(load_case(user, case.reference, at=clock.at), user, at=clock.at)


def words(file: CaseFile) -> list[tuple[str, str, str]]:
    """Return side, words and the section with the words of each entry that has some, the oldest first."""
    found = [(entry.side.value, entry.text.first if entry.text else "", entry.stands_in) for entry in file.history]
    return [(side, text, section) for side, text, section in found[::-1] if text or section]


def test_each_text_stands_once_and_beside_whoever_said_it(
    accepted: Case, omar: User, nadia: User, rami: User, amina: Citizen, clock: Clock
) -> None:
    ask(accepted, by=omar, at=clock.pass_(minutes=1), text=QUESTION)
    reply(accepted, by=amina.user, at=clock.pass_(minutes=1), text=ANSWER)
    note(accepted, by=omar, at=clock.pass_(minutes=1), text="لا تُقال للمواطن")
    note(accepted, by=omar, at=clock.pass_(minutes=1), text="لا تُقال للمواطن")
    add(accepted, by=amina.user, at=clock.pass_(minutes=1), text=MORE)
    propose_extension(accepted, by=omar, at=clock.pass_(minutes=1), days=2, reason="القطعة نفدت")
    extend(accepted, by=nadia, at=clock.pass_(minutes=1))
    close(accepted, by=omar, at=clock.pass_(minutes=1), outcome="solved", found=FOUND, done=DONE)
    before = [
        ("ours", QUESTION, ""),
        ("citizen", ANSWER, ""),
        # Two notes with the same words are two notes.
        ("ours", "لا تُقال للمواطن", ""),
        ("ours", "لا تُقال للمواطن", ""),
        ("citizen", MORE, ""),
        ("ours", "القطعة نفدت", ""),
    ]
    file = file_of(accepted, omar, clock)
    assert (words(file), file.answer.first) == ([*before, ("ours", "", "answer")], FOUND)
    object_to(accepted, by=amina.user, at=clock.pass_(minutes=1), text="لم تُصلح")
    uphold(accepted, by=rami, at=clock.pass_(minutes=1), days=1, reasons="لم يُفحص الخط")
    other = DONE.replace("\n", " ") + " وفُحص الخط الفرعي أيضًا يوم الخميس."
    close(accepted, by=omar, at=clock.pass_(minutes=1), outcome="solved", found=FOUND, done=other)
    # The first answer is said by no section now: it stands where it was given.
    assert words(file_of(accepted, omar, clock)) == [
        *before,
        ("ours", FOUND, ""),
        ("citizen", "لم تُصلح", ""),
        ("ours", "لم يُفحص الخط", ""),
        ("ours", "", "answer"),
    ]


@pytest.mark.usefixtures("undo_window")
def test_an_answer_taken_back_and_given_again_is_the_answer(accepted: Case, omar: User, clock: Clock) -> None:
    close(accepted, by=omar, at=clock.pass_(minutes=1), outcome="solved", found=FOUND, done=DONE)
    undo(accepted, by=omar, at=clock.pass_(minutes=1))
    assert words(file_of(accepted, omar, clock)) == [("ours", FOUND, "")]
    close(accepted, by=omar, at=clock.pass_(minutes=1), outcome="solved", found=FOUND, done=DONE)
    assert words(file_of(accepted, omar, clock)) == [("ours", "", "answer")] * 2


def test_messages_stand_with_the_action_they_are_about(referred: Case, omar: User, clock: Clock) -> None:
    accept(referred, by=omar, at=clock.pass_(minutes=1), days=2)
    ask(referred, by=omar, at=clock.pass_(minutes=1), text=QUESTION)
    history = file_of(referred, omar, clock).history
    told = [(entry.title, entry.side, [message.delivery.word for message in entry.messages]) for entry in history]
    assert told == [
        ("Question to the citizen", Side.OURS, ["Waiting"]),
        ("Accepted: answer by 6/1/2026", Side.OURS, ["Waiting"]),
        ("Filed", Side.CITIZEN, ["Waiting"]),
    ]


def test_a_hidden_person_is_the_citizen_and_has_no_number_in_the_history(
    desk: Desk, accepted: Case, omar: User, amina: Citizen, clock: Clock
) -> None:
    accepted.hides_identity = True
    accepted.save(update_fields=["hides_identity"])
    add(accepted, by=amina.user, at=clock.pass_(seconds=timedelta(minutes=1).total_seconds()), text=MORE)
    page = desk(omar).get(address("desk-case", accepted)).content.decode()
    assert [text in page for text in (amina.masked_phone, amina.first_name, "the citizen")] == [False, False, True]


def test_each_day_of_the_answer_is_said_where_it_was_set(accepted: Case, omar: User, nadia: User, clock: Clock) -> None:
    propose_extension(accepted, by=omar, at=clock.pass_(minutes=1), days=2, reason=QUESTION)
    extend(accepted, by=nadia, at=clock.pass_(minutes=1))
    assert [entry.title for entry in file_of(accepted, omar, clock).history][:3] == [
        "Later date granted: answer by 13/1/2026",
        "Later date proposed: answer by 13/1/2026",
        "Accepted: answer by 11/1/2026",
    ]
