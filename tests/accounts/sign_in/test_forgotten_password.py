"""Setting a new password without the old one."""

from datetime import date

import pytest
from django.test import Client

from accounts.models import PhoneCode
from notifications.models import Message
from tests.accounts.keyboard import errors, newest_code
from tests.cast import PASSWORD, sign_in

NEW = {"password": "copper-violet-train", "again": "copper-violet-train"}


def ask(client: Client, number: str = "9902103456", mobile: str = "0790001234"):
    return client.post("/ar/forgot/", {"number": number, "mobile": mobile})


def prove(client: Client) -> None:
    ask(client)
    client.post("/ar/forgot/code/", {"code": newest_code()})


def reset(client: Client, *, born: date = date(1990, 3, 27), **new: str):
    parts = {"birth_date_day": born.day, "birth_date_month": born.month, "birth_date_year": born.year}
    return client.post("/ar/forgot/password/", parts | NEW | new)


def test_number_telephone_code_and_birth_date_together_set_a_new_password(client, amina):
    elsewhere = sign_in(Client(), amina)
    prove(client)
    answer = reset(client)
    assert answer["Location"] == "/ar/sign-in/"
    amina.user.refresh_from_db()
    assert amina.user.check_password("copper-violet-train") is True
    assert elsewhere.get("/ar/account/").status_code == 302
    told = [(message.template, message.address) for message in Message.objects.order_by("created_at")]
    assert told == [("code", amina.phone), ("password_changed", amina.phone)]


def test_a_code_alone_opens_nothing(client, amina):
    prove(client)
    assert errors(reset(client, born=date(1990, 3, 28))) == ["تاريخ الميلاد لا يطابق المسجل في الحساب"]
    amina.user.refresh_from_db()
    assert amina.user.check_password(PASSWORD) is True


def test_birth_dates_cannot_be_guessed_through(client, amina):
    prove(client)
    answers = [reset(client, born=date(1991, 1, day)).status_code for day in range(1, 7)]
    assert answers == [200] * 5 + [429]
    assert reset(client).status_code == 429


@pytest.mark.parametrize(("number", "mobile"), [("9902103457", "0790001234"), ("9902103456", "0790001235")])
def test_an_unknown_pair_gets_the_same_pages_and_no_message(client, amina, number, mobile):
    stranger = Client()
    known, unknown = ask(client), ask(stranger, number, mobile)
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    pages = [browser.get("/ar/forgot/code/").content.decode() for browser in (client, stranger)]
    assert _plain(pages[0]) == _plain(pages[1])
    wrong = [browser.post("/ar/forgot/code/", {"code": "00000"}) for browser in (client, stranger)]
    assert errors(wrong[0])[0] == errors(wrong[1])[0]
    at = PhoneCode.objects.latest("created_at").created_at
    leaving = Message.objects.filter(expires_at__gt=at)
    assert [message.address for message in leaving] == [amina.phone]


def _plain(page: str) -> str:
    import re

    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"|••\d\d|countdown="\d+"', "", page)


def test_an_unknown_pair_costs_the_same_statements(amina):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for number in ("9902103456", "9902103457"):
        with CaptureQueriesContext(connection) as spent:
            ask(Client(), number)
        counts.append([query["sql"].split(" ")[0] for query in spent.captured_queries])
    assert counts[0] == counts[1]


def test_the_new_password_is_not_reached_without_the_code(client, amina):
    assert client.get("/ar/forgot/password/")["Location"] == "/ar/forgot/"
    ask(client)
    assert reset(client)["Location"] == "/ar/forgot/code/"
    assert amina.user.check_password(PASSWORD) is True


def test_a_weak_new_password_is_refused_beside_the_field(client, amina):
    prove(client)
    assert errors(reset(client, password="short", again="short"))[0] == "يجب ألا تقل كلمة المرور عن 12 حرفًا"


@pytest.mark.parametrize("mobile", ["0790001234", "0790001299"])
def test_a_number_is_reset_at_most_five_times_a_day_with_one_phone_known_or_not(amina, mobile):
    answers = [ask(Client(), mobile=mobile).status_code for _ in range(6)]
    assert answers == [302] * 5 + [429]


def test_a_session_key_that_was_handed_to_a_visitor_is_not_used(db, settings):
    browser = Client()
    browser.cookies[settings.SESSION_COOKIE_NAME] = "k" * 32
    ask(browser)
    assert browser.session.session_key != "k" * 32
