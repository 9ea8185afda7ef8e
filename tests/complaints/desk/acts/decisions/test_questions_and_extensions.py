"""Asking the citizen and moving a promised date."""

from datetime import date

import pytest

from accounts.models import User
from complaints.actions import extend, propose_extension
from complaints.models import Case, Extension, Question
from notifications.models import Message
from tests.complaints.pages import DOTS, Desk, address, sent

WHY = "القطعة المطلوبة غير متوفرة في المستودع."


def test_a_question_stops_the_clock(desk: Desk, accepted: Case, omar: User) -> None:
    answer = desk(omar).post(address("desk-ask", accepted), sent(accepted, text="هل المشكلة في الشارع كله؟"))
    accepted.refresh_from_db()
    assert (answer.status_code, accepted.state, accepted.resumes_to) == (302, "waiting", "in_progress")
    assert Question.objects.get(case=accepted).text == "هل المشكلة في الشارع كله؟"


@pytest.mark.parametrize("text", ["", "؟", "س" * 3001])
def test_a_question_needs_words(desk: Desk, accepted: Case, omar: User, text: str) -> None:
    page = desk(omar).post(address("desk-ask", accepted), sent(accepted, text=text))
    assert list(page.context["form"].errors) == ["text"]
    assert Question.objects.count() == 0


def test_only_who_holds_the_case_asks(desk: Desk, accepted: Case, lina: User) -> None:
    assert desk(lina).get(address("desk-ask", accepted)).status_code == 404


def test_an_officer_proposes_a_later_date_and_the_supervisor_grants_it(
    desk: Desk, accepted: Case, omar: User, nadia: User
) -> None:
    typed = sent(accepted, days="٢", reason=WHY)
    assert desk(omar).post(address("desk-extend", accepted), typed).status_code == 302
    accepted.refresh_from_db()
    assert (accepted.promised_on, accepted.extensions.get().new_on) == (date(2026, 1, 11), date(2026, 1, 13))
    client = desk(nadia)
    page = client.get(address("desk-grant", accepted))
    client.post(address("desk-grant", accepted), sent(accepted))
    accepted.refresh_from_db()
    assert accepted.promised_on == date(2026, 1, 13)
    owed = Message.objects.get(reference=accepted.reference, template="case_new_date")
    assert page.context["message"].body == owed.body.replace(owed.token, DOTS * len(owed.token))


def test_the_second_extension_is_the_units_to_grant(
    desk: Desk, accepted: Case, omar: User, nadia: User, lina: User
) -> None:
    for person in (nadia, None):
        propose_extension(accepted, by=omar, at=accepted.filed_at, days=1, reason=WHY)
        if person:
            extend(accepted, by=person, at=accepted.filed_at)
    accepted.refresh_from_db()
    assert desk(nadia).get(address("desk-grant", accepted)).status_code == 404
    assert desk(lina).post(address("desk-grant", accepted), sent(accepted)).status_code == 302


def test_an_officer_does_not_grant(desk: Desk, accepted: Case, omar: User) -> None:
    propose_extension(accepted, by=omar, at=accepted.filed_at, days=1, reason=WHY)
    accepted.refresh_from_db()
    assert desk(omar).post(address("desk-grant", accepted), sent(accepted)).status_code == 404


def test_one_date_is_proposed_at_a_time(desk: Desk, accepted: Case, omar: User) -> None:
    propose_extension(accepted, by=omar, at=accepted.filed_at, days=1, reason=WHY)
    accepted.refresh_from_db()
    url = address("desk-extend", accepted)
    looked, answer = desk(omar).get(url), desk(omar).post(url, sent(accepted, days="1", reason=WHY))
    assert (looked.status_code, looked.url) == (302, address("desk-case", accepted))
    assert (answer.status_code, answer.context["typed_texts"]) == (409, [("Reason", WHY)])
    assert Extension.objects.count() == 1


@pytest.mark.parametrize("days", ["", "0", "31", "-1", "two", "9" * 30, "1.5"])
def test_days_are_a_whole_number_within_reason(desk: Desk, accepted: Case, omar: User, days: str) -> None:
    page = desk(omar).post(address("desk-extend", accepted), sent(accepted, days=days, reason=WHY))
    assert list(page.context["form"].errors) == ["days"]
    assert Extension.objects.count() == 0
