"""Open311 GeoReport v2: a client of PyPI lists services and requests, a form-encoded post with a key files one."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
import requests
from django.test import Client
from georeport import GeoReport  # type: ignore[import-untyped] # ships no types
from requests.adapters import BaseAdapter

from accounts.models import Citizen, User
from accounts.roles import Role
from agencies.models import Agency, Topic, TopicQuestion
from complaints.filing import drafting
from complaints.models import Case, ProgramCase, ProgramKey
from tests.cast import give_role
from tests.complaints import DETAILS
from tests.complaints.cases import FileCase
from tests.complaints.pages import Clock, Desk, statements_of

V2 = "/api/open311/v2"


class ToClient(BaseAdapter):
    """Answers the requests of a library by the pages of the test."""

    def send(self, request: requests.PreparedRequest, *_args: object, **_more: object) -> requests.Response:
        parts = urlsplit(str(request.url))
        page = Client().get(f"{parts.path}?{parts.query}")
        answer = requests.Response()
        answer.status_code, answer._content, answer.url = page.status_code, page.content, str(request.url)
        answer.headers["Content-Type"] = page["Content-Type"]
        return answer

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> GeoReport:
    """The client of PyPI."""
    monkeypatch.setattr(requests.Session, "get_adapter", lambda _self, url: ToClient())  # noqa: ARG005
    return GeoReport(f"http://testserver{V2}")


@pytest.fixture
def public(outage: Topic, clock: Clock) -> Topic:
    outage.is_public = True
    outage.save(update_fields=["is_public"])
    return outage


@pytest.fixture
def key(public: Topic, water: Agency, karim: Citizen, lina: User, now: datetime) -> str:
    return drafting.make("Amman fixes", agency=water, contact=karim, by=lina, at=now)[1]


def test_a_client_of_pypi_lists_services_and_requests(
    library: GeoReport, public: Topic, conduct: Topic, file_case: FileCase, water: Agency
) -> None:
    case = file_case(agency=water, topic=public, latitude=31.95391, longitude=35.91061)
    file_case(agency=water, topic=public, hides_identity=True)
    file_case(agency=water, topic=conduct)
    TopicQuestion.objects.create(
        code="how", topic=public, kind="choice", name_ar="كيف؟", name_en="How?", options_ar=["كله", "بعضه"],
        options_en=["all", "part"], is_required=True,
    )  # fmt: skip
    (service,) = library.get_service_list()
    assert (service["service_code"], service["metadata"]) == (public.code, True)
    (asked,) = library.get_service_definition(public.code)["attributes"]
    assert (asked["code"], asked["datatype"], len(asked["values"])) == ("how", "singlevaluelist", 2)
    (listed,) = library.get_service_requests()
    assert (listed["service_request_id"], listed["status"]) == (str(case.pk), "open")
    assert (listed["lat"], listed["long"], listed["description"]) == (31.95, 35.91, "")
    for said in (case.reference, case.subject, DETAILS, case.citizen.first_name, case.citizen.phone):
        assert said not in str(listed)
    assert library.get_service_request(str(case.pk)) == listed
    named = Client().get(f"{V2}/requests/{case.pk}.xml")
    assert ET.fromstring(named.content).findtext("request/service_request_id") == str(case.pk)


def test_a_form_encoded_post_with_a_key_files_one(
    key: str, public: Topic, karim: Citizen, water: Agency, omar: User
) -> None:
    said = {"api_key": key, "service_code": public.code, "description": "No water since Monday\nin our street"}
    posted = Client().post(
        f"{V2}/requests.json", {**said, "lat": "31.95391", "long": "35.91061", "phone": "0790001234"}
    )
    assert posted.status_code == 201
    case = Case.objects.get()
    (told,) = posted.json()
    assert told["service_request_id"] == str(case.pk)
    assert (case.citizen, case.channel, case.agency) == (karim, "program", water)
    assert (case.subject, case.latitude) == ("No water since Monday", 31.95391)
    token = Client().get(f"{V2}/tokens/{told['token']}.json").json()
    assert token == [{"service_request_id": str(case.pk), "token": told["token"]}]
    posted = Client().post(f"{V2}/requests.xml", {**said, "address_string": "شارع الجامعة ٣"})
    assert ET.fromstring(posted.content).findtext("request/service_request_id")
    assert ProgramCase.objects.count() == 2
    wrong = [
        ({}, 403),
        ({"api_key": "guess"}, 403),
        ({"api_key": key}, 404),
        ({**said, "service_code": "none"}, 404),
        ({**said, "jurisdiction_id": "elsewhere.example"}, 404),
        (said, 400),
        ({**said, "description": ""}, 400),
        ({**said, "description": "x" * 5000, "address_string": "a"}, 400),
        ({**said, "description": "a\x00b", "address_string": "a"}, 400),
        ({**said, "lat": "48.2", "long": "16.3"}, 400),
        ({**said, "lat": "nan", "long": "nan"}, 400),
        ({**said, "lat": "31.9"}, 400),
    ]
    for typed, status in wrong:
        answer = Client().post(f"{V2}/requests.json", typed)
        assert (answer.status_code, answer.json()[0]["code"]) == (status, status), typed
    assert Client().post(f"{V2}/requests.xml", {}).text.count("<code>403</code>") == 1
    assert Case.objects.count() == 2


def test_a_post_that_is_sent_again_files_nothing(key: str, public: Topic, clock: Clock) -> None:
    said = {"api_key": key, "service_code": public.code, "description": "No water", "address_string": "شارع"}
    page = f"{V2}/requests.json"
    ((first,), (again,)) = (Client().post(page, said).json() for _ in range(2))
    assert (again["service_request_id"], again["token"]) == (first["service_request_id"], first["token"])
    assert (first["service_notice"], again["service_notice"][:13]) == ("", "Already filed")
    for other in ({"description": "No water here"}, {"address_string": "حي"}, {"lat": "31.95", "long": "35.91"}):
        Client().post(page, said | other)
    assert Case.objects.count() == 4
    clock.pass_(hours=2)
    Client().post(page, said)
    assert Case.objects.count() == 5


def test_a_list_keeps_to_the_bounds_of_the_specification(
    key: str, public: Topic, file_case: FileCase, clock: Clock
) -> None:
    first = file_case(topic=public)
    page = f"{V2}/requests.json"
    once = statements_of(Client(), page)
    for _ in range(3):
        file_case(topic=public)
    assert statements_of(Client(), page) == once
    assert len(Client().get(page, {"status": "open", "service_code": public.code}).json()) == 4
    assert Client().get(page, {"status": "closed"}).json() == []
    assert Client().get(page, {"service_code": "other"}).json() == []
    assert len(Client().get(page, {"service_request_id": f"{first.pk},x,99999999"}).json()) == 1
    clock.pass_(days=100)
    assert Client().get(page).json() == []
    assert len(Client().get(page, {"end_date": "2026-01-05T00:00:00Z"}).json()) == 4
    for bad in (
        {"start_date": "yesterday"},
        {"start_date": "2025-01-01T00:00:00Z", "end_date": "2026-01-05T00:00:00Z"},
        {"end_date": "0001-01-01T00:00:00Z"},
        {"status": "new"},
    ):
        assert Client().get(page, bad).status_code == 400, bad
    for gone in ("requests/99999999.json", "requests/x.json", "services/none.json", "tokens/none.json"):
        answer = Client().get(f"{V2}/{gone}")
        assert (answer.status_code, answer.json()[0]["code"]) == (404, 404)
    found = Client().get("/api/open311/discovery.json").json()
    assert found["endpoints"][0]["url"].endswith(V2)


def test_the_head_makes_a_key_that_is_shown_once_and_revokes_it(
    desk: Desk, lina: User, cmu: Agency, karim: Citizen, public: Topic, water: Agency, english: None
) -> None:
    page = "/en/staff/program-keys/"
    assert desk(lina).get(page).status_code == 404
    give_role(lina, cmu, Role.CMU_HEAD)
    head = desk(lina)
    wrong = head.post(page, {"name": "Amman fixes", "number": "9999999999"})
    assert list(wrong.context["form"].errors) == ["number"]
    made = head.post(page, {"name": "Amman fixes", "number": karim.number})
    row = ProgramKey.objects.get()
    key = made.context["made"]
    assert key in made.text
    assert key not in head.get(page).text
    assert key not in row.digest
    said = {"api_key": key, "service_code": public.code, "description": "No water", "address_string": "شارع"}
    assert Client().post(f"{V2}/requests.json", said).status_code == 201
    for _ in range(2):
        head.post(f"{page}{row.pk}/revoke/")
    assert Client().post(f"{V2}/requests.json", said).status_code == 403
    assert Case.objects.get().citizen == karim
