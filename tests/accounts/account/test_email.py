"""The e-mail address: set, changed, removed; nothing but the link goes there before its owner has confirmed it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from accounts import contact
from accounts.models import Citizen
from notifications import addresses
from notifications.models import Channel, Lane, Message, MessageState, Verdict
from tests.accounts.account.email_links import FORM, NEW, again, link, owe_by_email, owed
from tests.accounts.keyboard import errors
from tests.cast import PASSWORD, sign_in

# ---- setting and changing ----


def test_a_new_address_is_owed_a_link_and_is_not_confirmed(client, karim):
    answer = sign_in(client, karim).post("/ar/account/email/", FORM)
    assert answer["Location"] == "/ar/account/"
    assert (again(karim).email, again(karim).confirmed_email) == (NEW, "")
    assert owed("email_confirm") == [("email", NEW, MessageState.PENDING)]
    assert link().startswith("/ar/account/email/confirm/")


def test_the_link_is_a_code_of_its_kind_that_works_for_two_days(karim, now):
    contact.change(karim, NEW, at=now)
    message = Message.objects.get(template="email_confirm")
    assert (message.lane, message.expires_at, message.context) == (Lane.CODES, now + timedelta(hours=48), None)


def test_the_link_speaks_the_language_of_the_persons_messages(client, karim):
    Citizen.objects.filter(pk=karim.pk).update(language="en")
    sign_in(client, karim).post("/ar/account/email/", FORM)
    assert link().startswith("/en/account/email/confirm/")


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"email": NEW, "current": "wrong"}, "current"),
        ({"email": NEW, "current": ""}, "current"),
        ({"email": "", "current": PASSWORD}, "email"),
        ({"email": "not an address", "current": PASSWORD}, "email"),
        ({"email": "a@b.example\r\nBcc: c@d.example", "current": PASSWORD}, "email"),
        ({"email": "a" * 250 + "@b.example", "current": PASSWORD}, "email"),
        ({"remove": "1", "current": "wrong"}, "current"),
    ],
    ids=str,
)
def test_an_address_is_not_changed_otherwise(client, amina, typed, field):
    answer = sign_in(client, amina).post("/ar/account/email/", typed)
    assert list(answer.context["form"].errors) == [field]
    assert (again(amina).confirmed_email, Message.objects.count()) == ("amina@home.example", 0)


def test_the_password_cannot_be_guessed_here_either(client, amina):
    sign_in(client, amina)
    answers = [client.post("/ar/account/email/", FORM | {"current": "wrong"}).status_code for _ in range(6)]
    assert answers == [200] * 5 + [429]


def test_the_confirmed_address_of_before_is_told_of_the_change_and_an_unconfirmed_one_is_not(client, amina):
    sign_in(client, amina).post("/ar/account/email/", FORM)
    client.post("/ar/account/email/", FORM | {"email": "third@office.example"})
    assert owed("email_changed") == [("email", "amina@home.example", MessageState.PENDING)]


def test_an_address_that_is_removed_is_told_and_forgotten(client, amina):
    Citizen.objects.filter(pk=amina.pk).update(notify_by="email")
    answer = sign_in(client, amina).post("/ar/account/email/", {"remove": "1", "email": "", "current": PASSWORD})
    assert answer["Location"] == "/ar/account/"
    assert (again(amina).email, again(amina).email_confirmed_at, again(amina).notify_by) == ("", None, "sms")
    assert owed("email_changed") == [("email", "amina@home.example", MessageState.PENDING)]
    assert owed("email_confirm") == []


def test_removing_no_address_does_nothing(client, karim):
    assert sign_in(client, karim).post("/ar/account/email/", {"remove": "1", "current": PASSWORD}).status_code == 302
    assert Message.objects.count() == 0


def test_the_confirmed_address_is_not_confirmed_again_unless_nothing_arrives_there(client, amina):
    typed = {"email": "Amina@home.example", "current": PASSWORD}
    answer = sign_in(client, amina).post("/en/account/email/", typed)
    assert errors(answer) == ["This is already your address, and it is confirmed"]
    addresses.record(Channel.EMAIL, "amina@home.example", Verdict.DEAD)
    assert client.post("/en/account/email/", typed).status_code == 302
    assert owed("email_confirm") == [("email", "amina@home.example", MessageState.PENDING)]
    assert again(amina).confirmed_email == "amina@home.example"


@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_account_page_shows_whether_the_address_is_confirmed(client, amina, karim, language):
    confirmed = {"ar": "مؤكد", "en": "Confirmed"}[language]
    waiting = {"ar": "غير مؤكد بعد", "en": "Not confirmed yet"}[language]
    page = sign_in(client, amina).get(f"/{language}/account/").content.decode()
    assert (f">{confirmed}</span>" in page, waiting in page, "email/again" in page) == (True, False, False)
    Citizen.objects.filter(pk=karim.pk).update(email=NEW)
    page = sign_in(Client(), karim).get(f"/{language}/account/").content.decode()
    assert (waiting in page, "email/again" in page) == (True, True)


# ---- what waits ----


def test_what_waits_by_email_goes_by_sms_when_the_address_is_removed_or_changed(amina, now):
    owe_by_email(amina, now)
    contact.remove(amina, at=now)
    assert owed("registered") == [
        ("email", "amina@home.example", MessageState.CANCELLED),
        ("sms", "+962790001234", MessageState.PENDING),
    ]


def test_after_a_change_nothing_but_the_notice_of_it_goes_to_the_address_of_before(amina, now):
    owe_by_email(amina, now)
    contact.change(amina, NEW, at=now)
    waiting = Message.objects.waiting().order_by("template")
    assert [(row.template, row.address) for row in waiting] == [
        ("email_changed", "amina@home.example"),
        ("email_confirm", NEW),
        ("registered", "+962790001234"),
    ]


def test_the_link_of_one_address_does_not_follow_the_person_to_the_next(karim, now):
    contact.change(karim, NEW, at=now)
    contact.change(karim, "other@office.example", at=now + timedelta(seconds=1))
    assert [address for _, address, _ in owed("email_confirm")] == [NEW, "other@office.example"]
