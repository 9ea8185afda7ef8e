"""What is no request of ours: deep, huge, of wrong types, with unknown fields, from another origin, with a cookie."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Citizen
from complaints.models import Case, Draft
from tests.app_client import App
from tests.cast import sign_in


def named(answer: Any) -> dict[str, str]:
    return {field["name"]: field["code"] for field in answer.json()["fields"]}


def test_bodies_that_are_none_are_refused_by_name_and_leave_nothing(amina: Citizen) -> None:
    app = App(amina, language="ar")
    deep = "[" * 100_000 + "]" * 100_000
    bad = {
        "{": 400, "[]": 422, "": 422, deep: 400, '{"kind": NaN}': 400, '{"kind": "\\ud800"}': 400,
        b"\xff\xfe": 400, '{"kind": ' + "9" * 5000 + "}": 400, json.dumps({"kind": "x" * 1_100_000}): 413,
    }  # fmt: skip
    for body, status in bad.items():
        answer = app.post("/cases", body or "null")
        assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json"), body[:50]
    wrong = app.post("/cases", {"kind": "praise", "details": 7, "answers": [], "hides_identity": "yes", "nose": 1})
    expected = {"details": "type", "answers": "type", "hides_identity": "type", "nose": "unknown_field"}
    assert named(wrong) == expected
    assert "لا يوجد حقل بهذا الاسم." in [field["message"] for field in wrong.json()["fields"]]
    text = app.client.post("/api/v1/cases", "kind=praise", content_type="text/plain", headers=app.headers)
    assert (text.status_code, text.json()["code"]) == (415, "wrong_type")
    nul = app.post("/cases", {"kind": "praise", "details": "a\0b"})
    assert (nul.status_code, "details" in named(nul)) == (422, True)
    unseen = app.post("/cases", {"kind": "praise", "details": "\u200b \u202e"})
    assert (unseen.status_code, "details" in named(unseen)) == (422, True)
    far = app.post("/cases/2600000014/ratings", {"solved": "yes", "treated": 6})
    assert named(far) == {"treated": "out_of_range"}
    many = {"text": "x", "attachments": [SimpleUploadedFile(f"{place}.txt", b"x") for place in range(41)]}
    assert app.form("/cases/2600000014/additions", many).json()["code"] == "too_large"
    nobody = App().post("/cases", {"kind": "praise"})
    assert (nobody.status_code, nobody["WWW-Authenticate"]) == (401, "Bearer")
    assert (Case.objects.count(), Draft.objects.count()) == (0, 0)


def test_what_is_not_there_is_a_problem_in_the_language_of_the_request(db: None) -> None:
    for language, title in (("en", "There is nothing here."), ("ar-JO,ar;q=0.9", "لا يوجد شيء هنا.")):
        answer = App(language=language).get("/nothing")
        assert (answer.status_code, answer.json()["title"]) == (404, title)
        assert answer["Content-Type"] == "application/problem+json"
    no_method = App().client.patch("/api/v1/kinds")
    assert (no_method.status_code, no_method.json()["code"]) == (405, "not_allowed")
    assert App().put("/kinds", b"").json()["code"] == "not_allowed"


def test_no_cookie_opens_anything_and_none_is_set(amina: Citizen) -> None:
    client = sign_in(Client(), amina)
    answer = client.get("/api/v1/cases")
    assert (answer.status_code, answer.cookies) == (401, {})
    assert App(amina).get("/cases").cookies == {}
    public = client.get("/api/v1/kinds", headers={"accept-language": "en"})
    assert (public.status_code, public.cookies, public["Content-Language"]) == (200, {}, "en")


def test_only_pages_of_registered_origins_read_answers(amina: Citizen, settings) -> None:
    allow, app = "Access-Control-Allow-Origin", App(amina)
    ask = {"origin": "https://app.example", "access-control-request-method": "POST"}
    assert not app.client.options("/api/v1/cases", headers=ask).has_header(allow)
    assert not app.get("/cases", origin="https://app.example").has_header(allow)
    settings.API_ORIGINS = ["https://app.example"]
    asked = app.client.options("/api/v1/cases", headers=ask)
    assert (asked.status_code, asked[allow]) == (204, "https://app.example")
    assert "Authorization" in asked["Access-Control-Allow-Headers"]
    answer = app.get("/cases", origin="https://app.example")
    assert (answer[allow], answer.has_header("Access-Control-Allow-Credentials")) == ("https://app.example", False)
    assert not app.get("/cases", origin="https://evil.example").has_header(allow)


@pytest.mark.parametrize("path", ["/kinds", "/agencies", "/topics?kind=complaint", "/governorates", "/openapi.json"])
def test_what_has_not_changed_is_not_sent_again(path: str, leak: object, amman: object) -> None:
    app = App()
    first = app.get(path)
    again = app.get(path, if_none_match=first["ETag"])
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    other = App(language="ar").get(path, if_none_match=first["ETag"])
    assert other.status_code == (200 if path == "/kinds" else other.status_code)
