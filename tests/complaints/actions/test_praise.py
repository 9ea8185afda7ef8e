"""Praise: it may name an employee, and closing it tells that employee's supervisor; nobody else, and no words of it."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.urls import reverse

from accounts.models import Citizen, User
from agencies.models import Agency, Topic
from complaints.actions import close
from complaints.models import Case, Draft
from notifications.models import Message, MessageState
from tests.complaints.cases import FileCase, make_topic
from tests.complaints.pages import Clock, Desk, address, sent

pytestmark = pytest.mark.usefixtures("clock", "english")

NAME = "سامر العزام"
READ = "قرأنا الثناء على موظف شباك الاشتراكات في مكتب جبل الحسين يوم الأحد."
THANKED = "نقل مدير المكتب شكركم إلى الموظف في اجتماع الفريق، وعُلقت رسالتكم في المكتب."
GOOD = {"outcome": "thanked", "found": READ, "done": THANKED}


@pytest.fixture
def thanks(db: None) -> Topic:
    return make_topic(
        "thanks-staff", "شكر موظف", "Thanks to staff", parent=make_topic("thanks", "شكر", "Thanks"), kinds=["praise"]
    )


@pytest.fixture
def praise(file_case: FileCase, thanks: Topic, nadia: User) -> Case:
    return file_case(kind="praise", topic=thanks, employee=NAME)


def passed_on() -> list[Message]:
    return list(Message.objects.filter(template="praise_passed_on"))


def test_the_supervisor_of_the_employee_gets_an_email(praise: Case, omar: User, nadia: User, now: datetime) -> None:
    close(praise, by=omar, at=now, **GOOD)
    message = passed_on()[0]
    assert [(one.channel, one.recipient, one.address) for one in passed_on()] == [
        ("email", f"user:{nadia.pk}", nadia.email)
    ]
    said = f"{message.subject} {message.body}"
    assert [word in said for word in (praise.reference, "/r/", NAME, praise.subject, praise.details, READ)] == [
        True,
        True,
        False,
        False,
        False,
        False,
    ]


def test_without_a_name_nobody_is_told(
    file_case: FileCase, thanks: Topic, omar: User, nadia: User, now: datetime
) -> None:
    close(file_case(kind="praise", topic=thanks), by=omar, at=now, **GOOD)
    assert passed_on() == []


def test_a_supervisor_is_not_told_of_the_own_praise(praise: Case, omar: User, nadia: User, now: datetime) -> None:
    nadia.person = praise.citizen
    nadia.save(update_fields=["person"])
    close(praise, by=omar, at=now, **GOOD)
    assert passed_on() == []


def test_taking_the_closing_back_takes_the_email_back(
    desk: Desk, praise: Case, omar: User, nadia: User, clock: Clock
) -> None:
    client = desk(omar)
    client.post(address("desk-close", praise), sent(praise, **GOOD))
    praise.refresh_from_db()
    clock.pass_(minutes=2)
    assert client.post(address("desk-correct", praise), sent(praise)).status_code == 302
    assert [one.state for one in passed_on()] == [MessageState.CANCELLED]


def test_that_the_email_has_left_does_not_keep_a_slip(
    desk: Desk, praise: Case, omar: User, nadia: User, clock: Clock
) -> None:
    client = desk(omar)
    client.post(address("desk-close", praise), sent(praise, **GOOD))
    Message.objects.filter(template="praise_passed_on").update(state=MessageState.DELIVERED)
    praise.refresh_from_db()
    assert client.post(address("desk-correct", praise), sent(praise)).status_code == 302


def test_the_desk_sees_whom_the_praise_names(desk: Desk, praise: Case, omar: User, yusuf: User) -> None:
    page = desk(omar).get(address("desk-case", praise)).content.decode()
    assert ["Praised employee" in page, NAME in page] == [True, True]
    assert desk(yusuf).get(address("desk-case", praise)).status_code == 404


def test_the_filing_form_asks_whom_the_praise_names(
    desk: Desk, amina: Citizen, water: Agency, thanks: Topic, omar: User, now: datetime
) -> None:
    client = desk(amina)
    Draft.objects.create(citizen=amina, kind="praise", agency=water, topic=thanks, updated_at=now)
    where = reverse("new-what", args=["praise"])
    assert NAME not in client.get(where).content.decode()
    answer = client.post(where, {"subject": "شكر لموظف الشباك", "details": "ساعدني بلطف كبير.", "employee": NAME})
    assert answer.status_code == 302
    check = client.get(reverse("new-check", args=["praise"]))
    assert NAME in check.content.decode()
    client.post(reverse("new-check", args=["praise"]), {"draft": check.context["draft"].pk, "notify_by": "sms"})
    case = Case.objects.get()
    assert (case.employee, NAME in client.get(address("case", case)).content.decode()) == (NAME, True)


@pytest.mark.parametrize("name", ["a" * 121, "\u202eسامر"])
def test_a_name_that_cannot_be_kept_is_refused(
    desk: Desk, amina: Citizen, water: Agency, thanks: Topic, omar: User, now: datetime, name: str
) -> None:
    Draft.objects.create(citizen=amina, kind="praise", agency=water, topic=thanks, updated_at=now)
    typed = {"subject": "شكر لموظف الشباك", "details": "ساعدني بلطف كبير.", "employee": name}
    page = desk(amina).post(reverse("new-what", args=["praise"]), typed)
    assert list(page.context["form"].errors) == ["employee"]
