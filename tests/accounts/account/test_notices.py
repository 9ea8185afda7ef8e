"""What a person chooses: the language of all messages, and the way offered first for a new case."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client

from accounts import contact
from accounts.account.notices import EmailNotConfirmed, save_choice
from accounts.account.password import change_password
from accounts.models import Citizen
from notifications.models import Channel, Message
from tests.cast import sign_in

PAGE = "/ar/account/notices/"
BOTH = {"language": "en", "notify_by": "email"}


def chosen(citizen: Citizen) -> tuple[str, str]:
    found = Citizen.objects.get(pk=citizen.pk)
    return found.language, found.notify_by


def offered(client: Client) -> list[str]:
    return [card.value for card in client.get(PAGE).context["form"].fields["notify_by"].cards]


def test_language_and_way_are_chosen_together(client, amina):
    assert chosen(amina) == ("ar", "sms")
    assert sign_in(client, amina).post(PAGE, BOTH)["Location"] == "/ar/account/"
    assert chosen(amina) == ("en", "email")
    assert client.post(PAGE, {"language": "ar", "notify_by": "sms"}).status_code == 302
    assert chosen(amina) == ("ar", "sms")


def test_email_is_offered_to_a_confirmed_address_alone(client, amina, karim):
    assert offered(sign_in(client, amina)) == ["sms", "email"]
    as_karim = sign_in(Client(), karim)
    assert offered(as_karim) == ["sms"]
    Citizen.objects.filter(pk=karim.pk).update(email="karim@home.example")
    assert offered(as_karim) == ["sms"]
    answer = as_karim.post(PAGE, BOTH)
    assert (answer.status_code, list(answer.context["form"].errors), chosen(karim)) == (
        200,
        ["notify_by"],
        ("ar", "sms"),
    )


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"language": "fr", "notify_by": "sms"}, "language"),
        ({"language": "", "notify_by": "sms"}, "language"),
        ({"language": "ar", "notify_by": "pigeon"}, "notify_by"),
        ({"language": "ar"}, "notify_by"),
    ],
)
def test_nothing_else_can_be_chosen(client, amina, typed, field):
    answer = sign_in(client, amina).post(PAGE, typed)
    assert (list(answer.context["form"].errors), chosen(amina)) == ([field], ("ar", "sms"))


def test_the_page_shows_what_is_chosen_and_no_number_in_clear(client, amina):
    Citizen.objects.filter(pk=amina.pk).update(language="en", notify_by="email")
    answer = sign_in(client, amina).get(PAGE)
    assert answer.context["form"].initial == {"language": "en", "notify_by": "email"}
    page = answer.content.decode()
    assert ("079 ••• ••34" in page, "amina@home.example" in page, "0790001234" in page) == (True, True, False)


@pytest.mark.parametrize(
    ("language", "words"),
    [("ar", "بعد تأكيد عنوانكم"), ("en", "You can choose e-mail once you have confirmed your address.")],
)
def test_whoever_cannot_choose_email_is_told_why(client, karim, language, words):
    Citizen.objects.filter(pk=karim.pk).update(email="karim@home.example")
    assert words in sign_in(client, karim).get(f"/{language}/account/notices/").content.decode()


def test_a_choice_of_email_rests_while_the_address_is_not_confirmed_and_holds_again_then(client, amina, now):
    Citizen.objects.filter(pk=amina.pk).update(notify_by="email")
    contact.change(amina, "new@home.example", at=now)
    assert sign_in(client, amina).get(PAGE).context["form"].initial["notify_by"] == "sms"
    moved = Citizen.objects.get(pk=amina.pk)
    contact.confirm(contact.token_for(moved, at=now), at=now)
    assert client.get(PAGE).context["form"].initial["notify_by"] == "email"


def test_email_cannot_be_chosen_past_the_form_for_an_address_that_is_not_confirmed(karim, now: datetime):
    contact.change(karim, "karim@home.example", at=now)
    with pytest.raises(EmailNotConfirmed):
        save_choice(karim, language="ar", notify_by=Channel.EMAIL)
    assert chosen(karim) == ("ar", "sms")


def test_the_notices_of_the_account_speak_the_chosen_language(amina, now):
    save_choice(amina, language="en", notify_by="sms")
    change_password(Citizen.objects.get(pk=amina.pk), "copper-violet-train", at=now)
    message = Message.objects.get()
    assert (message.language, message.daytime, message.other_address) == ("en", False, "amina@home.example")


@pytest.mark.parametrize("language", ["ar", "en"])
def test_each_language_is_named_in_itself(client, amina, language):
    form = sign_in(client, amina).get(f"/{language}/account/notices/").context["form"]
    assert [card.label for card in form.fields["language"].cards] == ["العربية", "English"]
