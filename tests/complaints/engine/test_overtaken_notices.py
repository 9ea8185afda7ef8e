"""Messages that have not left are overtaken by what happens next; those that left, and other cases, are not."""

from datetime import datetime, timedelta

import pytest

from accounts.models import Citizen, User
from agencies.models import Agency
from complaints.actions import (
    accept,
    archive,
    ask,
    close,
    decline,
    dismiss,
    extend,
    lapse,
    object_to,
    propose_extension,
    refer,
    reply,
    return_case,
    undo,
    uphold,
    withdraw,
)
from complaints.models import Case
from kit.dates import day_digits
from notifications.models import Message, MessageState
from tests.complaints import DONE, FOUND
from tests.complaints.cases import FileCase


def states(case: Case, template: str) -> set[str]:
    return set(Message.objects.filter(reference=case.reference, template=template).values_list("state", flat=True))


def told_to_citizen(case: Case) -> list[tuple[str, str]]:
    messages = Message.objects.filter(reference=case.reference, recipient__startswith="citizen:")
    return sorted(messages.values_list("template", "state"))


def test_an_acceptance_silences_the_telephones_that_have_not_rung(
    file_case: FileCase, omar: User, nadia: User, now: datetime
) -> None:
    case = file_case(at=now - timedelta(hours=12))
    assert states(case, "officer_new_case") == {"pending"}
    accept(case, by=nadia, at=now - timedelta(hours=11), days=2)
    assert states(case, "officer_new_case") == {"cancelled"}


def test_what_left_is_not_overtaken(referred: Case, omar: User, now: datetime) -> None:
    Message.objects.filter(template="officer_new_case", channel="email").update(state=MessageState.DELIVERED)
    accept(referred, by=omar, at=now, days=2)
    assert states(referred, "officer_new_case") == {"delivered", "cancelled"}


def test_declining_and_referring_leave_the_newest_word_alone(
    referred: Case, omar: User, lina: User, gam: Agency, yusuf: User, now: datetime
) -> None:
    decline(referred, by=omar, at=now, reason="other_place", text="للأمانة", proposed_agency=gam)
    assert (states(referred, "officer_new_case"), states(referred, "cmu_triage")) == ({"cancelled"}, {"pending"})
    refer(referred, by=lina, at=now + timedelta(minutes=1), agency=gam)
    assert (states(referred, "case_triage"), states(referred, "cmu_triage")) == ({"cancelled"}, {"cancelled"})
    waiting = Message.objects.filter(template="officer_new_case", state=MessageState.PENDING)
    assert {message.recipient for message in waiting} == {f"user:{yusuf.pk}"}
    assert told_to_citizen(referred) == [
        ("case_moved", "pending"),
        ("case_received", "pending"),
        ("case_triage", "cancelled"),
    ]


def test_a_recall_takes_the_promise_back(accepted: Case, lina: User, gam: Agency, yusuf: User, now: datetime) -> None:
    refer(accepted, by=lina, at=now + timedelta(minutes=1), agency=gam, reason="حكم")
    assert states(accepted, "case_accepted") == {"cancelled"}
    assert states(accepted, "officer_recalled") == {"pending"}


def test_a_return_takes_the_promise_back(accepted: Case, omar: User, gam: Agency, now: datetime) -> None:
    return_case(accepted, by=omar, at=now, reason="other_agency", text="للأمانة", proposed_agency=gam)
    assert (states(accepted, "case_accepted"), states(accepted, "case_triage")) == ({"cancelled"}, {"pending"})


def test_a_new_date_overtakes_the_one_before(
    accepted: Case, omar: User, nadia: User, lina: User, now: datetime
) -> None:
    for granter in (nadia, lina):
        propose_extension(accepted, by=omar, at=now, days=1, reason="تأخر وصول القطعة")
        extend(accepted, by=granter, at=now)
    assert told_to_citizen(accepted) == [
        ("case_accepted", "cancelled"),
        ("case_new_date", "cancelled"),
        ("case_new_date", "pending"),
        ("case_received", "pending"),
    ]


