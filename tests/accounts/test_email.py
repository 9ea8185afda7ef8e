"""The e-mail address: set, changed, removed; nothing but the link goes there before its owner has confirmed it."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.db import connections, transaction
from django.test import Client
from django.utils import timezone

from accounts import emails, limits
from accounts.models import Citizen
from accounts.reach import reach
from notifications import outbox
from notifications.addresses import address_status
from notifications.models import Channel, Lane, Message, MessageState, Verdict
from tests.accounts.keyboard import AMINA, RANA, errors, newest_code, register, register_until_code, url
from tests.cast import PASSWORD, make_citizen, sign_in

NEW = "rana@office.example"
FORM = {"email": NEW, "current": PASSWORD}


def link() -> str:
    """Return the path of the link in the newest confirmation."""
    body = Message.objects.filter(template="email_confirm").latest("created_at").body
    (path,) = re.findall(rf"{re.escape(settings.PUBLIC_URL)}(/\S+)", body)
    return str(path)


def owed(template: str) -> list[tuple[str, str, str]]:
    rows = Message.objects.filter(template=template).order_by("created_at", "channel")
    return [(row.channel, row.address, row.state) for row in rows]


def again(citizen: Citizen) -> Citizen:
    return Citizen.objects.get(pk=citizen.pk)


def owe_by_email(citizen: Citizen, at: datetime) -> Message:
    """Owe a notice to the person's address, as a case of theirs would."""
    notice = outbox.Notice(
        template="registered",
        channel=Channel.EMAIL,
        recipient=f"citizen:{citizen.pk}",
        address=citizen.email,
        other_address=citizen.phone,
        language="ar",
        context={},
    )
    with transaction.atomic():
        return outbox.owe([notice], occasion="case:1:1", at=at)[0]


# ---- setting and changing ----


def test_a_new_address_is_owed_a_link_and_is_not_confirmed(client, karim):
    answer = sign_in(client, karim).post("/ar/account/email/", FORM)
    assert answer["Location"] == "/ar/account/"
    assert (again(karim).email, again(karim).confirmed_email) == (NEW, "")
    assert owed("email_confirm") == [("email", NEW, MessageState.PENDING)]
    assert link().startswith("/ar/account/email/confirm/")


def test_the_link_is_a_code_of_its_kind_that_works_for_two_days(karim, now):
    emails.change(karim, NEW, at=now)
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
    address_status.record(Channel.EMAIL, "amina@home.example", Verdict.DEAD)
    assert client.post("/en/account/email/", typed).status_code == 302
    assert owed("email_confirm") == [("email", "amina@home.example", MessageState.PENDING)]
    assert again(amina).confirmed_email == "amina@home.example"


@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_account_page_shows_whether_the_address_is_confirmed(client, amina, karim, language):
    confirmed = {"ar": "مؤكد", "en": "Confirmed"}[language]
    waiting = {"ar": "لم يؤكد بعد", "en": "Not confirmed yet"}[language]
    page = sign_in(client, amina).get(f"/{language}/account/").content.decode()
    assert (f">{confirmed}</span>" in page, waiting in page, "email/again" in page) == (True, False, False)
    Citizen.objects.filter(pk=karim.pk).update(email=NEW)
    page = sign_in(Client(), karim).get(f"/{language}/account/").content.decode()
    assert (waiting in page, "email/again" in page) == (True, True)


# ---- what waits ----


def test_what_waits_by_email_goes_by_sms_when_the_address_is_removed_or_changed(amina, now):
    owe_by_email(amina, now)
    emails.remove(amina, at=now)
    assert owed("registered") == [
        ("email", "amina@home.example", MessageState.CANCELLED),
        ("sms", "+962790001234", MessageState.PENDING),
    ]


def test_after_a_change_nothing_but_the_notice_of_it_goes_to_the_address_of_before(amina, now):
    owe_by_email(amina, now)
    emails.change(amina, NEW, at=now)
    waiting = Message.objects.waiting().order_by("template")
    assert [(row.template, row.address) for row in waiting] == [
        ("email_changed", "amina@home.example"),
        ("email_confirm", NEW),
        ("registered", "+962790001234"),
    ]


def test_the_link_of_one_address_does_not_follow_the_person_to_the_next(karim, now):
    emails.change(karim, NEW, at=now)
    emails.change(karim, "other@office.example", at=now + timedelta(seconds=1))
    assert [address for _, address, _ in owed("email_confirm")] == [NEW, "other@office.example"]


# ---- the link ----


def test_looking_at_the_link_confirms_nothing_and_the_button_does_for_whoever_is_signed_out(client, karim, now):
    emails.change(karim, NEW, at=timezone.now())
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
        ("ar", "تأكيد عنوان البريد الإلكتروني", "تأكد عنوان بريدكم الإلكتروني"),
        ("en", "Confirm your e-mail address", "Your e-mail address is confirmed"),
    ],
)
def test_the_page_of_the_link_asks_and_then_says_that_it_is_done(client, karim, language, before, after):
    emails.change(karim, NEW, at=timezone.now())
    path = link().replace("/ar/", f"/{language}/")
    assert f"<h1>{before}</h1>" in client.get(path).content.decode()
    assert f"<h1>{after}</h1>" in client.post(path, follow=True).content.decode()


