"""A new LOOKUP_KEY: people are found all the time, nobody is matched twice, and a stopped rotation goes on."""

from __future__ import annotations

import base64
import os
from datetime import datetime
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.identity import key_rotation
from accounts.models import Citizen, Identity, User
from kit.crypto import lookup
from notifications import addresses
from notifications.models import AddressStatus, Channel, Verdict
from tests.accounts.sign_in.pages import NUMBER, SIGN_IN
from tests.cast import PASSWORD, make_citizen

NUMBER_OF_AMINA = "9902103456"


def change_key(settings: Any) -> None:
    """Put a new key in front, as an operator does: the old one still finds."""
    settings.LOOKUP_KEY_FALLBACKS = [settings.LOOKUP_KEY]
    settings.LOOKUP_KEY = base64.b64encode(os.urandom(32)).decode()


def found_by() -> tuple[list[Citizen], list[Citizen]]:
    return list(Citizen.objects.numbered("national", NUMBER_OF_AMINA)), list(
        Citizen.objects.reached_at("+962790001234")
    )


def test_a_rotation_that_is_stopped_midway_goes_on_and_people_are_found_all_the_time(
    amina: Citizen, karim: Citizen, omar: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses.record(Channel.SMS, amina.phone, Verdict.DEAD, "30003")
    change_key(settings)
    assert found_by() == ([amina], [amina])
    assert addresses.verdict(Channel.SMS, amina.phone) == Verdict.DEAD
    assert Client().post(SIGN_IN, NUMBER).status_code == 302

    monkeypatch.setattr(key_rotation, "BATCH", 1)
    rotate = key_rotation._rotate_batch
    done: list[int] = []

    def killed(model: Any, keys: Any) -> int:
        if done:
            raise KeyboardInterrupt
        done.append(rotate(model, keys))
        return done[-1]

    monkeypatch.setattr(key_rotation, "_rotate_batch", killed)
    with pytest.raises(KeyboardInterrupt):
        key_rotation.rotate(Citizen)
    assert done == [1]
    assert found_by() == ([amina], [amina])
    monkeypatch.setattr(key_rotation, "_rotate_batch", rotate)
    assert [key_rotation.rotate(Citizen), key_rotation.rotate(Citizen)] == [1, 0]

    call_command("rotate_lookup_key", verbosity=0)
    settings.LOOKUP_KEY_FALLBACKS = []
    assert found_by() == ([amina], [amina])
    assert User.objects.get(phone_lookup=lookup(omar.phone, purpose="phone")) == omar
    assert addresses.verdict(Channel.SMS, amina.phone) == Verdict.DEAD
    assert AddressStatus.objects.count() == 1
    assert Client().post(SIGN_IN, NUMBER | {"password": PASSWORD}).status_code == 302


def test_nobody_is_matched_twice_while_the_key_changes(amina: Citizen, settings: Any, now: datetime) -> None:
    copies = [
        make_citizen("نسخة", "ثانية", NUMBER_OF_AMINA, f"+96279000999{place}", identity=Identity.PENDING)
        for place in range(2)
    ]
    Citizen.objects.filter(pk=amina.pk).update(identity=Identity.PENDING)
    change_key(settings)
    for person in copies:
        person.refresh_from_db()
        person.identity = Identity.MATCHED
    copies[0].save(update_fields=["identity"])
    assert Citizen.objects.get(pk=copies[0].pk).number_lookup == lookup(NUMBER_OF_AMINA, purpose="number")
    with pytest.raises(IntegrityError, match="citizen_number_matched_once"), transaction.atomic():
        copies[1].save(update_fields=["identity"])
    assert list(Citizen.objects.numbered("national", NUMBER_OF_AMINA).matched()) == [copies[0]]


def test_every_table_with_a_keyed_hash_is_known() -> None:
    tables = {model._meta.db_table for model in key_rotation.models_found_by_hash()}
    assert tables == {"accounts_citizen", "accounts_phonecode", "accounts_user"}
