"""The door of the desk: each role is sent to its own work."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Citizen, User
from accounts.roles import Role
from agencies.models import Agency
from tests.cast import make_staff
from tests.complaints.desk.conftest import Desk


@pytest.mark.parametrize(
    ("who", "where"), [("omar", "queue"), ("nadia", "queue"), ("lina", "triage"), ("sami", "calls")]
)
def test_each_role_is_sent_to_its_own_work(desk: Desk, request: pytest.FixtureRequest, who: str, where: str) -> None:
    answer = desk(request.getfixturevalue(who)).get(reverse("desk"))
    assert (answer.status_code, answer.url) == (302, reverse(where))


def test_the_prime_ministers_office_reads_reports(desk: Desk, cmu: Agency) -> None:
    reader = make_staff("huda@pm.example", "هدى", "Huda", "+962790100009", cmu, Role.PM_OFFICE)
    assert desk(reader).get(reverse("desk")).url == reverse("reports")


def test_an_operator_is_sent_to_the_messages(desk: Desk, cmu: Agency) -> None:
    operator = make_staff("adel@ops.example", "عادل", "Adel", "+962790100010", cmu, Role.OPERATOR)
    assert desk(operator).get(reverse("desk")).url == reverse("messages")


def test_staff_without_a_desk_are_told_so(desk: Desk, cmu: Agency) -> None:
    auditor = make_staff("rana@audit.example", "رنا", "Rana", "+962790100011", cmu, Role.AUDITOR)
    page = desk(auditor).get(reverse("desk"))
    assert page.status_code == 200
    assert "No desk today" in page.content.decode()


def test_a_membership_that_ended_leaves_no_desk(desk: Desk, omar: User, now: object) -> None:
    omar.memberships.update(ends_on="2026-01-03")
    assert "No desk today" in desk(omar).get(reverse("desk")).content.decode()
    assert desk(omar).get(reverse("queue")).status_code == 404


def test_citizens_are_told_there_is_no_such_page(desk: Desk, amina: Citizen) -> None:
    assert desk(amina).get(reverse("desk")).status_code == 404


def test_visitors_are_shown_the_staff_door(client: Client, db: None) -> None:
    assert client.get(reverse("desk")).url == f"{reverse('staff-sign-in')}?next={reverse('desk')}"
