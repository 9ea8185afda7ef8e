from itertools import pairwise

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts import account
from accounts.models import Citizen, Identity
from notifications import carriers, outbox
from notifications.carriers import Accepted, OutgoingMessage
from notifications.models import Channel, Message
from notifications.sending import delivery
from tests.accounts.keyboard import errors, newest_code
from tests.cast import PASSWORD, sign_in

NEW = {"current": PASSWORD, "password": "copper-violet-train", "again": "copper-violet-train"}


def told() -> list[tuple[str, str]]:
    return [(message.template, message.address) for message in Message.objects.order_by("created_at", "template")]


@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_account_page_shows_everything_masked(client, amina, language):
    page = sign_in(client, amina).get(f"/{language}/account/").content.decode()
    assert "أمينة سامي عادل الخطيب" in page
    assert "079 ••• ••34" in page
    assert "•••••••456" in page
    for clear in ("9902103456", "0790001234", "790001234", "1990", "الجبيهة"):
        assert clear not in page


def test_the_account_page_asks_for_no_statement_beyond_session_user_and_governorate(
    client, amina, django_assert_max_num_queries
):
    sign_in(client, amina).get("/ar/account/")
    with django_assert_max_num_queries(3):
        client.get("/ar/account/")


@pytest.mark.parametrize(
    ("identity", "words"),
    [(Identity.PENDING, "قيد التحقق"), (Identity.MISMATCHED, "غير مؤكدة"), (Identity.MATCHED, "مؤكدة")],
)
def test_the_account_page_says_how_far_the_identity_is_proven(client, amina, identity, words):
    Citizen.objects.filter(pk=amina.pk).update(identity=identity)
    assert words in sign_in(client, amina).get("/ar/account/").content.decode()


def test_a_changed_password_keeps_this_session_ends_the_others_and_is_told(client, amina):
    elsewhere = sign_in(Client(), amina)
    assert sign_in(client, amina).post("/ar/account/password/", NEW)["Location"] == "/ar/account/"
    amina.user.refresh_from_db()
    assert amina.user.check_password("copper-violet-train") is True
    assert client.get("/ar/account/").status_code == 200
    assert elsewhere.get("/ar/account/").status_code == 302
    assert told() == [("password_changed", amina.phone)]


def test_a_password_is_changed_ten_times_a_day_at_most_since_each_change_costs_a_message(client, amina):
    sign_in(client, amina)
    words = [PASSWORD, *(f"copper-violet-train-{number}" for number in range(11))]
    asked = [{"current": before, "password": new, "again": new} for before, new in pairwise(words)]
    answers = [client.post("/ar/account/password/", one) for one in asked]
    assert [answer.status_code for answer in answers] == [302] * 10 + [429]
    amina.user.refresh_from_db()
    assert amina.user.check_password(words[10]) is True


def test_the_password_is_not_changed_without_the_old_one(client, amina):
    sign_in(client, amina)
    answers = [client.post("/ar/account/password/", NEW | {"current": "wrong"}) for _ in range(6)]
    assert errors(answers[0]) == ["كلمة المرور هذه غير صحيحة"]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    amina.user.refresh_from_db()
    assert amina.user.check_password(PASSWORD) is True
    assert told() == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "short", "again": "short"},
        {"again": "another-password"},
        {"password": "x" * 200, "again": "x" * 200},
        {"password": "9902103456999", "again": "9902103456999"},
        {"current": ""},
    ],
    ids=str,
)
def test_a_new_password_that_will_not_do_changes_nothing(client, amina, wrong):
    answer = sign_in(client, amina).post("/ar/account/password/", NEW | wrong)
    assert (answer.status_code, len(errors(answer)) > 0) == (200, True)
    amina.user.refresh_from_db()
    assert amina.user.check_password(PASSWORD) is True


def test_a_new_mobile_number_needs_the_password_and_a_code_and_both_numbers_are_told(client, amina):
    sign_in(client, amina)
    answer = client.post("/ar/account/phone/", {"mobile": "٠٧٨ ٠٠٠ ٩٩٩٩", "current": PASSWORD})
    assert answer["Location"] == "/ar/account/phone/code/"
    amina.refresh_from_db()
    assert amina.phone == "+962790001234"
    assert client.post("/ar/account/phone/code/", {"code": newest_code()})["Location"] == "/ar/account/"
    amina = Citizen.objects.get(pk=amina.pk)
    assert amina.phone == "+962780009999"
    assert list(Citizen.objects.reached_at("+962780009999")) == [amina]
    assert list(Citizen.objects.reached_at("+962790001234")) == []
    assert sorted(told()) == [
        ("code", "+962780009999"),
        ("phone_added", "+962780009999"),
        ("phone_changed", "+962790001234"),
    ]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"mobile": "0780009999", "current": "wrong"}, "كلمة المرور هذه غير صحيحة"),
        ({"mobile": "0790001234", "current": PASSWORD}, "هذا رقمكم الحالي"),
        ({"mobile": "065008080", "current": PASSWORD}, "اكتبوا رقم هاتف محمول، مثل 0790001234"),
    ],
)
def test_a_mobile_number_is_not_changed_otherwise(client, amina, typed, sentence):
    assert errors(sign_in(client, amina).post("/ar/account/phone/", typed)) == [sentence]
    assert client.get("/ar/account/phone/code/")["Location"] == "/ar/account/phone/"
    assert told() == []