def test_the_link_used_twice_is_harmless(karim, now):
    emails.change(karim, NEW, at=now)
    token = link().split("/")[-2]
    emails.confirm(token, at=now)
    assert emails.confirm(token, at=now + timedelta(hours=1)) == karim
    assert again(karim).email_confirmed_at == now


def test_the_address_of_the_link_says_nothing_of_the_person(karim, now):
    emails.change(karim, NEW, at=now)
    key, digest, until, signature = link().split("/")[-2].split(".")
    assert (key, until) == (karim.pk.hex, str(int((now + timedelta(hours=48)).timestamp())))
    for clear in ("rana", "office", "9851204417", "0004417", NEW.encode().hex()):
        assert clear not in digest + signature


def test_the_page_of_the_link_shows_neither_name_nor_address(client, amina):
    emails.change(amina, NEW, at=timezone.now())
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
    emails.change(karim, NEW, at=timezone.now())
    path = link()
    token = path.split("/")[-2]
    answer = client.post(path.replace(token, bent(token)[how]))
    assert (answer.status_code, again(karim).confirmed_email) == (404, "")
    assert "<h1>لم يعد هذا الرابط صالحًا</h1>" in answer.content.decode()


def test_a_link_is_over_after_two_days(karim, now):
    emails.change(karim, NEW, at=now)
    token = link().split("/")[-2]
    assert emails.read(token, at=now + timedelta(hours=47, minutes=59)) == karim
    assert emails.confirm(token, at=now + timedelta(hours=48)) is None
    assert again(karim).confirmed_email == ""


def test_a_link_is_over_once_the_address_changed_even_for_the_person_who_asked(client, karim):
    emails.change(karim, NEW, at=timezone.now())
    first = link()
    emails.change(karim, "other@office.example", at=timezone.now())
    assert client.post(first).status_code == 404
    emails.remove(karim, at=timezone.now())
    assert client.post(link()).status_code == 404
    assert again(karim).email_confirmed_at is None


def test_the_link_of_one_person_is_nothing_to_another_with_the_same_address(client, karim):
    mona = make_citizen("منى", "فهمي", "9801307001", "+962770001111", email=NEW)
    emails.change(karim, NEW, at=timezone.now())
    client.post(link())
    assert (again(karim).confirmed_email, again(mona).confirmed_email) == (NEW, "")


