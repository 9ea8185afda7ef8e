"""The one question whether the answer helped: to the silent, once, by day, and never after they have spoken."""

from datetime import datetime, timedelta

from accounts.models import Citizen, User
from complaints.actions import accept, close, dismiss, object_to, rate
from complaints.engine import links
from complaints.escalation import expiry
from complaints.models import Case
from notifications.models import Message, MessageState
from tests.complaints import DONE, FOUND
from tests.complaints.cases import FileCase

THREE_DAYS = timedelta(days=3)


def questions() -> list[Message]:
    return list(Message.objects.filter(template=links.TEMPLATE))


def test_who_is_silent_is_asked_once_after_three_days_and_by_day(closed: Case, now: datetime) -> None:
    assert expiry.ask(at=now + THREE_DAYS - timedelta(minutes=1)) == 0
    assert [expiry.ask(at=now + THREE_DAYS + timedelta(hours=hours)) for hours in (0, 1)] == [1, 0]
    (question,) = questions()
    assert (question.reference, question.linked, question.daytime, question.must_reach) == (
        closed.reference,
        True,
        True,
        False,
    )
    assert f"/r/{question.token}" in question.body
    closing = closed.events.get(action="close")
    assert (question.occasion, question.expires_at) == (links.occasion(closing.pk), now + timedelta(days=30))


def test_who_has_rated_objected_or_got_no_answer_is_not_asked(
    file_case: FileCase, amina: Citizen, omar: User, lina: User, now: datetime
) -> None:
    cases = [file_case(subject=f"انقطاع {number}") for number in range(4)]
    outcomes = ("solved", "solved", "no_reply", "solved")
    for case, outcome in zip(cases, outcomes, strict=True):
        accept(case, by=omar, at=now, days=5)
        close(case, by=omar, at=now, outcome=outcome, found=FOUND, done=DONE)
    rated, objected, _no_reply, dismissed = cases
    rate(rated, by=amina.user, at=now, count=0, solved="yes")
    for case in (objected, dismissed):
        object_to(case, by=amina.user, at=now, text="ما زالت المياه مقطوعة.")
    dismiss(dismissed, by=lina, at=now, reasons="الوصلة سليمة.")
    assert (expiry.ask(at=now + THREE_DAYS), questions()) == (0, [])


def test_a_question_that_has_not_left_is_cancelled_by_the_rating_or_the_objection(
    file_case: FileCase, amina: Citizen, omar: User, now: datetime
) -> None:
    cases = [file_case(subject=f"انقطاع {number}") for number in range(2)]
    for case in cases:
        accept(case, by=omar, at=now, days=5)
        close(case, by=omar, at=now, outcome="solved", found=FOUND, done=DONE)
    assert expiry.ask(at=now + THREE_DAYS) == 2
    rate(cases[0], by=None, at=now + THREE_DAYS, count=0, solved="yes")
    object_to(cases[1], by=amina.user, at=now + THREE_DAYS, text="ما زالت المياه مقطوعة.")
    assert {question.state for question in questions()} == {MessageState.CANCELLED}
    assert expiry.ask(at=now + THREE_DAYS + timedelta(hours=1)) == 0


def test_nobody_is_asked_where_the_setting_is_zero_nor_of_what_is_long_ago(
    closed: Case, now: datetime, settings: object
) -> None:
    assert expiry.ask(at=now + THREE_DAYS + expiry.CATCH_UP) == 0
    settings.RATING_QUESTION_DAYS = 0
    assert expiry.ask(at=now + THREE_DAYS) == 0
