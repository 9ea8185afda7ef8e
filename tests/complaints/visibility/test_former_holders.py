"""Whoever filed, declined or passed a case on keeps sight of it: to read, without the person's name."""

from __future__ import annotations

import re
from datetime import datetime

import pytest

from accounts.models import Citizen, User
from accounts.roles import Role
from agencies.models import Agency, Topic
from complaints.actions import accept, decline, refer, return_case
from complaints.models import Attachment, Case
from tests.cast import make_staff
from tests.complaints import NOT_OURS
from tests.complaints.cases import FileCase
from tests.complaints.pages import Desk, address, sent

pytestmark = pytest.mark.usefixtures("clock", "english")

ACTS = (
    *("desk-accept", "desk-decline", "desk-return", "desk-ask", "desk-extend", "desk-grant", "desk-close", "desk-sign"),
    *("desk-refer", "desk-archive", "desk-refuse-extension", "desk-send-back", "desk-task"),
    *("desk-task-answer", "desk-task-drop", "desk-identity"),
)


@pytest.fixture(params=["decline", "return"])
def passed_on(request: pytest.FixtureRequest, referred: Case, omar: User, gam: Agency, now: datetime) -> Case:
    """A case omar passed on to the unit."""
    said = {"by": omar, "at": now, "reason": "other_place", "text": NOT_OURS, "proposed_agency": gam}
    if request.param == "return":
        accept(referred, by=omar, at=now, days=2)
        return_case(referred, **said)
    else:
        decline(referred, **said)
    return referred


def test_it_stays_in_sight_through_every_station(
    desk: Desk, passed_on: Case, omar: User, lina: User, gam: Agency, yusuf: User, now: datetime
) -> None:
    url = address("desk-case", passed_on)
    seen = [desk(omar).get(url).status_code]
    refer(passed_on, by=lina, at=now, agency=gam)
    seen.append(desk(omar).get(url).status_code)
    accept(passed_on, by=yusuf, at=now, days=2)
    seen.append(desk(omar).get(url).status_code)
    assert seen == [200, 200, 200]


def test_a_colleague_who_did_nothing_to_it_does_not_see_it(desk: Desk, passed_on: Case, nadia: User) -> None:
    assert desk(nadia).get(address("desk-case", passed_on)).status_code == 404


def test_there_is_nothing_to_do_and_no_name_to_read(
    desk: Desk, passed_on: Case, *, omar: User, amina: Citizen, lina: User, gam: Agency, yusuf: User, now: datetime
) -> None:
    refer(passed_on, by=lina, at=now, agency=gam)
    page = desk(omar).get(address("desk-case", passed_on))
    text = page.content.decode()
    shown = page.context["panel"]
    offered = {button.url_name for button in (*shown.answers, *shown.others, *shown.secondary)}
    assert (offered, page.context["knows_person"]) == ({"desk-pdf"}, False)
    assert passed_on.details in text
    secrets = (amina.first_name, amina.family_name, amina.number[-4:], amina.phone[-4:])
    # What is read: a key in an address may end in the same four digits.
    read = re.sub(r"<[^>]*>", " ", text)
    assert [secret in read for secret in secrets] == [False] * 4
    assert "You cannot see who filed this case." in text
    assert [desk(omar).get(address(name, passed_on)).status_code for name in ACTS] == [404] * len(ACTS)
    passed_on.refresh_from_db()
    assert passed_on.state == "referred"


def test_a_name_that_was_hidden_stays_hidden(
    desk: Desk, file_case: FileCase, conduct: Topic, omar: User, amina: Citizen, gam: Agency, now: datetime
) -> None:
    case = file_case(topic=conduct)
    decline(case, by=omar, at=now, reason="other_place", text=NOT_OURS, proposed_agency=gam)
    page = desk(omar).get(address("desk-case", case)).content.decode()
    assert (amina.family_name in page, "Name withheld at the person's request" in page) == (False, True)


def test_the_names_of_files_are_plain_then(desk: Desk, passed_on: Case, omar: User, lina: User) -> None:
    Attachment.objects.create(
        case=passed_on,
        name="هوية أمينة الخطيب.pdf",
        content_type="application/pdf",
        size=1,
        sha256="0" * 64,
        added_at=passed_on.filed_at,
    )
    assert "هوية أمينة" not in desk(omar).get(address("desk-case", passed_on)).content.decode()
    assert "هوية أمينة" in desk(lina).get(address("desk-case", passed_on)).content.decode()


def test_a_form_sent_after_it_left_is_told_what_happened(
    desk: Desk, referred: Case, omar: User, gam: Agency, now: datetime
) -> None:
    typed = sent(referred, reason="shared", text=NOT_OURS, proposed_agency="gam")
    decline(referred, by=omar, at=now, reason="other_place", text=NOT_OURS, proposed_agency=gam)
    page = desk(omar).post(address("desk-decline", referred), typed)
    assert (page.status_code, page.context["typed_texts"]) == (409, [("Your text", NOT_OURS)])


def test_nobody_keeps_sight_of_a_case_of_their_own(desk: Desk, passed_on: Case, omar: User, amina: Citizen) -> None:
    omar.person = amina
    omar.save(update_fields=["person"])
    assert desk(omar).get(address("desk-case", passed_on)).status_code == 404


@pytest.mark.parametrize("role", [Role.SECRETARY_GENERAL, Role.MINISTER_OFFICE])
def test_who_stands_on_the_ladder_reads_what_they_are_told_of(
    desk: Desk, referred: Case, water: Agency, gam: Agency, role: Role
) -> None:
    theirs = make_staff("sg@water.example", "عطوفة", "Sahar", "+962790100090", water, role)
    stranger = make_staff("sg@gam.example", "عطوفة", "Ghada", "+962790100091", gam, role)
    url = address("desk-case", referred)
    page = desk(theirs).get(url)
    assert page.status_code == 200
    assert referred.citizen.full_name not in page.content.decode()
    assert desk(theirs).get(address("desk-accept", referred)).status_code == 404
    assert desk(stranger).get(url).status_code == 404