def test_confirming_clears_what_is_held_against_the_address_and_the_banner(client, amina):
    address_status.record(Channel.EMAIL, "amina@home.example", Verdict.DEAD)
    client.post("/en/sign-in/", {"number": "9902103456", "password": PASSWORD})
    assert "Our e-mails to you do not arrive" in client.get("/en/account/").content.decode()
    client.post("/en/account/email/", {"email": "amina@home.example", "current": PASSWORD})
    client.post(link())
    assert address_status.verdict(Channel.EMAIL, "amina@home.example") is None
    assert "Our e-mails to you do not arrive" not in client.get("/en/account/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_change_at_the_same_moment_never_leaves_an_address_confirmed_by_the_link_of_another(karim):
    at = timezone.now()
    for _ in range(5):
        Citizen.objects.filter(pk=karim.pk).update(email="", email_confirmed_at=None)
        limits.clear(limits.EMAIL_LINKS_OF_CITIZEN, str(karim.pk), at=at)
        emails.change(karim, NEW, at=timezone.now())
        token = link().split("/")[-2]
        together = threading.Barrier(2)

        def confirm(token: str = token, together: threading.Barrier = together) -> None:
            together.wait()
            emails.confirm(token, at=at)
            connections.close_all()

        def change(together: threading.Barrier = together) -> None:
            together.wait()
            emails.change(karim, "other@office.example", at=timezone.now())
            connections.close_all()

        with ThreadPoolExecutor(2) as pool:
            for done in [pool.submit(confirm), pool.submit(change)]:
                done.result()
        assert (again(karim).email, again(karim).email_confirmed_at) == ("other@office.example", None)


@pytest.mark.django_db(transaction=True)
def test_the_link_waits_for_a_change_that_is_not_committed_yet_and_is_over_then(karim):
    at = timezone.now()
    emails.change(karim, NEW, at=at)
    token = link().split("/")[-2]
    asked = threading.Event()

    def confirm() -> Citizen | None:
        asked.set()
        try:
            return emails.confirm(token, at=at)
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


# ---- how often ----


def test_a_person_is_sent_five_links_a_day_and_then_told_to_wait(client, karim):
    sign_in(client, karim).post("/ar/account/email/", FORM)
    answers = [client.post("/ar/account/email/again/").status_code for _ in range(5)]
    assert answers == [302] * 4 + [429]
    assert len(owed("email_confirm")) == 5


def test_an_address_is_sent_five_links_a_day_whoever_asks_and_nobody_is_told_that_others_did(client, karim, amina, now):
    for number in range(5):
        one = make_citizen("منى", "فهمي", f"980130700{number}", f"+96277000111{number}")
        emails.change(one, NEW.upper() if number % 2 else NEW, at=timezone.now())
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


# ---- enumeration ----


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


# ---- registering with an address ----


@pytest.mark.usefixtures("amman", "irbid")
class TestRegistering:
    def test_the_address_of_a_registration_is_owed_a_link_once_it_is_complete(self, client):
        register_until_code(client, email=NEW)
        assert owed("email_confirm") == []
        page = client.post(url("code"), {"code": newest_code()}, follow=True)
        assert owed("email_confirm") == [("email", NEW, MessageState.PENDING)]
        assert (Citizen.objects.get().email, Citizen.objects.get().confirmed_email) == (NEW, "")
        assert "أرسلنا رابطًا إلى بريدكم الإلكتروني" in page.content.decode()
        client.post(link())
        assert Citizen.objects.get().confirmed_email == NEW

    def test_without_an_address_nothing_is_owed_or_said(self, client):
        register(client)
        assert Message.objects.filter(channel="email").count() == 0

    def test_registering_a_known_number_costs_the_same_and_says_the_same_with_an_address(self, client, amina):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        asked, said = [], []
        for who, mobile in ((AMINA, "0791112233"), (RANA, "0791112244")):
            visitor = Client()
            register_until_code(visitor, who, mobile=mobile, email=NEW)
            with CaptureQueriesContext(connection) as spent:
                answer = visitor.post(url("code"), {"code": newest_code()})
            asked.append([query["sql"].split(" ")[0] for query in spent.captured_queries])
            said.append((answer.status_code, answer["Location"]))
        assert said[0] == said[1]
        assert asked[0] == asked[1]
        assert owed("email_confirm") == [("email", NEW, MessageState.PENDING)] * 2

    def test_the_owner_who_comes_back_with_another_address_must_confirm_it_and_the_old_one_is_told(self, client, amina):
        register(client, AMINA, mobile="0790001234", email=NEW)
        assert (again(amina).email, again(amina).confirmed_email) == (NEW, "")
        assert owed("email_changed") == [("email", "amina@home.example", MessageState.PENDING)]

    @pytest.mark.parametrize("typed", ["amina@home.example", "AMINA@home.example", ""])
    def test_the_owner_who_comes_back_with_the_same_address_or_none_keeps_it_confirmed(self, client, amina, typed):
        register(client, AMINA, mobile="0790001234", email=typed)
        assert again(amina).confirmed_email == "amina@home.example"
        assert Message.objects.filter(channel="email").count() == 0

    def test_an_address_that_had_enough_links_registers_all_the_same_and_hears_nothing(self, client):
        for _ in range(5):
            limits.spend(limits.EMAIL_LINKS_OF_EMAIL, NEW, at=timezone.now())
        assert register(client, email=NEW)["Location"] == "/ar/"
        assert owed("email_confirm") == [("email", NEW, MessageState.EXPIRED)]


# ---- how a person is reached ----


@pytest.mark.parametrize(
    ("wish", "own", "confirmed", "reached"),
    [
        ("sms", "sms", True, ("sms", "+962790001234", "amina@home.example")),
        ("email", "sms", True, ("email", "amina@home.example", "+962790001234")),
        ("sms", "email", True, ("sms", "+962790001234", "amina@home.example")),
        ("", "email", True, ("email", "amina@home.example", "+962790001234")),
        ("", "sms", True, ("sms", "+962790001234", "amina@home.example")),
        ("email", "email", False, ("sms", "+962790001234", "")),
        ("sms", "sms", False, ("sms", "+962790001234", "")),
        ("", "email", False, ("sms", "+962790001234", "")),
    ],
)
def test_a_person_is_reached_by_the_way_of_the_case_if_the_address_is_confirmed(amina, wish, own, confirmed, reached):
    amina.notify_by = own
    amina.email_confirmed_at = amina.email_confirmed_at if confirmed else None
    found = reach(amina, wish)
    assert (found.channel, found.address, found.other_address) == reached


def test_the_present_language_of_the_person_is_that_of_every_message(amina):
    amina.language = "en"
    assert reach(amina, "sms").language == "en"


def test_what_is_known_of_how_to_reach_a_person_does_not_print_their_addresses(amina):
    assert "790001234" not in repr(reach(amina))
    assert "amina" not in repr(reach(amina))


def test_the_database_knows_no_confirmed_or_chosen_address_that_does_not_exist(karim, now):
    from django.db import IntegrityError

    for fields in ({"email_confirmed_at": now}, {"notify_by": "email"}, {"notify_by": "owl"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Citizen.objects.filter(pk=karim.pk).update(**fields)
