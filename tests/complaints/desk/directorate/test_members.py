"""Members of a directorate who have accounts: their list, their pages, and nobody else's."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import Absence, Citizen, Membership, User
from accounts.roles import Role
from agencies.models import Agency, Directorate
from complaints.actions.consultations import consult, estimate, revoke
from complaints.engine import links
from complaints.models import Attachment, CaseEvent, Consultation
from tests.cast import make_staff
from tests.complaints import DETAILS, FINDING, REQUEST, SIGNATORY
from tests.complaints.cases import attach
from tests.complaints.desk.directorate.forms import GIVEN, WRITTEN
from tests.complaints.pages import Clock, Desk
from tests.prepared_rows import prepared

LIST = "directorate-requests"


def member_of(directorate: Directorate, email: str, phone: str, name: str = "هيثم العدوان") -> User:
    user = make_staff(email, name, "Haitham Adwan", phone, directorate.agency, Role.DIRECTORATE_MEMBER)
    Membership.objects.filter(user=user).update(directorate=directorate)
    return user


@pytest.fixture
@prepared
def haitham(network: Directorate) -> User:
    """A member of the networks directorate."""
    return member_of(network, "haitham@miyahuna.example", "+962790100021")


@pytest.fixture
@prepared
def rana(water: Agency) -> User:
    """A member of another directorate of the same agency."""
    billing = Directorate.objects.create(agency=water, name_ar="مديرية الفواتير", name_en="Billing Directorate")
    return member_of(billing, "rana@miyahuna.example", "+962790100022", "رنا المصري")


def page_of(consultation: Consultation) -> str:
    return reverse("directorate-request", args=[consultation.pk])


def test_a_member_comes_from_the_door_to_the_own_list(desk: Desk, consultation: Consultation, haitham: User) -> None:
    browser = desk(haitham)
    assert browser.get(reverse("desk"))["Location"] == reverse(LIST)
    page = browser.get(reverse(LIST))
    assert [row[0] for row in page.context["rows"]] == [consultation]
    assertContains(page, "Networks Directorate")
    assertContains(page, "none yet")
    assert [entry.url_name for group in page.context["staff_menu"] for entry in group.entries] == [LIST]


def test_a_member_answers_signed_in_and_is_named_in_the_history(
    desk: Desk, consultation: Consultation, haitham: User, amina: Citizen
) -> None:
    browser = desk(haitham)
    page = browser.get(page_of(consultation))
    assertContains(page, REQUEST)
    assertContains(page, DETAILS)
    assertNotContains(page, amina.first_name)
    assert browser.post(page_of(consultation), GIVEN).status_code == 302
    assert browser.post(page_of(consultation), WRITTEN).status_code == 302
    assertContains(browser.get(page_of(consultation)), "Thank you, your finding has arrived")
    assert [one.actor for one in CaseEvent.objects.filter(action__in=["estimate", "find"])] == [haitham, haitham]
    assert list(browser.get(reverse(LIST)).context["rows"]) == []


def test_members_see_no_case_page_and_no_queue(desk: Desk, consultation: Consultation, haitham: User) -> None:
    browser = desk(haitham)
    for name, args in (
        ("desk-case", [consultation.case.reference]),
        ("queue", []),
        ("desk-consult", [consultation.case.reference]),
    ):
        assert browser.get(reverse(name, args=args)).status_code == 404


@pytest.mark.parametrize("name", ["rana", "omar", "yusuf", "lina", "sami", "amina"])
def test_nobody_else_learns_of_the_request(
    desk: Desk, consultation: Consultation, name: str, request: pytest.FixtureRequest
) -> None:
    browser = desk(request.getfixturevalue(name))
    assert (
        browser.get(page_of(consultation)).status_code,
        browser.post(page_of(consultation), WRITTEN).status_code,
    ) == (404, 404)
    assert Consultation.objects.get().state == "asked"


def test_whoever_is_not_signed_in_is_sent_to_the_door(consultation: Consultation) -> None:
    assert "sign-in" in Client().get(page_of(consultation))["Location"]


def test_a_member_never_sees_a_request_about_an_own_case(
    desk: Desk, consultation: Consultation, haitham: User, amina: Citizen
) -> None:
    haitham.person = amina
    haitham.save(update_fields=["person"])
    browser = desk(haitham)
    assert list(browser.get(reverse(LIST)).context["rows"]) == []
    assert browser.get(page_of(consultation)).status_code == 404


def test_a_membership_that_ended_opens_nothing(desk: Desk, consultation: Consultation, haitham: User) -> None:
    Membership.objects.filter(user=haitham).update(ends_on=date(2026, 1, 3))
    assert desk(haitham).get(reverse(LIST)).status_code == 404


def test_the_deputy_of_a_member_who_is_away_sees_the_requests(
    desk: Desk, consultation: Consultation, haitham: User, rana: User
) -> None:
    Absence.objects.create(user=haitham, deputy=rana, starts_on=date(2026, 1, 1), ends_on=date(2026, 1, 9))
    assert [row[0] for row in desk(rana).get(reverse(LIST)).context["rows"]] == [consultation]


def test_only_the_link_expires(desk: Desk, consultation: Consultation, haitham: User, clock: Clock) -> None:
    clock.at = consultation.expires_at + timedelta(days=1)
    assert Client().get(reverse("directorate", args=[links.token_for(consultation)])).status_code == 410
    assert desk(haitham).post(page_of(consultation), WRITTEN).status_code == 302


def test_a_request_taken_back_is_gone_for_members(
    desk: Desk, consultation: Consultation, haitham: User, omar: User, now: datetime
) -> None:
    revoke(consultation.case, by=omar, at=now)
    assert desk(haitham).get(page_of(consultation)).status_code == 404


def test_files_are_handed_to_members_while_they_are_asked(
    desk: Desk, consultation: Consultation, haitham: User, rana: User, omar: User, now: datetime
) -> None:
    file: Attachment = attach(consultation.case, now, "أمينة.jpg")
    url = reverse("directorate-request-file", args=[consultation.pk, file.pk])
    answer = desk(haitham).get(url)
    assert (answer.status_code, b"".join(answer.streaming_content)) == (200, b"x")
    assert file.plain_name in answer["Content-Disposition"]
    assert desk(rana).get(url).status_code == 404
    revoke(consultation.case, by=omar, at=now)
    assert desk(haitham).get(url).status_code == 404


def test_the_list_takes_as_many_statements_with_one_row_as_with_three(
    desk: Desk, file_case: Callable, omar: User, network: Directorate, haitham: User, now: datetime
) -> None:
    browser, taken = desk(haitham), []
    browser.get(reverse(LIST))
    for more in (1, 2):
        for _ in range(more):
            one = consult(file_case(), by=omar, at=now, directorate=network, text=REQUEST)
            estimate(one, at=now, number=1, days=2)
        with CaptureQueriesContext(connection) as queries:
            browser.get(reverse(LIST))
        taken.append(len(queries))
    assert taken[0] == taken[1]


def test_a_member_sees_when_an_estimate_ends_and_that_it_is_over(
    desk: Desk, consultation: Consultation, haitham: User, clock: Clock
) -> None:
    estimate(consultation, at=clock.at, number=1, days=2)
    said = [desk(haitham).get(reverse(LIST)).context["rows"][0][2]]
    clock.pass_(days=4)
    said.append(desk(haitham).get(reverse(LIST)).context["rows"][0][2])
    day = "6 January 2026"
    assert [(day in each, "due-late" in each) for each in said] == [(True, False), (True, True)]
    assert ("2 working days left" in said[0], "late by" in said[1]) == (True, True)


def test_a_long_list_goes_on(
    desk: Desk, file_case: Callable, omar: User, network: Directorate, haitham: User, now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("complaints.desk.directorate.PAGE", 2)
    made = [consult(file_case(), by=omar, at=now, directorate=network, text=REQUEST) for _ in range(3)]
    browser = desk(haitham)
    first = browser.get(reverse(LIST))
    assert [row[0] for row in first.context["rows"]] == made[:2]
    second = browser.get(reverse(LIST) + first.context["next"])
    assert ([row[0] for row in second.context["rows"]], second.context["next"]) == (made[2:], "")
    assert browser.get(f"{reverse(LIST)}?after=٣").status_code == 200


def test_a_member_who_came_second_keeps_the_words(
    desk: Desk, consultation: Consultation, haitham: User, now: datetime
) -> None:
    assert Client().post(reverse("directorate", args=[links.token_for(consultation)]), WRITTEN).status_code == 302
    page = desk(haitham).post(
        page_of(consultation), {"answer": "1", "finding": "نتيجة كتبها هيثم", "signed_as": SIGNATORY}
    )
    assertContains(page, "نتيجة كتبها هيثم", status_code=409)
    assertContains(page, FINDING, status_code=409)
