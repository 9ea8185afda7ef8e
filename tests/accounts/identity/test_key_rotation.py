import base64
import os

from django.core.management import call_command

from accounts.identity import key_rotation
from accounts.models import Citizen, User
from kit import crypto
from tests.accounts.identity.test_encryption import stored


def test_every_table_with_encrypted_fields_is_found():
    assert {model._meta.db_table for model in key_rotation.encrypted_models()} >= {
        "accounts_citizen",
        "accounts_factor",
        "accounts_phonecode",
        "accounts_formdraft",
        "complaints_unsentform",
        "accounts_user",
        "notifications_message",
    }


def test_a_rotation_writes_everything_with_the_new_key_and_keeps_what_it_says(amina, karim, omar, settings, capsys):
    retired = settings.IDENTITY_KEYS
    new = f"new:{base64.b64encode(os.urandom(32)).decode()}"
    settings.IDENTITY_KEYS = f"{new},{retired}"
    call_command("rotate_identity_keys")
    assert "accounts_citizen: 2\n" in capsys.readouterr().out
    settings.IDENTITY_KEYS = new
    for person in (amina, karim):
        fresh = Citizen.objects.get(pk=person.pk)
        for column in ("number", "birth_date", "phone", "address"):
            assert crypto.key_id(stored(fresh, column)) == "new"
            assert getattr(fresh, column) == getattr(person, column)
        assert fresh.number_lookup == person.number_lookup
    assert User.objects.get(pk=omar.pk).phone == omar.phone


def test_a_rotation_goes_on_where_it_was_stopped(amina, karim, settings, monkeypatch):
    settings.IDENTITY_KEYS = f"new:{base64.b64encode(os.urandom(32)).decode()},{settings.IDENTITY_KEYS}"
    karim = Citizen.objects.get(pk=karim.pk)
    for name in ("number", "birth_date", "phone", "address"):
        getattr(karim, name)
    karim.save()
    monkeypatch.setattr(key_rotation, "BATCH", 1)
    assert key_rotation.key_rotation_rotate(Citizen) == 1
    assert key_rotation.key_rotation_rotate(Citizen) == 0
