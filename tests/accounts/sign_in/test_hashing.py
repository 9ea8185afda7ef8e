"""Passwords are hashed a few at once, and once for each sign-in, whoever has the number."""

from __future__ import annotations

from collections.abc import Iterator

import argon2
import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Citizen, Identity
from accounts.sign_in import passwords
from accounts.sign_in.backends import citizen_for, people_with
from accounts.sign_in.passwords import HashingBusy, hash_for_number
from kit.slots import Slots
from tests.accounts.sign_in.pages import NUMBER, SIGN_IN, is_signed_in
from tests.cast import PASSWORD, make_citizen, password_hash

KNOWN, UNKNOWN = "9902103456", "9902103457"
OTHER_PASSWORD = "another-password-here"


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What Argon2 computes, in order."""
    computed: list[str] = []
    real = argon2.low_level.hash_secret

    def count(*args: object, **options: object) -> bytes:
        computed.append("hash")
        return real(*args, **options)

    real_verify = argon2.PasswordHasher.verify

    def count_verified(*args: object) -> bool:
        computed.append("verify")
        return real_verify(*args)

    monkeypatch.setattr(argon2.low_level, "hash_secret", count)
    monkeypatch.setattr(argon2.PasswordHasher, "verify", count_verified)
    return computed


@pytest.fixture
def no_slot(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """All slots are taken, and nobody may wait."""
    slots = Slots(at_once=1, waiting=0)
    monkeypatch.setattr(passwords, "_slots", slots)
    with slots.taken(seconds=0):
        yield


@pytest.fixture
def owner(amina: Citizen) -> Citizen:
    """amina, with the hash that a registration makes."""
    amina.user.password = hash_for_number(PASSWORD, KNOWN)
    amina.user.save()
    return amina


@pytest.fixture
def squatter(owner: Citizen) -> Citizen:
    """Somebody whose identity is pending and who gave the number of amina."""
    pending = make_citizen("نسخة", "ثانية", KNOWN, "+962790009999", identity=Identity.PENDING)
    pending.user.password = hash_for_number(OTHER_PASSWORD, KNOWN)
    pending.user.save()
    return pending


@pytest.mark.usefixtures("squatter")
@pytest.mark.parametrize("number", [KNOWN, UNKNOWN])
@pytest.mark.parametrize("password", [PASSWORD, OTHER_PASSWORD, "not-her-password", "x" * 129, ""])
def test_a_sign_in_hashes_once_whoever_has_the_number(hashes: list[str], number: str, password: str) -> None:
    citizen_for(number, password, people_with(number))
    assert len(hashes) == 1


def test_each_of_two_people_with_one_number_opens_the_own_account(owner: Citizen, squatter: Citizen) -> None:
    assert citizen_for(KNOWN, PASSWORD, people_with(KNOWN)) == owner.user
    assert citizen_for(KNOWN, OTHER_PASSWORD, people_with(KNOWN)) == squatter.user
    assert citizen_for(KNOWN, "not-her-password", people_with(KNOWN)) is None


def test_a_hash_with_a_salt_of_its_own_still_opens_the_account(amina: Citizen, hashes: list[str]) -> None:
    assert citizen_for(KNOWN, PASSWORD, people_with(KNOWN)) == amina.user
    assert len(hashes) == 2


@pytest.mark.django_db
def test_strangers_who_register_with_a_number_push_nobody_out(hashes: list[str]) -> None:
    """A pending person signs in, from a new browser, after a dozen registrations with her number."""
    waiting = _pending("+962790008888", PASSWORD)
    for index in range(12):
        _pending(f"+9627900099{index:02}", OTHER_PASSWORD)
    _pending("+962790008889", PASSWORD)
    hashes.clear()
    people = people_with(KNOWN)
    assert people[0].pk == waiting.user_id
    assert citizen_for(KNOWN, PASSWORD, people) == waiting.user
    assert citizen_for(KNOWN, "not-her-password", people) is None
    assert len(hashes) == 2
    browser = Client()
    browser.post(SIGN_IN, NUMBER)
    assert browser.session["_auth_user_id"] == str(waiting.user_id)


@pytest.mark.django_db
def test_many_hashes_of_a_key_that_is_gone_cost_one_hash(hashes: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for index in range(6):
        _pending(f"+9627900099{index:02}", PASSWORD if index == 5 else OTHER_PASSWORD)
    monkeypatch.setattr(passwords, "_salts", lambda _number: ["a" * passwords.SALT_LENGTH])
    hashes.clear()
    people = people_with(KNOWN)
    assert citizen_for(KNOWN, PASSWORD, people) is not None
    assert len(hashes) == 2


def _pending(phone: str, password: str) -> Citizen:
    pending = make_citizen("نسخة", "ثانية", KNOWN, phone, identity=Identity.PENDING)
    pending.user.password = hash_for_number(password, KNOWN)
    pending.user.save()
    Citizen.objects.filter(pk=pending.pk).update(created_at=timezone.now())
    return pending


def test_the_salt_of_a_number_does_not_contain_it() -> None:
    assert KNOWN not in hash_for_number(PASSWORD, KNOWN)
    assert hash_for_number(PASSWORD, KNOWN) != hash_for_number(PASSWORD, UNKNOWN)


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_busy_door_says_so_keeps_the_number_and_counts_no_try(owner: Citizen, language: str) -> None:
    client, slots = Client(raise_request_exception=False), Slots(at_once=1, waiting=0)
    with pytest.MonkeyPatch.context() as patch, slots.taken(seconds=0):
        patch.setattr(passwords, "_slots", slots)
        *_, answer = [client.post(SIGN_IN.replace("ar", language), NUMBER) for _ in range(6)]
        page = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert 'name="number" value="9902103456"' in page
    assert PASSWORD not in page
    client.post(SIGN_IN, NUMBER)
    assert is_signed_in(client)


@pytest.mark.usefixtures("no_slot")
def test_every_way_to_hash_waits_for_a_slot() -> None:
    hasher = passwords.LimitedArgon2PasswordHasher()
    with pytest.raises(HashingBusy):
        hasher.encode(PASSWORD, "x" * 22)
    with pytest.raises(HashingBusy):
        hasher.verify(PASSWORD, password_hash())