def test_a_wrong_code_changes_no_number(client, amina):
    sign_in(client, amina).post("/ar/account/phone/", {"mobile": "0780009999", "current": PASSWORD})
    wrong = f"{(int(newest_code()) + 1) % 100_000:05}"
    assert errors(client.post("/ar/account/phone/code/", {"code": wrong})) == ["الرمز غير صحيح. بقيت محاولتان"]
    amina.refresh_from_db()
    assert amina.phone == "+962790001234"


def test_the_code_of_one_citizen_is_nothing_to_another(client, amina, karim):
    sign_in(client, amina).post("/ar/account/phone/", {"mobile": "0780009999", "current": PASSWORD})
    code = newest_code()
    other = sign_in(Client(), karim)
    assert other.post("/ar/account/phone/code/", {"code": code})["Location"] == "/ar/account/phone/"


# ---- who may open what ----

OWN = [
    "account",
    "account/email",
    "account/notices",
    "account/password",
    "account/phone",
    "account/phone/code",
]


@pytest.mark.parametrize("path", OWN)
def test_the_pages_of_an_account_are_for_its_citizen(client, amina, omar, path):
    assert client.get(f"/ar/{path}/")["Location"] == f"/ar/sign-in/?next=/ar/{path}/"
    assert sign_in(client, omar).get(f"/ar/{path}/")["Location"] == "/ar/staff/"
    answer = sign_in(Client(), amina).get(f"/ar/{path}/")
    assert "no-store" in answer["Cache-Control"]


# ---- what waits when the number changes ----


class Interrupted(Exception):
    """Stands for whatever ends a transaction half-way."""


def owe(citizen: Citizen, **words: object) -> Message:
    """Owe a notice to the person, as a case of theirs would."""
    notice = outbox.Notice(
        **{
            "template": "registered",
            "channel": Channel.SMS,
            "recipient": f"citizen:{citizen.pk}",
            "address": citizen.phone,
            "language": "ar",
            "context": {},
        }
        | words
    )
    with transaction.atomic():
        return outbox.owe([notice], occasion="case:1:1", at=timezone.now())[0]


def test_after_a_change_nothing_goes_to_the_old_number_but_the_notice_of_the_change(amina, karim, now):
    owe(amina)
    owe(amina, channel=Channel.EMAIL, address=amina.email, other_address=amina.phone)
    owe(karim)
    account.change_phone(amina, "+962780009999", at=now)
    rows = Message.objects.order_by("recipient", "channel")
    assert sorted((row.template, row.address, row.other_address) for row in rows) == [
        ("phone_added", "+962780009999", None),
        ("phone_changed", "+962790001234", "amina@home.example"),
        ("registered", "+962780004417", None),
        ("registered", "+962780009999", None),
        ("registered", "amina@home.example", "+962780009999"),
    ]


def test_a_change_that_is_not_committed_moves_nothing(amina, now, monkeypatch):
    owe(amina)

    def fail(*_args: object, **_words: object) -> None:
        raise Interrupted

    monkeypatch.setattr("accounts.account.outbox.owe", fail)
    with pytest.raises(Interrupted):
        account.change_phone(amina, "+962780009999", at=now)
    assert [row.address for row in Message.objects.all()] == ["+962790001234"]
    assert Citizen.objects.get().phone == "+962790001234"


def test_the_notices_about_an_account_wait_for_no_morning(amina, now):
    account.change_password(amina, "copper-violet-train", at=now)
    account.change_phone(amina, "+962780009999", at=now)
    assert sorted((row.template, row.daytime) for row in Message.objects.all()) == [
        ("password_changed", False),
        ("phone_added", False),
        ("phone_changed", False),
    ]


@pytest.mark.django_db(transaction=True)
def test_a_sender_that_holds_a_message_while_the_number_changes_sends_nothing_to_the_old_one(amina, now, monkeypatch):
    owe(amina)
    sent: list[str] = []
    mark = delivery.mark_on_wire

    class Carrier:
        name = "obedient"

        def send(self, message: OutgoingMessage) -> Accepted:
            sent.append(message.to)
            return Accepted(f"obedient-{len(sent)}")

    def change_first(*args: object, **words: object) -> object:
        monkeypatch.setattr(delivery, "mark_on_wire", mark)
        account.change_phone(amina, "+962780009999", at=now)
        return mark(*args, **words)

    monkeypatch.setattr(carriers, "carriers_for", lambda _channel: (Carrier(),))
    monkeypatch.setattr(delivery, "mark_on_wire", change_first)
    delivery.drain("notices", seconds=5)
    delivery.drain("notices", seconds=5)
    assert sorted(sent) == ["+962780009999", "+962780009999", "+962790001234"]
    assert [row.address for row in Message.objects.filter(template="phone_changed")] == ["+962790001234"]
