"""Giving a case to a colleague: of the same agency, never their own case, told once."""

from datetime import datetime

import pytest

from accounts.models import Citizen, User
from complaints.actions import assign, close
from complaints.actions.notes import NotAnOfficer
from complaints.engine.transition import NotEntitled
from complaints.models import Case
from notifications.models import Message
from tests.complaints import DONE, FOUND
from tests.complaints.pages import Desk, address, sent


def told(template: str = "officer_assigned") -> list[tuple[str, str]]:
    rows = Message.objects.filter(template=template).order_by("channel")
    return [(message.channel, message.recipient) for message in rows]


def test_the_colleague_has_the_case_and_is_told(accepted: Case, omar: User, nadia: User, dana: User) -> None:
    before = (accepted.holder, accepted.deadline_at, accepted.state)
    assign(accepted, by=nadia, at=accepted.filed_at, officer=dana)
    accepted.refresh_from_db()
    assert (accepted.officer, (accepted.holder, accepted.deadline_at, accepted.state)) == (dana, before)
    event = accepted.events.latest("number")
    assert (event.action, event.facts) == ("assign", {"officer": str(dana.pk), "before": str(omar.pk)})
    assert told() == [("email", f"user:{dana.pk}"), ("sms", f"user:{dana.pk}")]
    assert Message.objects.filter(template="officer_assigned").first().occasion == f"case:{accepted.pk}:{event.number}"


def test_taking_a_case_oneself_tells_nobody(accepted: Case, dana: User) -> None:
    assign(accepted, by=dana, at=accepted.filed_at, officer=dana)
    assert told() == []


def test_the_clock_gives_cases_too(accepted: Case, dana: User) -> None:
    assign(accepted, by=None, at=accepted.filed_at, officer=dana)
    accepted.refresh_from_db()
    assert (accepted.officer, len(told())) == (dana, 2)


def test_nobody_gets_a_case_of_their_own(desk: Desk, accepted: Case, nadia: User, dana: User, amina: Citizen) -> None:
    dana.person = amina
    dana.save(update_fields=["person"])
    with pytest.raises(NotAnOfficer):
        assign(accepted, by=nadia, at=accepted.filed_at, officer=dana)
    page = desk(nadia).get(address("desk-assign", accepted))
    assert page.status_code == 302  # omar has it, and there is nobody else
    assert accepted.events.filter(action="assign").count() == 0


def test_an_officer_of_another_agency_gets_none(accepted: Case, nadia: User, yusuf: User) -> None:
    with pytest.raises(NotAnOfficer):
        assign(accepted, by=nadia, at=accepted.filed_at, officer=yusuf)
    accepted.refresh_from_db()
    assert (accepted.officer_id != yusuf.pk, told()) == (True, [])


def test_an_officer_who_left_gets_none(accepted: Case, nadia: User, dana: User, now: datetime) -> None:
    dana.is_active = False
    dana.save(update_fields=["is_active"])
    with pytest.raises(NotAnOfficer):
        assign(accepted, by=nadia, at=now, officer=dana)


def test_others_do_not_assign(accepted: Case, lina: User, yusuf: User, dana: User, now: datetime) -> None:
    for person in (lina, yusuf):
        with pytest.raises(NotEntitled):
            assign(accepted, by=person, at=now, officer=dana)


def test_the_page_offers_the_others(desk: Desk, accepted: Case, omar: User, dana: User) -> None:
    page = desk(omar).get(address("desk-assign", accepted))
    assert [name for _, name in page.context["form"].fields["officer"].choices][1:] == ["Dana Issa"]
    answer = desk(omar).post(address("desk-assign", accepted), sent(accepted, officer=str(dana.pk)))
    accepted.refresh_from_db()
    assert (answer.status_code, accepted.officer) == (302, dana)


@pytest.mark.parametrize("officer", ["", "1", "00000000-0000-0000-0000-000000000000"])
def test_a_forged_officer_is_refused(desk: Desk, accepted: Case, omar: User, dana: User, officer: str) -> None:
    page = desk(omar).post(address("desk-assign", accepted), sent(accepted, officer=officer))
    assert (page.status_code, list(page.context["form"].errors)) == (200, ["officer"])


def test_a_closed_case_is_given_to_nobody(desk: Desk, accepted: Case, omar: User, dana: User, nadia: User) -> None:
    typed = sent(accepted, officer=str(dana.pk))
    close(accepted, by=omar, at=accepted.filed_at, outcome="solved", found=FOUND, done=DONE)
    page = desk(nadia).post(address("desk-assign", accepted), typed)
    accepted.refresh_from_db()
    assert (page.status_code, accepted.officer) == (409, omar)
