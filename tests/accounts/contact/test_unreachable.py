"""Whom our messages do not reach is told at the next sign-in, until the address is proven anew."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import contact
from accounts.models import Citizen
from notifications import addresses
from notifications.models import Channel, Message, Verdict
from tests.accounts.keyboard import AMINA, newest_code, register
from tests.cast import PASSWORD

PHONE, EMAIL = "+962790001234", "amina@home.example"
SIGN_IN = {"number": "9902103456", "password": PASSWORD}
# What the page says of the telephone and of the address.
SAID = {
    ("ar", Verdict.DEAD): ("لا تصل", "رسائلنا إلى بريدكم الإلكتروني لا تصل"),
    ("ar", Verdict.STOPPED): ("طلبتم ألا نرسل رسائل إلى", "طلبتم ألا نراسلكم بالبريد الإلكتروني"),
    ("ar", Verdict.STRANGER): ("ليس رقمكم", "أُبلغنا بأن البريد الإلكتروني المسجل في حسابكم يخص شخصًا آخر"),
    ("en", Verdict.DEAD): ("Our messages are not reaching", "Our e-mails are not reaching you"),
    ("en", Verdict.STOPPED): ("You asked us not to send messages to", "You asked us not to e-mail you"),
    ("en", Verdict.STRANGER): (
        "is not your number",
        "We were told that the e-mail address in your account belongs to someone else",
    ),
}


def enter(client: Client, language: str = "ar", **more: str) -> str:
    """Sign amina in and return the page she comes to."""
    return client.post(f"/{language}/sign-in/", SIGN_IN | more, follow=True).content.decode()


def banners(page: str) -> int:
    return page.count('<div class="banner banner-bad">')


@pytest.mark.parametrize(("language", "verdict"), SAID, ids=str)
def test_a_verdict_is_shown_after_the_sign_in_and_on_the_account_page(client, amina, language, verdict):
    addresses.record(Channel.SMS, PHONE, verdict)
    addresses.record(Channel.EMAIL, EMAIL, verdict)
    for page in (enter(client, language), client.get(f"/{language}/account/").content.decode()):
        assert [words in page for words in SAID[language, verdict]] == [True, True]
        assert banners(page) == 2
        assert ("079 ••• ••34" in page, "0790001234" in page) == (True, False)
        assert (f"/{language}/account/phone/" in page, f"/{language}/account/email/" in page) == (True, True)


def test_each_channel_has_its_own_banner_and_nobody_sees_that_of_another(client, amina, karim):
    addresses.record(Channel.SMS, PHONE, Verdict.DEAD)
    assert banners(enter(client)) == 1
    other = Client()
    page = other.post("/ar/sign-in/", {"number": "9851204417", "password": PASSWORD}, follow=True).content.decode()
    assert (banners(page), contact.SESSION_KEY in other.session) == (0, False)


def test_the_verdict_on_the_same_digits_by_the_other_channel_is_none(client, amina):
    addresses.record(Channel.EMAIL, PHONE, Verdict.DEAD)
    assert banners(enter(client)) == 0


def test_whoever_was_on_the_way_to_another_page_is_told_there(client, amina):
    addresses.record(Channel.SMS, PHONE, Verdict.DEAD)
    page = enter(client, "en", next="/en/cases/")
    assert "Our messages are not reaching you. See “Contact details” in your account" in page
    assert "Our messages are not reaching you" not in enter(Client(), "en")


def test_the_session_keeps_the_verdict_and_neither_number_nor_address(client, amina):
    addresses.record(Channel.SMS, PHONE, Verdict.STOPPED)
    enter(client)
    assert client.session[contact.SESSION_KEY] == {"sms": "stopped"}
    client.post("/ar/sign-out/")
    assert contact.SESSION_KEY not in client.session


def test_signing_in_asks_one_statement_for_it_and_the_pages_none(amina):
    counts = []
    for verdict in (None, Verdict.DEAD):
        if verdict:
            addresses.record(Channel.SMS, PHONE, verdict)
            addresses.record(Channel.EMAIL, EMAIL, verdict)
        client = Client()
        with CaptureQueriesContext(connection) as entering:
            client.post("/ar/sign-in/", SIGN_IN)
        asked = [query["sql"] for query in entering.captured_queries if "notifications_addressstatus" in query["sql"]]
        client.get("/ar/")
        with CaptureQueriesContext(connection) as home:
            client.get("/ar/")
        counts.append((len(asked), len(home.captured_queries)))
    assert counts[0] == counts[1]
    assert counts[0][0] == 1
    assert counts[0][1] <= 6


# ---- proven anew ----


def test_the_same_number_is_proven_again_by_a_code_where_nothing_arrived(client, amina):
    addresses.record(Channel.SMS, PHONE, Verdict.DEAD)
    enter(client, "en")
    assert "If your current number is still right, enter it again" in client.get("/en/account/phone/").content.decode()
    assert client.post("/en/account/phone/", {"mobile": "0790001234", "current": PASSWORD}).status_code == 302
    page = client.post("/en/account/phone/code/", {"code": newest_code()}, follow=True).content.decode()
    assert (banners(page), "Your mobile number is confirmed. You will get our messages again" in page) == (0, True)
    assert addresses.verdict(Channel.SMS, PHONE) is None
    assert [row.template for row in Message.objects.all()] == ["code"]
    assert Citizen.objects.get().phone == PHONE


def test_another_number_ends_the_banner_and_the_verdict_stays_on_the_old_one(client, amina):
    addresses.record(Channel.SMS, PHONE, Verdict.STRANGER)
    addresses.record(Channel.SMS, "+962780009999", Verdict.DEAD)
    enter(client)
    client.post("/ar/account/phone/", {"mobile": "0780009999", "current": PASSWORD})
    page = client.post("/ar/account/phone/code/", {"code": newest_code()}, follow=True).content.decode()
    assert banners(page) == 0
    assert (addresses.verdict(Channel.SMS, PHONE), addresses.verdict(Channel.SMS, "+962780009999")) == (
        "stranger",
        None,
    )


def test_a_wrong_code_proves_nothing(client, amina):
    addresses.record(Channel.SMS, PHONE, Verdict.DEAD)
    enter(client)
    client.post("/ar/account/phone/", {"mobile": "0790001234", "current": PASSWORD})
    client.post("/ar/account/phone/code/", {"code": f"{(int(newest_code()) + 1) % 100_000:05}"})
    assert addresses.verdict(Channel.SMS, PHONE) == Verdict.DEAD


def test_registering_proves_the_telephone(client, amman):
    addresses.record(Channel.SMS, "+962791112233", Verdict.DEAD)
    register(client)
    assert addresses.verdict(Channel.SMS, "+962791112233") is None


def test_a_registration_that_does_not_match_proves_nothing_yet(client, amman):
    addresses.record(Channel.SMS, "+962791112233", Verdict.DEAD)
    register(client, AMINA | {"birth_date_year": "1991"})
    assert addresses.verdict(Channel.SMS, "+962791112233") == Verdict.DEAD


def test_a_new_password_by_code_proves_the_telephone(client, amina):
    addresses.record(Channel.SMS, PHONE, Verdict.DEAD)
    client.post("/ar/forgot/", {"number": "9902103456", "mobile": "0790001234"})
    client.post("/ar/forgot/code/", {"code": newest_code()})
    born = {"birth_date_day": "27", "birth_date_month": "3", "birth_date_year": "1990"}
    words = {"password": "copper-violet-train", "again": "copper-violet-train"}
    assert client.post("/ar/forgot/password/", born | words)["Location"] == "/ar/sign-in/"
    assert addresses.verdict(Channel.SMS, PHONE) is None


def test_the_link_that_is_only_looked_at_proves_nothing(client, amina):
    addresses.record(Channel.EMAIL, EMAIL, Verdict.DEAD)
    client.get(f"/ar/account/email/confirm/{contact.token_for(amina, at=timezone.now())}/")
    assert addresses.verdict(Channel.EMAIL, EMAIL) == Verdict.DEAD
