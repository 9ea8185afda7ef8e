"""Between the password and the second factor nobody is signed in; the first sign-in enrols one."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Factor, FactorKind, FormDraft, RecoveryCode
from accounts.sign_in import factors
from notifications.models import Message
from tests.accounts.keyboard import errors
from tests.accounts.sign_in.factors.authenticator import Authenticator
from tests.accounts.sign_in.pages import found, is_signed_in
from tests.cast import PASSWORD, app_code, give_app, sign_in
from tests.house.test_rules import name, sources

DOOR = "/en/staff/sign-in/"
FACTOR, ENROL, CODES = f"{DOOR}factor/", f"{DOOR}enrol/", f"{DOOR}codes/"
DESK = "/en/staff/"

pytestmark = pytest.mark.django_db


def give_password(client: Client, user, **extra: str) -> None:
    answer = client.post(DOOR, {"email": user.email, "password": PASSWORD, **extra})
    assert answer["Location"] == FACTOR


def options_of(page: str, kind: str) -> str:
    return found(rf'data-passkey="{kind}" data-options="([^"]+)"', page).replace("&quot;", '"')


def test_after_the_password_alone_no_page_of_the_staff_opens(client, omar):
    give_app(omar)
    give_password(client, omar)
    for page in ("desk", "queue", "staff-account", "handbook", "staff-confirm", "officers"):
        assert client.get(reverse(page))["Location"].startswith(reverse("staff-sign-in"))
    assert (client.get(ENROL)["Location"], client.get(CODES)["Location"]) == (FACTOR, FACTOR)
    assert is_signed_in(client) is False


def test_a_wrong_a_replayed_and_an_expired_code_open_nothing(client, omar, time_machine, now):
    time_machine.move_to(now, tick=False)
    give_app(omar)
    give_password(client, omar, next="/en/staff/queue/")
    wrong = client.post(FACTOR, {"code": f"{(int(app_code()) + 1) % 1_000_000:06}"})
    expired = client.post(FACTOR, {"code": app_code(later=-2)})
    assert errors(wrong) == errors(expired)
    assert errors(wrong)[0].startswith("That code is not right")
    assert client.post(FACTOR, {"code": app_code()})["Location"] == "/en/staff/queue/"
    second = Client()
    give_password(second, omar)
    replayed = second.post(FACTOR, {"code": app_code()})
    assert errors(replayed) == ["This code has been used already. Wait for the next one, at most half a minute"]
    assert (is_signed_in(second), errors(second.post(FACTOR, {}))) == (False, ["Enter the code"])


def test_the_factor_is_given_within_five_minutes_of_the_password_and_for_this_password(client, omar, time_machine, now):
    time_machine.move_to(now, tick=False)
    give_app(omar)
    give_password(client, omar)
    time_machine.move_to(now + timedelta(minutes=5, seconds=1), tick=False)
    late = client.post(FACTOR, {"code": app_code()})
    assert (late["Location"], is_signed_in(client)) == (DOOR, False)
    give_password(client, omar)
    omar.set_password("another-long-password")
    omar.save(update_fields=["password"])
    assert client.post(FACTOR, {"code": app_code()})["Location"] == DOOR


def test_ten_wrong_codes_in_an_hour_are_enough(client, omar):
    give_app(omar)
    give_password(client, omar)
    answers = [client.post(FACTOR, {"code": "1-aaaaa-aaaaa"}).status_code for _ in range(11)]
    assert answers == [200] * 10 + [429]
    assert client.post(FACTOR, {"code": app_code()}).status_code == 429


def test_a_recovery_code_signs_in_once(client, omar, now):
    give_app(omar)
    codes = factors.new_codes()
    factors.store(omar, codes, at=now)
    give_password(client, omar)
    assert client.post(FACTOR, {"code": codes[3]})["Location"] == DESK
    second = Client()
    give_password(second, omar)
    assert (errors(second.post(FACTOR, {"code": codes[3]})) != [], is_signed_in(second)) == (True, False)


def test_the_first_sign_in_enrols_an_app_and_shows_recovery_codes_that_must_be_kept(client, omar):
    give_password(client, omar)
    assert client.get(FACTOR)["Location"] == ENROL
    page = client.get(ENROL).content.decode()
    secret = found(r"<code>([A-Z2-7 ]{39})</code>", page).replace(" ", "")
    assert client.get(ENROL).content.decode().count(found(r"<code>([A-Z2-7 ]{39})</code>", page)) == 1
    assert len(errors(client.post(ENROL, {"code": "000000"}))) == 1
    code = factors.code(secret, step=factors.step_at(timezone.now()))
    assert client.post(ENROL, {"code": code})["Location"] == CODES
    assert (Factor.objects.count(), RecoveryCode.objects.count()) == (0, 0)
    shown = re.findall(r"<code>(\d-[a-z2-9-]{11})</code>", client.get(CODES).content.decode())
    assert len(errors(client.post(CODES, {}))) == 1
    assert (len(shown), is_signed_in(client)) == (8, False)
    assert client.post(CODES, {"kept": "on"})["Location"] == DESK
    assert (client.get("/en/staff/account/").status_code, FormDraft.objects.count()) == (200, 0)
    assert Message.objects.get().template == "staff_factor_added"
    second = Client()
    give_password(second, omar)
    assert second.get(ENROL)["Location"] == FACTOR
    assert errors(second.post(FACTOR, {"code": code})) != []
    assert second.post(FACTOR, {"code": shown[0]})["Location"] == DESK


def test_a_passkey_is_enrolled_and_signs_in_and_of_two_enrolments_the_first_counts(client, omar):
    other, authenticator = Client(), Authenticator()
    for one in (client, other):
        give_password(one, omar)
    answer = authenticator.create(options_of(client.get(ENROL).content.decode(), "create"))
    assert client.post(ENROL, {"passkey": answer})["Location"] == CODES
    stranger = Authenticator().create(options_of(other.get(ENROL).content.decode(), "create"))
    assert other.post(ENROL, {"passkey": stranger})["Location"] == CODES
    assert client.post(CODES, {"kept": "on"})["Location"] == DESK
    assert (other.post(CODES, {"kept": "on"})["Location"], is_signed_in(other)) == (FACTOR, False)
    assert Factor.objects.get().kind == FactorKind.PASSKEY
    page = other.get(FACTOR).content.decode()
    assert "".join(errors(other.post(FACTOR, {"passkey": "{}"}))).startswith("The passkey was not accepted")
    page = other.get(FACTOR).content.decode()
    assert other.post(FACTOR, {"passkey": authenticator.get(options_of(page, "get"))})["Location"] == DESK


def test_an_operator_removes_the_factors_of_somebody_who_lost_them_but_not_their_own(client, omar, huda, now):
    for person in (omar, huda):
        give_app(person)
        factors.store(person, factors.new_codes(), at=now)
    lost, desk = sign_in(Client(), omar), sign_in(client, huda)
    assert desk.post(reverse("person-access", args=[omar.pk]), {"factors": "1"}).status_code == 302
    assert desk.post(reverse("person-access", args=[huda.pk]), {"factors": "1"}).status_code == 404
    assert (list(omar.factors.all()), factors.left(omar), huda.factors.count()) == ([], 0, 1)
    assert (lost.get(reverse("staff-account")).status_code, Message.objects.get().recipient) == (302, f"user:{omar.pk}")
    give_password(lost, omar)
    assert lost.get(FACTOR)["Location"] == ENROL


def test_a_passkey_that_was_not_made_leaves_the_page_with_a_sentence(client, omar):
    give_password(client, omar)
    client.get(ENROL)
    page = client.post(ENROL, {"passkey": "{}"}).content.decode()
    assert "The passkey could not be added" in page
    assert Factor.objects.count() == 0


def test_sessions_are_opened_in_three_places_only_and_that_of_staff_is_behind_the_factor():
    def importing(words: str) -> set[str]:
        return {name(path) for path in sources(".py") if re.search(words, path.read_text(encoding="utf-8"))}

    assert importing(r"from django\.contrib\.auth import [^\n]*\blogin\b") == {"accounts/sign_in/sessions.py"}
    places = importing(r"import open_session\b")
    citizens = {f"accounts/{place}.py" for place in ("registration/pages", "sign_in/citizens")}
    assert places == citizens | {"accounts/sign_in/staff.py"}
