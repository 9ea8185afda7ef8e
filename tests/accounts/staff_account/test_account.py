"""The account page of staff: password, factors, recovery codes, messages, and where the person is signed in."""

from __future__ import annotations

import re
from functools import partial

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.contact import BY_EMAIL_AND_SMS, to_staff
from accounts.models import Factor
from accounts.sign_in import factors
from notifications.models import Channel, Message
from tests.accounts.keyboard import errors
from tests.accounts.sign_in.factors.authenticator import Authenticator
from tests.accounts.sign_in.pages import en, found
from tests.cast import PASSWORD, app_code, give_app, sign_in
from tests.complaints.threads import overtaken

ACCOUNT = "/en/staff/account/"
NEW = {"current": PASSWORD, "password": "copper-violet-train", "again": "copper-violet-train"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client, omar) -> Client:
    give_app(omar)
    return sign_in(client, omar)


def told() -> list[str]:
    return sorted(Message.objects.values_list("template", flat=True))


def test_the_page_is_for_staff_and_costs_the_same_with_more_to_show(desk, omar, amina):
    assert sign_in(Client(), amina).get(ACCOUNT).status_code == 404
    page, counts = desk.get(ACCOUNT).content.decode(), []
    for _ in range(2):
        with CaptureQueriesContext(connection) as spent:
            desk.get(ACCOUNT)
        counts.append(len(spent.captured_queries))
        give_app(omar)
        sign_in(Client(), omar)
    assert (counts[0] == counts[1], counts[0] <= 7) == (True, True)
    assert ("omar@miyahuna.example" in page, "100001" in page, page.count("This device")) == (True, False, 1)
    assert desk.get("/ar/staff/account/").status_code == 200


def test_the_password_is_changed_with_the_current_one_and_ends_the_other_sessions(desk, omar):
    elsewhere = sign_in(Client(), omar)
    page = f"{ACCOUNT}password/"
    assert errors(desk.post(page, NEW | {"current": "wrong"})) == ["This is not your password"]
    assert errors(desk.post(page, NEW | {"again": "another-password"})) == ["The passwords do not match"]
    assert desk.post(page, NEW)["Location"] == ACCOUNT
    omar.refresh_from_db()
    assert (omar.check_password(NEW["password"]), desk.get(ACCOUNT).status_code) == (True, 200)
    assert (elsewhere.get(ACCOUNT).status_code, told()) == (302, ["staff_password_changed"])


def test_a_factor_is_added_and_removed_with_a_message_but_never_the_last_one(desk, omar, nadia):
    page = f"{ACCOUNT}factors/new/"
    options = found(r'data-options="([^"]+)"', desk.get(page).content.decode()).replace("&quot;", '"')
    made = desk.post(
        page, {"passkey": Authenticator().create(options)}, HTTP_USER_AGENT="Mozilla/5.0 (X11; Linux) Firefox/140"
    )
    assert made["Location"] == ACCOUNT
    secret = found(r"<code>([A-Z2-7 ]{39})</code>", desk.get(page).content.decode()).replace(" ", "")
    assert len(errors(desk.post(page, {"code": "000000"}))) == 1
    assert desk.post(page, {"code": factors.code(secret, step=factors.step_at(timezone.now()))})["Location"] == ACCOUNT
    assert "Firefox, Linux" in desk.get(ACCOUNT).content.decode()
    theirs = give_app(nadia)
    assert desk.post(en("staff-account-remove", theirs.pk)).status_code == 404
    for factor in omar.factors.all():
        assert desk.post(en("staff-account-remove", factor.pk))["Location"] == ACCOUNT
    assert (omar.factors.count(), Factor.objects.filter(user=nadia).count()) == (1, 1)
    assert "This is your only way" in desk.get(ACCOUNT).content.decode()
    assert told() == ["staff_factor_added"] * 2 + ["staff_factor_removed"] * 2


def test_new_recovery_codes_replace_the_old_ones_once_they_are_kept(desk, omar, now):
    old, page = factors.new_codes(), f"{ACCOUNT}codes/"
    factors.store(omar, old, at=now)
    assert desk.post(page, {"kept": "on"}).status_code == 200
    assert factors.left(omar) == 8
    shown = re.findall(r"<code>(\d-[a-z2-9-]{11})</code>", desk.get(page).content.decode())
    assert desk.post(page, {"kept": "on"})["Location"] == ACCOUNT
    used = [factors.use(omar, code, at=now) for code in (old[0], shown[0])]
    assert (used, "7 codes are left" in desk.get(ACCOUNT).content.decode()) == ([False, True], True)
    assert told() == ["staff_codes_renewed"]


def test_other_sessions_are_listed_and_ended_and_the_language_is_chosen(desk, omar, nadia):
    agent = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"
    elsewhere, colleague = Client(REMOTE_ADDR="192.0.2.77", HTTP_USER_AGENT=agent), sign_in(Client(), nadia)
    elsewhere.post("/en/staff/sign-in/", {"email": omar.email, "password": PASSWORD})
    elsewhere.post("/en/staff/sign-in/factor/", {"code": app_code()})
    page = desk.get(ACCOUNT).content.decode()
    assert ("Chrome, Windows" in page, "192.0.2.0/24" in page, "192.0.2.77" in page) == (True, True, False)
    assert desk.post(f"{ACCOUNT}sessions/end/")["Location"] == ACCOUNT
    assert [one.get(ACCOUNT).status_code for one in (desk, elsewhere, colleague)] == [200, 302, 200]
    page, chosen = f"{ACCOUNT}notices/", {"language": "en", "sms_about": "urgent"}
    assert desk.post(page, chosen)["Location"] == ACCOUNT
    assert len(errors(desk.post(page, chosen | {"language": "fr", "sms_about": "nothing"}))) == 2
    omar.refresh_from_db()
    assert (omar.language, omar.sms_about, omar.wants_digest) == ("en", "urgent", False)


def test_by_sms_come_only_urgent_cases_where_somebody_wants_it_so_and_every_message_by_email(omar):
    omar.phone, omar.sms_about = "+962790000001", "urgent"
    ways = {
        daytime: [one.channel for one in to_staff("officer_new_case", omar, dict, by=BY_EMAIL_AND_SMS, daytime=daytime)]
        for daytime in (True, False)
    }
    assert ways == {True: [Channel.EMAIL], False: [Channel.EMAIL, Channel.SMS]}


def test_a_factor_that_is_sent_twice_at_once_is_added_once(desk, omar):
    page, again = f"{ACCOUNT}factors/new/", Client()
    secret = found(r"<code>([A-Z2-7 ]{39})</code>", desk.get(page).content.decode()).replace(" ", "")
    typed = {"code": factors.code(secret, step=factors.step_at(timezone.now()))}
    again.cookies = desk.cookies
    with overtaken(partial(again.post, page, typed), before='DELETE FROM "accounts_formdraft"'):
        assert desk.post(page, typed)["Location"] == ACCOUNT
    assert (omar.factors.count(), told()) == (2, ["staff_factor_added"])
