"""Praise is passed on: nothing to accept or to answer; the supervisor of a named employee is told, by no word of it."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.urls import reverse

from accounts.models import Citizen, User
from agencies.models import Agency, Directorate, Topic
from complaints.actions import accept, close, decline, deliver, object_to
from complaints.actions.answers import OutcomeNotAllowed
from complaints.actions.consultations import NotOfTheAgency
from complaints.engine.transition import TransitionNotAllowed
from complaints.models import Case, Clock, Draft
from notifications.models import Message
from tests.complaints import DONE, FOUND
from tests.complaints.cases import FileCase, make_topic
from tests.complaints.pages import Desk, address

pytestmark = pytest.mark.usefixtures("clock", "english")

NAME = "سامر العزام"


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
    deliver(praise, by=omar, at=now)
    message = passed_on()[0]
    assert [(one.channel, one.recipient, one.address) for one in passed_on()] == [
        ("email", f"user:{nadia.pk}", nadia.email)
    ]
    said = f"{message.subject} {message.body}"
    assert [word in said for word in (praise.reference, "/r/", NAME, praise.subject, praise.details)] == [
        True,
        True,
        False,
        False,
        False,
    ]


def test_without_a_name_nobody_is_told(
    file_case: FileCase, thanks: Topic, omar: User, nadia: User, now: datetime
) -> None:
    deliver(file_case(kind="praise", topic=thanks), by=omar, at=now)
    assert passed_on() == []


def test_a_supervisor_is_not_told_of_the_own_praise(praise: Case, omar: User, nadia: User, now: datetime) -> None:
    nadia.person = praise.citizen
    nadia.save(update_fields=["person"])
    deliver(praise, by=omar, at=now)
    assert passed_on() == []


def test_it_is_neither_accepted_nor_answered_nor_objected_to(
    praise: Case, omar: User, water: Agency, network: Directorate, gam: Agency, now: datetime
) -> None:
    with pytest.raises(TransitionNotAllowed):
        accept(praise, by=omar, at=now, days=2)
    with pytest.raises(OutcomeNotAllowed):
        close(praise, by=omar, at=now, outcome="solved", found=FOUND, done=DONE)
    with pytest.raises(NotOfTheAgency):
        deliver(praise, by=omar, at=now, directorate=Directorate(pk=network.pk, agency=gam))
    deliver(praise, by=omar, at=now, directorate=network)
    assert (praise.state, praise.outcome, praise.directorate) == ("closed", "thanked", network)
    assert list(Clock.objects.values_list("kind", "ending")) == [("decide_competence", "met")]
    assert praise.citizen.user is not None
    with pytest.raises(TransitionNotAllowed):
        object_to(praise, by=praise.citizen.user, at=now, text="لا أفهم لماذا لم يصل الشكر")


def test_praise_for_another_agency_goes_back_and_a_complaint_is_not_delivered(
    praise: Case, file_case: FileCase, omar: User, gam: Agency, now: datetime
) -> None:
    decline(praise, by=omar, at=now, reason="other_agency", text="الموظف من الأمانة", proposed_agency=gam)
    assert praise.state == "triage"
    with pytest.raises(TransitionNotAllowed):
        deliver(file_case(), by=omar, at=now)


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
    page = desk(amina).post(reverse("new-what", args=["praise"]), typed, follow=True)
    assert list(page.context["form"].errors) == ["employee"]
