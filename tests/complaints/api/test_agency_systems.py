"""The case system of an agency: its cases go out as its desk sees them, and it acts by the forms of the desk."""

import hashlib
import time
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Citizen, User
from agencies.models import Agency, Topic
from complaints.actions import add
from complaints.actions.recusals import recuse
from complaints.models import Question
from complaints.unit import programs
from notifications.models import Message, ReceivedCall
from notifications.sending import delivery
from tests.complaints import DONE, FOUND
from tests.complaints.api.calls import post
from tests.complaints.api.test_interfaces_page import example
from tests.complaints.cases import FileCase, attach
from tests.fakes.centre import FakeCentre


@pytest.fixture
def system(water: Agency, omar: User, settings: Any) -> Iterator[FakeCentre]:
    """A running case system of the water company, which acts in omar's name."""
    settings.WEBHOOKS_ALLOW_PRIVATE = True
    settings.NOTIFICATIONS_TIME_FACTOR = 0.1
    with FakeCentre().running() as fake:
        one = programs.owner("agency", water.code)
        fake.keys = (programs.make_secret(one, seen="", at=timezone.now()),)
        one = programs.owner("agency", water.code)
        programs.store(one, seen=programs.version(one), url=fake.url, answers_url="", is_active=True, officer=omar)
        water.refresh_from_db()
        yield fake


def url(water: Agency) -> str:
    return f"/api/agency-systems/{water.code}/acts"


def test_cases_go_out_as_the_desk_sees_them_and_acts_come_in(
    file_case: FileCase, system: FakeCentre, water: Agency, amina: Citizen, omar: User
) -> None:
    case = file_case(at=timezone.now())
    secret = system.keys[0]
    accepted = post(url(water), secret, example("agency-accept", case=case.reference), call_id="a")
    assert (accepted.status_code, accepted.json()) == (
        200,
        {"case": case.reference, "state": "in_progress", "version": 2},
    )
    assert (
        post(url(water), secret, example("agency-accept", case=case.reference), call_id="a").json() == accepted.json()
    )
    asked = post(url(water), secret, example("agency-ask", case=case.reference))
    assert (asked.status_code, asked.json()["state"], Question.objects.count()) == (200, "waiting", 1)
    assert [event.actor for event in case.events.all()][1:] == [omar, omar]
    delivery.drain("webhooks", seconds=1)
    assert sorted((body["type"], body["version"], body["action"]) for body in system.bodies) == [
        ("case.changed", 2, "accept"),
        ("case.changed", 3, "ask"),
        ("case.created", 1, "file"),
    ]
    assert {body["person"]["name"] for body in system.bodies} == {amina.short_name}
    assert not any(amina.phone in str(body) or amina.number in str(body) for body in system.bodies)


def test_a_hidden_person_stays_hidden(file_case: FileCase, system: FakeCentre, amina: Citizen) -> None:
    file_case(at=timezone.now(), hides_identity=True)
    delivery.drain("webhooks", seconds=1)
    (body,) = system.bodies
    assert (body["person"], amina.family_name in str(body)) == (None, False)


def test_a_case_is_closed_by_the_judgement_of_the_desk_and_leaves_once(
    file_case: FileCase, system: FakeCentre, water: Agency, gam: Agency
) -> None:
    case, other = file_case(at=timezone.now()), file_case(at=timezone.now())
    secret, place = system.keys[0], url(water)
    assert post(place, secret, {"case": case.reference, "version": 1, "action": "accept", "days": 3}).status_code == 200
    close = {"case": case.reference, "version": 2, "action": "close", "outcome": "solved"}
    poor = post(place, secret, {**close, "found": "تم", "done": "تم"})
    assert (poor.status_code, poor.json()["code"]) == (422, "invalid")
    good = post(place, secret, {**close, "found": FOUND, "done": DONE})
    assert (good.status_code, good.json()["state"]) == (200, "closed")
    declined = {"case": other.reference, "version": 1, "action": "decline", "reason": "other_place"}
    text = "الموقع خارج منطقة خدمتنا ويتبع أمانة عمّان."
    gone = post(place, secret, {**declined, "text": text, "proposed_agency": gam.code})
    assert (gone.status_code, gone.json()["state"]) == (200, "triage")
    delivery.drain("webhooks", seconds=1)
    assert [body for body in system.bodies if body.get("left")] == [
        {"type": "case.changed", "at": system.bodies[-1]["at"], "case": other.reference, "version": 2, "left": True}
    ]


def test_praise_is_passed_on_and_other_kinds_are_not(
    file_case: FileCase, system: FakeCentre, water: Agency, outage: Topic
) -> None:
    Topic.objects.filter(pk=outage.pk).update(kinds=["complaint", "praise"])
    praise, case = file_case(at=timezone.now(), kind="praise"), file_case(at=timezone.now())
    deliver = {"case": praise.reference, "version": 1, "action": "deliver"}
    for data, status in (
        (deliver, 422),
        ({**deliver, "is_passed_on": False}, 422),
        ({**deliver, "case": case.reference, "is_passed_on": True}, 409),
        ({**deliver, "is_passed_on": True}, 200),
    ):
        assert post(url(water), system.keys[0], data).status_code == status, data
    praise.refresh_from_db()
    assert (praise.state, praise.outcome) == ("closed", "thanked")


