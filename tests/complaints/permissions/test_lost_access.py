"""A form for a case that left the desk meanwhile is answered by how it left, and only to whoever had it just now."""

from __future__ import annotations

from datetime import datetime

import pytest

from accounts.models import Citizen, User
from accounts.roles import Role
from agencies.models import Agency
from complaints.actions import accept, answer_task, decline, drop_task, note, refer, withdraw
from complaints.models import Case, ReferralTask
from complaints.permissions.readers import LATELY
from tests.cast import make_agency, make_staff
from tests.complaints import NOT_OURS
from tests.complaints.pages import Clock, Desk, address, sent

pytestmark = pytest.mark.usefixtures("clock", "english")


@pytest.fixture
def gone(referred: Case, omar: User, lina: User, yusuf: User, gam: Agency, clock: Clock) -> Case:
    """A case omar declined, which is Greater Amman's now, who accepted it."""
    decline(referred, by=omar, at=clock.pass_(minutes=1), reason="other_place", text=NOT_OURS, proposed_agency=gam)
    refer(referred, by=lina, at=clock.pass_(minutes=1), agency=gam)
    accept(referred, by=yusuf, at=clock.pass_(minutes=1), days=3)
    return referred


def test_it_tells_how_the_case_left_and_nothing_since(desk: Desk, gone: Case, nadia: User) -> None:
    page = desk(nadia).post(address("desk-accept", gone), {**sent(gone, days="3"), "version": 1})
    assert (page.status_code, page.context["previous_change"].action, page.context["previous_change"].by) == (
        409,
        "Declined: not the agency's responsibility",
        "Omar Smadi",
    )
    assert "Yusuf" not in page.content.decode()


def test_a_number_of_a_page_that_was_never_theirs_tells_nothing(desk: Desk, gone: Case, nadia: User) -> None:
    versions = ["", "0", "2", "3", "4", "5", "99", "-1", "1.0", "x", "\u0661", "1" * 40]
    client, url, typed = desk(nadia), address("desk-accept", gone), sent(gone, days="3")
    told = {version: client.post(url, typed | {"version": version}).status_code for version in versions}
    assert told == dict.fromkeys(versions, 404)


def test_after_a_working_day_it_is_as_if_it_had_never_been(desk: Desk, gone: Case, nadia: User, clock: Clock) -> None:
    typed = {**sent(gone, days="3"), "version": 1}
    clock.at = gone.events.get(number=2).at + LATELY
    assert desk(nadia).post(address("desk-accept", gone), typed).status_code == 404


def test_the_agency_that_has_it_next_learns_nothing_of_an_earlier_one(
    desk: Desk, gone: Case, lina: User, yusuf: User, clock: Clock
) -> None:
    other = make_agency("roads", "وزارة الأشغال", "Ministry of Works", kind="ministry", sector="roads")
    make_staff("zaid@roads.example", "زيد", "Zaid", "+962790100087", other, Role.OFFICER)
    refer(gone, by=lina, at=clock.pass_(minutes=1), agency=other)
    url = address("desk-note", gone)
    answers = [desk(yusuf).post(url, {"version": number, "text": "نص", "send": "1"}) for number in range(1, 6)]
    assert [answer.status_code for answer in answers] == [404, 404, 409, 409, 404]
    assert {answer.context["previous_change"].by for answer in answers[2:4]} == {"Lina Madanat"}


@pytest.mark.parametrize("way", ["answered", "dropped", "fallen", "withdrawn"])
def test_a_part_that_ended_is_told_of_the_same_way(
    desk: Desk,
    partner_task: ReferralTask,
    way: str,
    *,
    omar: User,
    yusuf: User,
    lina: User,
    amina: Citizen,
    clock: Clock,
) -> None:
    case, seen = partner_task.case, partner_task.case.version
    colleague = make_staff("hala@gam.example", "هالة", "Hala", "+962790100086", partner_task.agency, Role.OFFICER)
    if way == "answered":
        answer_task(partner_task, by=yusuf, at=clock.pass_(minutes=1), text=NOT_OURS)
    elif way == "dropped":
        drop_task(partner_task, by=omar, at=clock.pass_(minutes=1), reason=NOT_OURS)
    elif way == "withdrawn":
        withdraw(case, by=amina.user, at=clock.pass_(minutes=1))
    else:
        other = make_agency("roads", "وزارة الأشغال", "Ministry of Works", kind="ministry", sector="roads")
        make_staff("zaid@roads.example", "زيد", "Zaid", "+962790100087", other, Role.OFFICER)
        refer(case, by=lina, at=clock.pass_(minutes=1), agency=other)
    others = {"answered": "Yusuf Owais", "dropped": "Omar Smadi", "withdrawn": "the citizen"}
    by = others.get(way, "Lina Madanat")
    note(Case.objects.get(pk=case.pk), by=lina, at=clock.pass_(minutes=1), text="ملاحظة الوحدة")
    url = address("desk-task-answer", case)
    page = desk(colleague).post(url, {"version": seen, "text": NOT_OURS, "send": "1"})
    assert (page.status_code, page.context["previous_change"].by) == (409, by)
    for number in (seen - 1, seen + 1):
        typed = {"version": number, "text": NOT_OURS, "send": "1"}
        assert desk(colleague).post(url, typed).status_code == 404


def test_opening_the_page_tells_nothing(desk: Desk, gone: Case, nadia: User, now: datetime) -> None:
    assert desk(nadia).get(address("desk-accept", gone) + "?version=1").status_code == 404
