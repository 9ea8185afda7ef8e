"""The link in the message: confirms the address it was sent to, for two days, a few times a day."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections, transaction
from django.test import Client
from django.utils import timezone

from accounts import contact, rate_limits
from accounts.models import Citizen
from notifications import addresses
from notifications.models import Channel, MessageState, Verdict
from tests.accounts.account.email_links import FORM, NEW, again, link, owed
from tests.cast import PASSWORD, make_citizen, sign_in
from tests.complaints.threads import be_patient


def test_looking_at_the_link_confirms_nothing_and_the_button_does_for_whoever_is_signed_out(client, karim, now):
    contact.change(karim, NEW, at=timezone.now())
    stranger = Client(enforce_csrf_checks=True)
    page = stranger.get(link())
    assert (page.status_code, again(karim).confirmed_email) == (200, "")
    assert "no-store" in page["Cache-Control"]
    (token,) = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page.content.decode())
    assert stranger.head(link()).status_code == 200
    assert stranger.post(link()).status_code == 403
    assert again(karim).confirmed_email == ""
    assert stranger.post(link(), {"csrfmiddlewaretoken": token})["Location"] == link()
    assert again(karim).confirmed_email == NEW
    assert "_auth_user_id" not in stranger.session


@pytest.mark.parametrize(
    ("language", "before", "after"),
    [
        ("ar", "تأكيد عنوان البريد الإلكتروني", "تم تأكيد عنوان بريدكم الإلكتروني"),
        ("en", "Confirm your e-mail address", "Your e-mail address is confirmed"),
    ],
)
def test_the_page_of_the_link_asks_and_then_says_that_it_is_done(client, karim, language, before, after):
    contact.change(karim, NEW, at=timezone.now())
    path = link().replace("/ar/", f"/{language}/")
    assert f"<h1>{before}</h1>" in client.get(path).content.decode()
    assert f"<h1>{after}</h1>" in client.post(path, follow=True).content.decode()


def test_the_link_used_twice_is_harmless(karim, now):
    contact.change(karim, NEW, at=now)
    token = link().split("/")[-2]
    contact.confirm(token, at=now)
    assert contact.confirm(token, at=now + timedelta(hours=1)) == karim
    assert again(karim).email_confirmed_at == now


def test_the_address_of_the_link_says_nothing_of_the_person(karim, now):
    contact.change(karim, NEW, at=now)
    key, digest, until, signature = link().split("/")[-2].split(".")
    assert (key, until) == (karim.pk.hex, str(int((now + timedelta(hours=48)).timestamp())))
    for clear in ("rana", "office", "9851204417", "0004417", NEW.encode().hex()):
        assert clear not in digest + signature


def test_the_page_of_the_link_shows_neither_name_nor_address(client, amina):
    contact.change(amina, NEW, at=timezone.now())
    page = client.get(link()).content.decode()
    for clear in (NEW, "أمينة", "الخطيب", "9902103456", "000 1234"):
        assert clear not in page


def bent(token: str) -> dict[str, str]:
    key, digest, until, signature = token.split(".")
    return {
        "forged": f"{key}.{digest}.{until}.{signature[:-2]}AA",
        "of another person": f"{'0' * 32}.{digest}.{until}.{signature}",
        "of another address": f"{key}.{'0' * 32}.{until}.{signature}",
        "longer": f"{key}.{digest}.9999999999.{signature}",
        "unsigned": f"{key}.{digest}.{until}",
        "nonsense": "BCDFGH",
        "huge": "." * 5000,
    }


@pytest.mark.parametrize("how", bent("a.b.c.d"))
def test_a_link_that_was_tampered_with_confirms_nothing(client, karim, how):
    contact.change(karim, NEW, at=timezone.now())
    path = link()
    token = path.split("/")[-2]
    answer = client.post(path.replace(token, bent(token)[how]))
    assert (answer.status_code, again(karim).confirmed_email) == (404, "")
    assert "<h1>لم يعد هذا الرابط يعمل</h1>" in answer.content.decode()


def test_a_link_is_over_after_two_days(karim, now):
    contact.change(karim, NEW, at=now)
    token = link().split("/")[-2]
    assert contact.citizen_for(token, at=now + timedelta(hours=47, minutes=59)) == karim
    assert contact.confirm(token, at=now + timedelta(hours=48)) is None
    assert again(karim).confirmed_email == ""


def test_a_link_is_over_once_the_address_changed_even_for_the_person_who_asked(client, karim):
    contact.change(karim, NEW, at=timezone.now())
    first = link()
    contact.change(karim, "other@office.example", at=timezone.now())
    assert client.post(first).status_code == 404
    contact.remove(karim, at=timezone.now())
    assert client.post(link()).status_code == 404
    assert again(karim).email_confirmed_at is None


def test_the_link_of_one_person_is_nothing_to_another_with_the_same_address(client, karim):
    mona = make_citizen("منى", "فهمي", "9801307001", "+962770001111", email=NEW)
    contact.change(karim, NEW, at=timezone.now())
    client.post(link())
    assert (again(karim).confirmed_email, again(mona).confirmed_email) == (NEW, "")


def test_confirming_clears_what_is_held_against_the_address_and_the_banner(client, amina):
    addresses.record(Channel.EMAIL, "amina@home.example", Verdict.DEAD)
    client.post("/en/sign-in/", {"number": "9902103456", "password": PASSWORD})
    assert "Our e-mails are not reaching you" in client.get("/en/account/").content.decode()
    client.post("/en/account/email/", {"email": "amina@home.example", "current": PASSWORD})
    client.post(link())
    assert addresses.verdict(Channel.EMAIL, "amina@home.example") is None
    assert "Our e-mails are not reaching you" not in client.get("/en/account/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_change_at_the_same_moment_never_leaves_an_address_confirmed_by_the_link_of_another(karim):
    at = timezone.now()
    for _ in range(5):
        Citizen.objects.filter(pk=karim.pk).update(email="", email_confirmed_at=None)
        rate_limits.clear(rate_limits.EMAIL_LINKS_PER_CITIZEN, str(karim.pk), at=at)
        contact.change(karim, NEW, at=timezone.now())
        token = link().split("/")[-2]
        together = threading.Barrier(2)

        def confirm(token: str = token, together: threading.Barrier = together) -> None:
            be_patient()
            together.wait()
            contact.confirm(token, at=at)
            connections.close_all()

        def change(together: threading.Barrier = together) -> None:
            be_patient()
            together.wait()
            contact.change(karim, "other@office.example", at=timezone.now())
            connections.close_all()

        with ThreadPoolExecutor(2) as pool:
            for done in [pool.submit(confirm), pool.submit(change)]:
                done.result()
        assert (again(karim).email, again(karim).email_confirmed_at) == ("other@office.example", None)


@pytest.mark.django_db(transaction=True)
def test_the_link_waits_for_a_change_that_is_not_committed_yet_and_is_over_then(karim):
    at = timezone.now()
    contact.change(karim, NEW, at=at)
    token = link().split("/")[-2]
    asked = threading.Event()

    def confirm() -> Citizen | None:
        be_patient()
        asked.set()
        try:
            return contact.confirm(token, at=at)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            locked = Citizen.objects.select_for_update().get(pk=karim.pk)
            answer = pool.submit(confirm)
            asked.wait()
            locked.email = "other@office.example"
            locked.save(update_fields=["email"])
        assert answer.result() is None
    assert again(karim).email_confirmed_at is None


def test_a_person_is_sent_five_links_a_day_and_then_told_to_wait(client, karim):
    sign_in(client, karim).post("/ar/account/email/", FORM)
    answers = [client.post("/ar/account/email/again/").status_code for _ in range(5)]
    assert answers == [302] * 4 + [429]
    assert len(owed("email_confirm")) == 5


def test_an_address_is_sent_five_links_a_day_whoever_asks_and_nobody_is_told_that_others_did(client, karim, amina, now):
    for number in range(5):
        one = make_citizen("منى", "فهمي", f"980130700{number}", f"+96277000111{number}")
        contact.change(one, NEW.upper() if number % 2 else NEW, at=timezone.now())
    first = sign_in(client, karim).post("/ar/account/email/", FORM | {"email": "unknown@office.example"}, follow=True)
    second = sign_in(Client(), amina).post("/ar/account/email/", FORM, follow=True)
    assert (first.status_code, second.status_code) == (200, 200)
    said = [str(message) for answer in (first, second) for message in answer.context["messages"]]
    assert len(set(said)) == 1
    assert [state for _, _, state in owed("email_confirm")] == [MessageState.PENDING] * 6 + [MessageState.EXPIRED]


def test_the_link_is_sent_again_without_a_password_and_to_no_other_address(client, karim, amina):
    Citizen.objects.filter(pk=karim.pk).update(email=NEW)
    sign_in(client, karim).post("/ar/account/email/again/", {"email": "other@office.example"})
    assert owed("email_confirm") == [("email", NEW, MessageState.PENDING)]
    Citizen.objects.filter(pk=karim.pk).update(email="")
    assert client.post("/ar/account/email/again/").status_code == 302
    assert len(owed("email_confirm")) == 1


def test_whether_others_use_an_address_costs_and_tells_nothing(karim):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    make_citizen("منى", "فهمي", "9801307001", "+962770001111", email=NEW, email_confirmed_at=timezone.now())
    asked, answers = [], []
    for address in (NEW, "nobody@office.example"):
        Citizen.objects.filter(pk=karim.pk).update(email="", email_confirmed_at=None)
        client = sign_in(Client(), karim)
        with CaptureQueriesContext(connection) as spent:
            answers.append(client.post("/ar/account/email/", FORM | {"email": address}))
        asked.append([query["sql"].split(" ")[0] for query in spent.captured_queries])
    assert asked[0] == asked[1]
    assert [(answer.status_code, answer["Location"]) for answer in answers] == [(302, "/ar/account/")] * 2
