"""Sessions of apps: keys that change, a family that ends as one, and limits that are those of the page."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client
from django.utils import timezone
from time_machine import TimeMachineFixture

from accounts.models import AppSession, Citizen, PolicyAcceptance, RefreshKey, SessionEnd, User
from tests.app_client import App
from tests.cast import PASSWORD, sign_in


def signed_in(amina: Citizen) -> dict[str, str]:
    answer = App().post("/sessions", {"number": amina.number, "password": PASSWORD, "device": "Amina's phone"})
    assert answer.status_code == 201, answer.content
    return answer.json()


def test_keys_change_and_using_an_old_one_again_ends_the_whole_family(amina: Citizen) -> None:
    first = signed_in(amina)
    stored = [*RefreshKey.objects.values_list("key_hash", flat=True), AppSession.objects.get().access_hash]
    assert not {first["access_token"], first["refresh_token"]} & set(stored)
    second = App().post("/sessions/refresh", {"refresh_token": first["refresh_token"]}).json()
    app = App()
    app.use(first["access_token"])
    assert app.get("/account").status_code == 401
    app.use(second["access_token"])
    assert app.get("/account").json()["masked_phone"] == amina.masked_phone
    replayed = App().post("/sessions/refresh", {"refresh_token": first["refresh_token"]})
    assert (replayed.status_code, replayed.json()["code"]) == (401, "session_over")
    assert app.get("/account").json()["code"] == "sign_in_required"
    assert App().post("/sessions/refresh", {"refresh_token": second["refresh_token"]}).status_code == 401
    assert AppSession.objects.get().end == SessionEnd.REPLAYED


def test_a_key_ends_with_its_time_with_another_password_and_on_the_account_page(
    amina: Citizen, karim: Citizen, time_machine: TimeMachineFixture
) -> None:
    keys = signed_in(amina)
    amina.user.refresh_from_db()
    page = sign_in(Client(), amina)
    app = App()
    app.use(keys["access_token"])
    assert "Amina&#x27;s phone" in page.get("/en/account/").content.decode()
    end = f"/en/account/apps/{keys['session']}/end/"
    sign_in(Client(), karim).post(end)
    assert app.get("/account").status_code == 200
    assert page.post(end).status_code == 302
    assert app.get("/account").status_code == 401
    app.use(signed_in(amina)["access_token"])
    User.objects.filter(citizen=amina).update(password="changed")
    assert app.get("/account").status_code == 401
    PolicyAcceptance.objects.filter(citizen=karim).delete()
    app = App(karim)
    assert app.get("/policy").json()["is_accepted"] is False
    assert app.get("/account").json()["code"] == "policy_due"
    version = app.get("/policy").json()["version"]
    assert app.post("/policy/acceptance", {"version": f"{version}-older"}).json()["code"] == "overtaken"
    assert app.get("/account").json()["code"] == "policy_due"
    assert app.post("/policy/acceptance", {"version": version}).status_code == 204
    assert app.get("/account").status_code == 200
    time_machine.move_to(timezone.now() + timedelta(minutes=16))
    assert app.get("/account").json()["code"] == "sign_in_required"


def test_tries_at_the_password_are_counted_with_those_of_the_page(amina: Citizen) -> None:
    wrong = {"number": amina.number, "password": "not-the-password"}
    codes = [App().post("/sessions", wrong).json()["code"] for _try in range(4)]
    assert codes == ["wrong_sign_in"] * 4
    Client().post("/en/sign-in/", wrong)
    refused = App().post("/sessions", wrong | {"password": PASSWORD})
    assert (refused.status_code, refused.json()["code"], "Retry-After" in refused.headers) == (429, "too_many", True)
    assert not AppSession.objects.exists()


def test_signing_out_in_the_app_ends_both_keys(amina: Citizen) -> None:
    keys, app = signed_in(amina), App()
    app.use(keys["access_token"])
    assert [row["is_this"] for row in app.get("/sessions").json()["items"]] == [True]
    assert app.delete("/sessions/current").status_code == 204
    assert app.get("/sessions").status_code == 401
    assert App().post("/sessions/refresh", {"refresh_token": keys["refresh_token"]}).status_code == 401
