"""The door of the desk: each role is sent to its own work."""

from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Citizen, User
from accounts.roles import Role
from agencies.models import Agency
from complaints.staff.frame import office_label
from tests.cast import make_staff
from tests.complaints.pages import Desk


@pytest.mark.parametrize(
    ("who", "where"), [("omar", "queue"), ("nadia", "queue"), ("lina", "unit-dashboard"), ("sami", "calls")]
)
def test_each_role_is_sent_to_its_own_work(desk: Desk, request: pytest.FixtureRequest, who: str, where: str) -> None:
    answer = desk(request.getfixturevalue(who)).get(reverse("desk"))
    assert (answer.status_code, answer.url) == (302, reverse(where))


def test_the_prime_ministers_office_reads_the_country(desk: Desk, cmu: Agency) -> None:
    reader = make_staff("huda@pm.example", "هدى", "Huda", "+962790100009", cmu, Role.PM_OFFICE)
    assert desk(reader).get(reverse("desk")).url == reverse("pm-dashboard")


def test_an_operator_is_sent_to_the_messages(desk: Desk, cmu: Agency) -> None:
    operator = make_staff("adel@ops.example", "عادل", "Adel", "+962790100010", cmu, Role.OPERATOR)
    assert desk(operator).get(reverse("desk")).url == reverse("messages")


def test_an_auditor_is_sent_to_the_changes_of_staff(desk: Desk, cmu: Agency) -> None:
    auditor = make_staff("rana@audit.example", "رنا", "Rana", "+962790100011", cmu, Role.AUDITOR)
    assert desk(auditor).get(reverse("desk")).url == reverse("staff-changes")


def test_the_leadership_of_an_agency_reads_its_late_cases(desk: Desk, water: Agency) -> None:
    reader = make_staff("rana@some.example", "رنا", "Rana", "+962790100011", water, Role.MINISTER_OFFICE)
    assert desk(reader).get(reverse("desk")).url == reverse("late-cases")


def test_a_membership_that_ended_leaves_no_desk(desk: Desk, omar: User, now: object) -> None:
    omar.memberships.update(ends_on="2026-01-03")
    assert "You cannot work on cases today" in desk(omar).get(reverse("desk")).content.decode()
    assert desk(omar).get(reverse("queue")).status_code == 404


def test_citizens_are_told_there_is_no_such_page(desk: Desk, amina: Citizen) -> None:
    assert desk(amina).get(reverse("desk")).status_code == 404


def test_visitors_are_shown_the_staff_door(client: Client, db: None) -> None:
    assert client.get(reverse("desk")).url == f"{reverse('staff-sign-in')}?next={reverse('desk')}"


@pytest.mark.parametrize(
    ("role", "office"),
    [
        (Role.AGENT, "Contact-centre agent"),
        (Role.OPERATOR, "System operator"),
        (Role.PM_OFFICE, "Prime Minister's office"),
        (Role.DIRECTORATE_MEMBER, "Directorate member"),
        (Role.SECRETARY_GENERAL, "Secretary-general – Jordan Water Company"),
        (Role.CMU_STAFF, "Government Complaints Management Unit"),
        (Role.OFFICER, "Liaison officer – Jordan Water Company"),
    ],
)
def test_the_head_of_the_page_says_what_somebody_is(water: Agency, now: datetime, role: Role, office: str) -> None:
    person = make_staff("rana@some.example", "رنا", "Rana", "+962790100012", water, role)
    assert office_label(person, at=now, agency=water) == office


def test_whoever_is_nothing_today_is_called_nothing(omar: User, water: Agency, now: datetime) -> None:
    omar.memberships.update(ends_on="2026-01-03")
    assert office_label(User.objects.get(pk=omar.pk), at=now, agency=water) == ""


def test_the_rung_of_another_agency_is_not_said_of_this_one(water: Agency, gam: Agency, now: datetime) -> None:
    person = make_staff("rana@some.example", "رنا", "Rana", "+962790100012", gam, Role.SECRETARY_GENERAL)
    assert office_label(person, at=now, agency=water) == "Secretary-general"