def test_a_question_that_is_answered_is_not_asked_any_more(
    accepted: Case, omar: User, amina: Citizen, now: datetime
) -> None:
    ask(accepted, by=omar, at=now, text="ما رقم العداد؟")
    assert states(accepted, "case_accepted") == {"pending"}
    reply(accepted, by=amina.user, at=now + timedelta(days=1), text="4471")
    assert (states(accepted, "case_question"), states(accepted, "case_accepted")) == (
        {"cancelled"},
        {"cancelled", "pending"},
    )


def test_whoever_answers_before_the_promise_has_left_is_told_the_date_once(
    file_case: FileCase, omar: User, amina: Citizen, now: datetime, undo_window: timedelta
) -> None:
    soon, later = file_case(), file_case()
    for case in (soon, later):
        accept(case, by=omar, at=now, days=2)
        ask(case, by=omar, at=now + timedelta(seconds=10), text="ما رقم العداد؟")
    promises = Message.objects.filter(template="case_accepted")
    promises.filter(reference=later.reference).update(state=MessageState.DELIVERED)
    for case in (soon, later):
        reply(case, by=amina.user, at=now + undo_window - timedelta(seconds=1), text="4471")
    assert states(later, "case_accepted") == {"delivered"}
    first, again = promises.filter(reference=soon.reference).order_by("created_at")
    assert (first.state, again.state, again.not_before) == ("cancelled", "pending", None)
    assert day_digits(Case.objects.get(pk=soon.pk).promised_on) in str(again.body)


def test_a_question_whose_time_is_over_is_not_asked_any_more(accepted: Case, omar: User, now: datetime) -> None:
    ask(accepted, by=omar, at=now, text="ما رقم العداد؟")
    lapse(accepted, at=now + timedelta(days=15))
    assert (states(accepted, "case_question"), states(accepted, "case_resumed")) == ({"cancelled"}, {"pending"})


def test_an_objection_overtakes_the_answer_and_its_ruling_the_objection(
    closed: Case, amina: Citizen, lina: User, rami: User, now: datetime
) -> None:
    object_to(closed, by=amina.user, at=now, text="ما زالت المياه مقطوعة.")
    assert (states(closed, "case_answered"), states(closed, "case_objected")) == ({"cancelled"}, {"pending"})
    dismiss(closed, by=lina, at=now, reasons="سجل الضخ يبين وصول المياه.")
    assert (states(closed, "case_objected"), states(closed, "cmu_objection")) == ({"cancelled"}, {"cancelled"})
    object_to(closed, by=amina.user, at=now, text="ما زالت المياه مقطوعة.")
    uphold(closed, by=rami, at=now, days=1, reasons="لم يثبت وصول المياه.")
    assert (states(closed, "case_dismissed"), states(closed, "case_upheld")) == ({"cancelled"}, {"pending"})


def test_archiving_overtakes_the_search_for_an_agency(triaged: Case, lina: User, now: datetime) -> None:
    archive(triaged, by=lina, at=now, reason="الموضوع منظور أمام القضاء.")
    assert (states(triaged, "cmu_triage"), states(triaged, "case_archived")) == ({"cancelled"}, {"pending"})


def test_withdrawing_leaves_the_receipt_and_the_last_word(accepted: Case, amina: Citizen, now: datetime) -> None:
    withdraw(accepted, by=amina.user, at=now + timedelta(minutes=1))
    assert told_to_citizen(accepted) == [
        ("case_accepted", "cancelled"),
        ("case_received", "pending"),
        ("case_withdrawn", "pending"),
    ]
    assert states(accepted, "officer_new_case") == {"cancelled"}
    assert states(accepted, "officer_withdrawn") == {"pending"}


def test_nothing_of_another_case_is_overtaken(file_case: FileCase, amina: Citizen, now: datetime) -> None:
    first, second = file_case(), file_case()
    withdraw(first, by=amina.user, at=now)
    assert states(second, "officer_new_case") == {"pending"}


@pytest.mark.usefixtures("undo_window")
def test_closing_for_want_of_a_reply_says_so(accepted: Case, omar: User, now: datetime) -> None:
    close(accepted, by=omar, at=now, outcome="no_reply", found=FOUND, done=DONE)
    assert (states(accepted, "case_unanswered"), states(accepted, "case_answered")) == ({"pending"}, set())
    undo(accepted, by=omar, at=now)
    assert states(accepted, "case_unanswered") == {"cancelled"}
