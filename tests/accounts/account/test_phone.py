import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.account.password import change_password
from accounts.account.phone import change_phone
from accounts.models import Citizen
from notifications import carriers, outbox
from notifications.carriers import Accepted, OutgoingMessage
from notifications.models import Channel, Message
from notifications.sending import delivery
from tests.accounts.account.messages import told
from tests.accounts.keyboard import errors, newest_code
from tests.cast import PASSWORD, sign_in


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
        ({"mobile": "065008080", "current": PASSWORD}, "أدخلوا رقم هاتف محمول، مثل 0790001234"),
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
    change_phone(amina, "+962780009999", at=now)
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

    monkeypatch.setattr("accounts.account.phone.outbox.owe", fail)
    with pytest.raises(Interrupted):
        change_phone(amina, "+962780009999", at=now)
    assert [row.address for row in Message.objects.all()] == ["+962790001234"]
    assert Citizen.objects.get().phone == "+962790001234"


def test_the_notices_about_an_account_wait_for_no_morning(amina, now):
    change_password(amina, "copper-violet-train", at=now)
    change_phone(amina, "+962780009999", at=now)
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
        change_phone(amina, "+962780009999", at=now)
        return mark(*args, **words)

    monkeypatch.setattr(carriers, "carriers_for", lambda _channel: (Carrier(),))
    monkeypatch.setattr(delivery, "mark_on_wire", change_first)
    delivery.drain("notices", seconds=5)
    delivery.drain("notices", seconds=5)
    assert sorted(sent) == ["+962780009999", "+962780009999", "+962790001234"]
    assert [row.address for row in Message.objects.filter(template="phone_changed")] == ["+962790001234"]
