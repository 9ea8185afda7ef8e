"""People abroad to whose number we send no SMS: code and messages go to an e-mail address, proven by the code."""

from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from accounts.contact import contact_channel
from accounts.models import Citizen, Identity, PhoneCode
from accounts.sign_in import forgotten_password
from notifications.models import Channel, Message
from tests.accounts.keyboard import CONTACT, LAST, PASSWORD, RANA, errors, newest_code, register_until_code, url

pytestmark = pytest.mark.usefixtures("amman", "irbid")

GERMAN, MAIL = "+4915112345678", "rana@example.de"
ABROAD = {"mobile": "+49 151 1234 5678", "email": MAIL, "country": "DE", "governorate": ""}
BORN = {"birth_date_day": 14, "birth_date_month": 6, "birth_date_year": 1978}
NEW = {"password": "copper-violet-train", "again": "copper-violet-train"}


def leaving() -> list[tuple[str, str, str]]:
    """Return template, channel and address of every message that may leave, the oldest first."""
    at = timezone.now()
    rows = Message.objects.order_by("created_at", "template")
    return [(row.template, row.channel, row.address) for row in rows if row.expires_at is None or row.expires_at > at]


@pytest.fixture
def rana(client) -> Citizen:
    register_until_code(client, **ABROAD)
    assert client.post(url("code"), {"code": newest_code()})["Location"] == "/ar/"
    return Citizen.objects.get()


def test_without_an_address_the_form_says_why_one_is_needed(client):
    client.post(url("who"), RANA)
    page = client.post(url("contact"), CONTACT | ABROAD | {"email": ""})
    assert errors(page) == ["لا نرسل رسائل نصية إلى أرقام هذا البلد. أدخلوا بريدكم الإلكتروني: يصلكم الرمز عليه"]


def test_the_code_goes_by_email_proves_the_address_and_every_message_goes_there(rana):
    assert (rana.phone, rana.email, rana.email_confirmed_at is not None) == (GERMAN, MAIL, True)
    assert leaving() == [("code", "email", MAIL), ("registered", "email", MAIL)]
    way = contact_channel(rana, Channel.SMS)
    assert (way.channel, way.address, way.other_address) == (Channel.EMAIL, MAIL, "")
    assert (rana.offered_phone, rana.offered_way) == ("", Channel.EMAIL)


def test_a_code_that_went_to_another_address_proves_nothing(client):
    register_until_code(client, **ABROAD)
    sent = newest_code()
    client.post(url("contact"), CONTACT | ABROAD | {"email": "other@example.de"})
    assert client.post(url("code"), {"code": sent}).status_code == 200
    assert Citizen.objects.count() == 0


def test_a_proven_address_gives_no_account_back_whose_owner_gets_sms(client, rana):
    """Else a mailbox alone would open the account of somebody with a telephone."""
    rana.phone, rana.is_phone_proven = "+962791112233", True
    rana.save(update_fields=["phone", "phone_lookup", "is_phone_proven"])
    other = Client()
    register_until_code(other, **ABROAD)
    other.post(url("code"), {"code": newest_code()})
    assert Citizen.objects.count() == 2
    assert Citizen.objects.latest("created_at").user_id != rana.user_id


def test_an_owner_abroad_comes_back_by_the_address_with_a_new_password(rana):
    again = Client()
    register_until_code(again, **ABROAD)
    assert again.post(url("code"), {"code": newest_code()})["Location"] == "/ar/"
    assert (Citizen.objects.count(), leaving()[-1][:2]) == (1, ("password_changed", "email"))


def test_a_forgotten_password_sends_the_code_to_the_address_and_never_shows_it(client, rana):
    client.post("/ar/account/sign-out/")
    visitor = Client()
    visitor.post("/ar/forgot/", {"number": rana.number, "mobile": GERMAN})
    assert leaving()[-1] == ("code", "email", MAIL)
    page = visitor.get("/ar/forgot/code/").content.decode()
    assert (MAIL in page, "example.de" in page) == (False, False)
    visitor.post("/ar/forgot/code/", {"code": newest_code()})
    assert visitor.post("/ar/forgot/password/", BORN | NEW)["Location"] == "/ar/sign-in/"
    assert leaving()[-1] == ("password_changed", "email", MAIL)
    before = len(leaving())
    stranger = Client()
    assert stranger.post("/ar/forgot/", {"number": "9902103457", "mobile": GERMAN})["Location"] == "/ar/forgot/code/"
    assert (stranger.get("/ar/forgot/code/").content.decode() == page, len(leaving())) == (False, before)


def test_whoever_registers_with_her_number_and_phone_gets_no_code_for_her_account_and_none_of_hers(rana):
    rana.identity = Identity.PENDING
    rana.save(update_fields=["identity"])
    thief = Client()
    thief.post(url("who"), RANA | {"birth_date_day": "15"})
    thief.post(url("contact"), CONTACT | ABROAD | {"email": "thief@example.de"})
    thief.post(url("password"), LAST)
    thief.post(url("code"), {"code": newest_code()})
    thief.post(url("who"), {"insist": "1"})
    thief.post(url("contact"), CONTACT | ABROAD | {"email": "thief@example.de"})
    thief.post(url("password"), LAST)
    assert Citizen.objects.filter(email="thief@example.de").count() == 1
    visitor = Client()
    visitor.post("/ar/forgot/", {"number": rana.number, "mobile": GERMAN})
    assert leaving()[-1] == ("code", "email", MAIL)
    account = forgotten_password.account_for_code(rana.number, GERMAN)
    taken = {"birth_date": date(1978, 6, 14), "password": "copper-violet-train", "at": timezone.now()}
    assert forgotten_password.set_password(rana.number, phone=GERMAN, email="thief@example.de", **taken) is False
    assert account == rana


def test_codes_to_one_mailbox_are_counted_once_however_the_address_is_written(client, amman):
    for spelling in (MAIL, "Rana@example.de", "RANA@EXAMPLE.DE"):
        register_until_code(client, **(ABROAD | {"email": spelling}))
    targets = {code.phone for code in PhoneCode.objects.all()}
    assert targets == {MAIL}


def test_the_only_address_stays_until_there_is_a_number_that_gets_sms(client, rana):
    for change in ({"email": "new@example.de"}, {"remove": "1"}):
        page = client.post("/ar/account/email/", change | {"current": PASSWORD})
        assert errors(page) == ["تصلكم رسائلنا على هذا العنوان وحده. أدخلوا أولًا رقم هاتف محمول نرسل إليه رسائل نصية"]
    rana.refresh_from_db()
    assert rana.email == MAIL