def test_what_the_citizen_adds_goes_out_and_files_are_fetched_by_links_that_end(  # noqa: PLR0917 - both agencies and who looks
    file_case: FileCase,
    system: FakeCentre,
    water: Agency,
    gam: Agency,
    amina: Citizen,
    omar: User,
    lina: User,
    settings: Any,
) -> None:
    case, hidden = file_case(at=timezone.now()), file_case(at=timezone.now(), hides_identity=True)
    for one in (case, hidden):
        attach(one, timezone.now(), "amina.pdf")
        add(one, by=amina.user, at=timezone.now(), text=f"أنا {amina.family_name}، وهذه صورة.")
    delivery.drain("webhooks", seconds=1)
    added = {body["case"]: body for body in system.bodies if body["action"] == "add"}
    assert [amina.family_name in added[one.reference]["said"] for one in (case, hidden)] == [True, False]
    place, secret = f"/api/agency-systems/{water.code}/files", system.keys[0]
    listed = {one.pk: post(place, secret, example("agency-files", case=one.reference)).json() for one in (case, hidden)}
    (file,), (plain,) = listed[case.pk]["files"], listed[hidden.pk]["files"]
    assert (file["name"], "amina" in plain["name"]) == ("amina.pdf", False)
    path = file["url"].removeprefix(settings.PUBLIC_URL)
    got = Client().get(path)
    assert hashlib.sha256(b"".join(got.streaming_content)).hexdigest() == file["sha256"]
    for data in ({"case": "2600000000"}, {"case": case.reference, "x": 1}, {}):
        assert post(place, secret, data).status_code in {404, 422}, data
    assert Client().get(path[:-1] + ("A" if path[-1] != "A" else "B")).status_code == 404
    with patch("django.core.signing.time.time", return_value=time.time() + 3700):
        assert Client().get(path).status_code == 404
    # Nor once the agency has it no more, its officer has lost the role, or the case is about the officer.
    rows, role = type(case).objects.filter(pk=case.pk), omar.memberships.get()
    rows.update(agency=gam)
    statuses = [status_of(path)]
    rows.update(agency=water)
    omar.memberships.update(ends_on=timezone.localdate() - timezone.timedelta(days=1))
    statuses.append(status_of(path))
    omar.memberships.update(ends_on=role.ends_on)
    statuses.append(status_of(path))
    recuse(case, by=lina, at=timezone.now(), person=omar, text="الشكوى عنه.")
    assert [*statuses, status_of(path)] == [404, 404, 200, 404]


def status_of(path: str) -> int:
    answer = Client().get(path)
    # A file is closed once it is read to its end.
    list(answer)
    return answer.status_code


def test_acts_that_are_refused_write_nothing(
    file_case: FileCase, system: FakeCentre, water: Agency, gam: Agency, omar: User, yusuf: User
) -> None:
    case, foreign = file_case(at=timezone.now()), file_case(at=timezone.now(), agency=gam)
    secret, place = system.keys[0], url(water)
    accept = {"case": case.reference, "version": 1, "action": "accept", "days": 3}
    for data, status, code in (
        ({**accept, "case": foreign.reference}, 404, "no_such_case"),
        ({**accept, "case": "2600000000"}, 404, "no_such_case"),
        ({**accept, "case": f"{case.reference}\x00"}, 404, "no_such_case"),
        ({**accept, "case": {"case": case.reference}}, 404, "no_such_case"),
        ({**accept, "action": "refer"}, 422, "invalid"),
        ({**accept, "version": "1"}, 422, "invalid"),
        ({**accept, "version": 9}, 422, "invalid"),
        ({**accept, "days": 999}, 422, "invalid"),
        ({**accept, "colour": 1}, 422, "invalid"),
        ({**accept, "days": None}, 422, "invalid"),
        ({**accept, "action": "close", "outcome": "solved", "found": FOUND, "done": DONE}, 422, "invalid"),
    ):
        answer = post(place, secret, data)
        assert (answer.status_code, answer.json()["code"]) == (status, code), data
    assert post(place, "whsec_" + "A" * 44, accept).status_code == 401
    assert post(f"/api/agency-systems/{gam.code}/acts", secret, accept).status_code == 401
    case.refresh_from_db()
    assert (case.state, case.version, ReceivedCall.objects.count()) == ("referred", 1, 0)
    assert post(place, secret, accept).status_code == 200
    late = post(place, secret, {**accept, "action": "ask", "text": "هل عاد الماء إلى البيت؟"})
    assert (late.status_code, late.json()["code"]) == (409, "overtaken")
    omar.memberships.update(ends_on=timezone.localdate() - timezone.timedelta(days=1))
    lost = post(place, secret, {**accept, "version": 2, "action": "ask", "text": "هل عاد الماء إلى البيت؟"})
    assert lost.status_code in {403, 404}


def test_agencies_without_a_system_cost_no_statement(file_case: FileCase, system: FakeCentre, water: Agency) -> None:
    with CaptureQueriesContext(connection) as with_system:
        file_case(at=timezone.now())
    Agency.objects.filter(pk=water.pk).update(has_system=False)
    water.refresh_from_db()
    with CaptureQueriesContext(connection) as without:
        file_case(at=timezone.now())
    assert len(with_system) > len(without)
    assert not [query for query in without if "notifications_endpoint" in query["sql"]]
    assert Message.objects.filter(template="webhook_case").count() == 1
