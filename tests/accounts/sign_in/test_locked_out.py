"""Strangers who fail, ask for resets or make people up: the owner gets in at once all the same."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Citizen, Purpose, User
from accounts.sign_in import codes
from accounts.sign_in.codes import CodeContext
from tests.accounts.sign_in.pages import NUMBER, SIGN_IN
from tests.cast import PASSWORD, app_code, give_app

STAFF_SIGN_IN = "/ar/staff/sign-in/"
HERE, ELSEWHERE = "192.0.2.1", "198.51.100.7"


def try_citizen(browser: Client, password: str, address: str) -> Any:
    return browser.post(SIGN_IN, NUMBER | {"password": password}, REMOTE_ADDR=address)


def try_staff(browser: Client, password: str, address: str) -> Any:
    answer = browser.post(STAFF_SIGN_IN, {"email": "omar@miyahuna.example", "password": password}, REMOTE_ADDR=address)
    if answer.status_code == 302:
        browser.post(f"{STAFF_SIGN_IN}factor/", {"code": app_code()}, REMOTE_ADDR=address)
    return answer


@pytest.fixture(autouse=True)
def _app_of_omar(omar: User) -> None:
    give_app(omar)


@pytest.mark.parametrize("attempt", [try_citizen, try_staff])
def test_after_fifty_wrong_sign_ins_from_one_place_the_owner_gets_in_from_another(
    attempt: Any, amina: Citizen, omar: User
) -> None:
    answers = [attempt(Client(), "wrong", HERE).status_code for _ in range(50)]
    assert answers == [200] * 5 + [429] * 45
    assert attempt(Client(), PASSWORD, ELSEWHERE).status_code == 302


@pytest.mark.parametrize("attempt", [try_citizen, try_staff])
def test_a_known_device_is_not_locked_out_by_failures_everywhere(attempt: Any, amina: Citizen, omar: User) -> None:
    known, user = Client(), omar if attempt is try_staff else amina.user
    assert attempt(known, PASSWORD, HERE).status_code == 302
    known.post("/ar/sign-out/")
    device = known.cookies["device"]
    assert (device["httponly"], device["samesite"]) == (True, "Lax")
    assert str(user.pk) not in device.value
    for network in range(8):
        for _ in range(5):
            attempt(Client(), "wrong", f"203.0.113.{network}")
    assert attempt(Client(), PASSWORD, ELSEWHERE).status_code == 429
    assert attempt(known, PASSWORD, "203.0.113.1").status_code == 302
    known.post("/ar/sign-out/")

    # A thief of the device may not guess without end, and with another password the device is a stranger again.
    assert [attempt(known, "wrong", HERE).status_code for _ in range(11)] == [200] * 10 + [429]
    user.refresh_from_db()
    user.set_password("another-password-here")
    user.save()
    assert attempt(known, "another-password-here", ELSEWHERE).status_code == 429


def test_after_five_resets_by_number_or_by_phone_the_owner_resets_at_once(amina: Citizen) -> None:
    def ask(number: str, mobile: str, address: str) -> int:
        form = {"number": number, "mobile": mobile}
        return Client().post("/ar/forgot/", form, REMOTE_ADDR=address).status_code

    for number in range(6):
        ask("9902103456", f"07900055{number:02}", HERE)
        ask(f"99021034{number:02}", "0790001234", HERE)
    assert ask("9902103456", "0790001234", ELSEWHERE) == 302


def test_two_hundred_made_up_resets_stop_no_code_of_anybody(amina: Citizen) -> None:
    at = timezone.now()
    for number in range(200):
        made_up = CodeContext(
            purpose=Purpose.RESET,
            session=f"session {number}",
            phone=amina.phone if number % 2 else f"+96279000{number:04}",
            language="ar",
            address=f"192.0.2.{number // 50}",
            number=f"9902{number:06}",
            silent=True,
        )
        code = codes.issue(made_up, at=at)
        codes.guess(made_up, "00000" if code.code != "00000" else "11111", at=at)
    owner = Client()
    assert owner.post("/ar/forgot/", {"number": "9902103456", "mobile": "0790001234"}).status_code == 302
    assert owner.post("/ar/forgot/code/", {"code": "00000"}, REMOTE_ADDR="192.0.2.9").status_code == 200
    assert try_citizen(Client(), PASSWORD, ELSEWHERE).status_code == 302


@pytest.mark.parametrize("attempt", [try_citizen, try_staff])
def test_sign_ins_and_failures_are_logged_without_a_person(
    attempt: Any, amina: Citizen, omar: User, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="accounts"):
        attempt(Client(), "wrong", HERE)
        attempt(Client(), "wrong", ELSEWHERE)
        attempt(Client(), PASSWORD, HERE)
    failed, again, *_, done = caplog.records
    assert (failed.message, done.message) == ("a sign-in failed", "somebody signed in")
    assert vars(failed)["account"] == vars(again)["account"]
    user = omar if attempt is try_staff else amina.user
    assert vars(done)["user_id"] == str(user.pk)
    assert not [
        record for record in (failed, again) if "9902103456" in str(vars(record)) or "omar" in str(vars(record))
    ]
