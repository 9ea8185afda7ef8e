"""A forgotten password of staff: the link goes to the work address, works once and for thirty minutes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from notifications.models import Message
from tests.accounts.keyboard import errors
from tests.accounts.sign_in.pages import found, is_signed_in
from tests.cast import give_app, sign_in

FORGOT = "/en/staff/sign-in/forgot/"
NEW = {"password": "copper-violet-train", "again": "copper-violet-train"}

pytestmark = pytest.mark.django_db


def link_to(client: Client, user) -> str:
    client.post(FORGOT, {"email": user.email})
    message = Message.objects.get(template="staff_new_password", recipient=f"user:{user.pk}")
    return found(r"http://testserver(/\S+)", message.body)


def test_the_link_sets_a_password_once_ends_the_sessions_and_the_factor_is_still_asked(client, omar, now):
    give_app(omar)
    signed_in = sign_in(Client(), omar)
    link = link_to(client, omar)
    assert (client.get(link).status_code, errors(client.post(link, {"password": "short", "again": "short"})) != []) == (
        200,
        True,
    )
    assert client.post(link, NEW)["Location"].endswith("/staff/sign-in/")
    assert [client.get(link).status_code, client.post(link, NEW).status_code] == [404, 404]
    assert signed_in.get("/en/staff/account/").status_code == 302
    answer = client.post("/en/staff/sign-in/", {"email": omar.email, "password": NEW["password"]})
    assert (answer["Location"], is_signed_in(client)) == ("/en/staff/sign-in/factor/", False)
    sent = set(Message.objects.values_list("template", flat=True))
    assert sent == {"staff_new_password", "staff_password_changed"}


def test_a_link_ends_after_thirty_minutes_with_the_account_and_is_not_to_be_forged(client, omar, now, time_machine):
    time_machine.move_to(now, tick=False)
    link = link_to(client, omar)
    assert client.get(f"{link[:-2]}x/").status_code == 404
    omar.is_active = False
    omar.save(update_fields=["is_active"])
    assert client.get(link).status_code == 404
    omar.is_active = True
    omar.save(update_fields=["is_active"])
    time_machine.move_to(now + timedelta(minutes=30, seconds=1), tick=False)
    assert client.get(link).status_code == 404


def test_an_unknown_address_and_one_above_its_limit_get_the_same_answer_and_no_message(client, omar, amina):
    answers = [client.post(FORGOT, {"email": email}) for email in ("who@gam.example", amina.email, *[omar.email] * 6)]
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {(302, "/en/staff/sign-in/")}
    assert list(Message.objects.values_list("template", "recipient")) == [("staff_new_password", f"user:{omar.pk}")] * 5


def test_the_link_leads_to_this_service_whatever_host_the_request_names(client, omar):
    """Other hosts are refused before anything is sent, and what a proxy nobody knows says of the host is not read."""
    poisoned = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Port": "1", "Forwarded": "host=evil.example"}
    assert client.post(FORGOT, {"email": omar.email}, headers={"Host": "evil.example"}).status_code == 400
    assert not Message.objects.exists()
    client.post(FORGOT, {"email": omar.email}, headers={"Host": "testserver:81", **poisoned})
    body = Message.objects.get().body
    assert found(r"(https?://[^/\s]+)", body) == "http://testserver"
    assert "evil" not in body
