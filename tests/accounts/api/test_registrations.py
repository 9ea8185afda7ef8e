"""Registering with an app: the details, the code, a mismatch, and keys at the end."""

from __future__ import annotations

import pytest

from accounts.models import Citizen, FormDraft, Identity
from tests.accounts.keyboard import CONTACT, PASSWORD, RANA, newest_code
from tests.app_client import App

pytestmark = pytest.mark.usefixtures("amman")
_NAMES = ("national_number", "first_name", "father_name", "grandfather_name", "family_name")
WHO = {name: RANA[name] for name in _NAMES} | {"birth_date": "1978-06-14"}
DETAILS = {**WHO, **CONTACT, "password": PASSWORD, "policy": True}


def test_details_and_the_code_make_an_account_that_is_signed_in(db: None) -> None:
    app = App(language="ar")
    begun = app.post("/registrations", DETAILS)
    assert begun.status_code == 201, begun.content
    key = begun.json()["registration"]
    assert (begun.json()["wait"], begun.json()["is_proven"], Citizen.objects.exists()) == (45, False, False)
    assert app.post("/registrations/code", {"registration": key}).json()["wait"] > 0
    wrong = app.post("/registrations/complete", {"registration": key, "code": "000000"})
    assert [field["name"] for field in wrong.json()["fields"]] == ["code"]
    assert app.post("/registrations/complete", {"registration": "x", "code": newest_code()}).status_code == 404
    done = app.post("/registrations/complete", {"registration": key, "code": newest_code(), "device": "A\nphone"})
    assert done.status_code == 201, done.content
    rana = Citizen.objects.get()
    assert (rana.identity, rana.number, rana.language) == (Identity.MATCHED, RANA["national_number"], "ar")
    app.use(done.json()["access_token"])
    assert app.get("/account").json()["name"] == rana.full_name
    assert [row["device"] for row in app.get("/sessions").json()["items"]] == ["A phone"]
    assert not FormDraft.objects.exists()


def test_a_mismatch_is_corrected_or_insisted_on_without_another_code(db: None) -> None:
    app = App()
    key = app.post("/registrations", DETAILS | {"birth_date": "1979-06-14"}).json()["registration"]
    complete = {"registration": key, "code": newest_code()}
    differs = app.post("/registrations/complete", complete)
    assert (differs.status_code, differs.json()["code"]) == (409, "registry_mismatch")
    assert differs.json()["differing"]
    corrected = app.post("/registrations", DETAILS | {"registration": key})
    assert corrected.json()["is_proven"] is True
    app.post("/registrations", DETAILS | {"registration": key, "birth_date": "1979-06-14"})
    assert app.post("/registrations/complete", {"registration": key}).json()["code"] == "registry_mismatch"
    assert app.post("/registrations/complete", {"registration": key, "insists": True}).status_code == 201
    assert Citizen.objects.get().identity == Identity.MISMATCHED


def test_every_field_that_is_wrong_is_named_in_the_language_of_the_reader(db: None) -> None:
    wrong = DETAILS | {"mobile": "123", "birth_date": "1978-13-01", "password": "short", "policy": False}
    for language, sentence in (("en", "Accept the usage policy to continue"), ("ar", "سياسة الاستخدام")):
        answer = App(language=language).post("/registrations", wrong)
        fields = {field["name"]: field["message"] for field in answer.json()["fields"]}
        assert (answer.status_code, sorted(fields)) == (422, ["birth_date", "mobile", "password", "policy"])
        assert sentence in fields["policy"]
    assert not FormDraft.objects.exists()
