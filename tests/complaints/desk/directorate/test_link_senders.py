"""Whose hands the link of a directorate went through, and what the history says of it."""

from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import User
from agencies.models import Directorate
from complaints.actions.consultations import consult
from complaints.engine import links
from complaints.models import Case, CaseEvent, Consultation
from tests.complaints import FINDING, REQUEST
from tests.complaints.desk.directorate.forms import GIVEN, WRITTEN, fresh
from tests.complaints.pages import Desk, address


def test_the_history_says_that_an_officer_passed_the_link_on(
    consultation: Consultation, url: str, client: Client, desk: Desk, omar: User, nadia: User
) -> None:
    for typed in (GIVEN, WRITTEN):
        assert client.post(url, typed).status_code == 302
    events = consultation.case.events.order_by("number")
    assert [event.facts.get("handed") for event in events if event.action in {"consult", "estimate", "find"}] == [
        "officer"
    ] * 3
    page = desk(nadia).get(address("desk-case", consultation.case))
    said = "through the link that Omar Smadi gave to the directorate"
    assert [deed.by for deed in page.context["file"].history[:2]] == [said, said]
    stale = desk(nadia).post(
        address("desk-note", consultation.case), {"version": 1, "send": "1", "text": "ملاحظة قصيرة"}
    )
    assert (stale.status_code, stale.context["previous_change"].by) == (409, said)


def test_a_link_that_went_by_mail_is_the_directorates_own(
    accepted: Case, network: Directorate, omar: User, client: Client, desk: Desk, now: datetime
) -> None:
    network.email = "network@miyahuna.example"
    network.save(update_fields=["email"])
    mailed = consult(accepted, by=omar, at=now, directorate=network, text=REQUEST)
    client.post(reverse("directorate", args=[links.token_for(mailed)]), WRITTEN)
    page = desk(omar).get(address("desk-case", accepted))
    assert page.context["file"].history[0].by == "the directorate"
    assert CaseEvent.objects.get(action="find").facts["handed"] == "email"


def test_an_address_given_later_does_not_undo_that_the_link_was_shown(
    consultation: Consultation, url: str, client: Client, network: Directorate
) -> None:
    network.email = "network@miyahuna.example"
    network.save(update_fields=["email"])
    client.post(url, WRITTEN)
    assert CaseEvent.objects.get(action="find").facts["handed"] == "officer"


@pytest.mark.parametrize("who", ["omar", "nadia", "lina"])
def test_who_is_signed_in_at_the_desk_that_asks_reads_the_page_and_does_not_answer(
    consultation: Consultation, url: str, desk: Desk, who: str, request: pytest.FixtureRequest
) -> None:
    person = desk(request.getfixturevalue(who))
    assertContains(person.get(url), "You can read this page, but only the directorate can answer here.")
    assert person.post(url, GIVEN).status_code == 409
    assertContains(person.post(url, WRITTEN), FINDING, status_code=409)
    assert (fresh(consultation).state, CaseEvent.objects.filter(actor=None).count()) == ("asked", 0)


def test_another_session_in_the_browser_hinders_no_directorate(
    consultation: Consultation, url: str, desk: Desk, yusuf: User
) -> None:
    page = desk(yusuf).get(url)
    assertNotContains(page, "not answer here")
    assert desk(yusuf).post(url, WRITTEN).status_code == 302
    assert fresh(consultation).state == "found"
