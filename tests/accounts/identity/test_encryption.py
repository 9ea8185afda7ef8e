import base64
from datetime import date

import pytest
from django.core import serializers
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import connection, transaction

from accounts.models import Citizen
from kit import crypto

NEW_KEY = base64.b64encode(bytes(range(64, 96))).decode()


def stored(citizen: Citizen, column: str) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM accounts_citizen WHERE id = %s", [citizen.pk])
        return bytes(cursor.fetchone()[0])


def test_what_is_stored_is_not_what_was_written_and_is_read_back(amina):
    for column, clear in (("number", "9902103456"), ("phone", "+962790001234"), ("birth_date", "1990-03-27")):
        assert clear.encode() not in stored(amina, column)
    fresh = Citizen.objects.get(pk=amina.pk)
    assert (fresh.number, fresh.phone, fresh.birth_date) == ("9902103456", "+962790001234", date(1990, 3, 27))


def test_the_same_text_has_another_ciphertext_in_every_row(amina, karim):
    karim.phone = amina.phone
    karim.save(update_fields=["phone", "phone_lookup"])
    assert stored(karim, "phone") != stored(amina, "phone")
    assert karim.phone_lookup == amina.phone_lookup


def test_a_ciphertext_copied_into_another_row_does_not_open(amina, karim):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_citizen SET number = %s WHERE id = %s", [stored(amina, "number"), karim.pk])
    with pytest.raises(crypto.Unreadable):
        _ = Citizen.objects.get(pk=karim.pk).number


def test_a_ciphertext_copied_into_another_column_does_not_open(amina):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_citizen SET phone = number WHERE id = %s", [amina.pk])
    with pytest.raises(crypto.Unreadable):
        _ = Citizen.objects.get(pk=amina.pk).phone


def test_a_damaged_or_empty_ciphertext_does_not_open(amina):
    sealed = stored(amina, "number")
    for damaged in (sealed[:-1] + bytes([sealed[-1] ^ 1]), sealed[:20], b""):
        with pytest.raises(crypto.Unreadable):
            crypto.unseal(damaged, bound_to=f"accounts_citizen.number:{amina.pk}")


def test_loading_a_row_opens_nothing_and_saving_it_writes_the_same_bytes_back(amina, monkeypatch):
    before = stored(amina, "number")
    monkeypatch.setattr(crypto, "unseal", lambda *_, **__: pytest.fail("opened"))
    fresh = Citizen.objects.get(pk=amina.pk)
    fresh.city = "السلط"
    fresh.save()
    assert stored(amina, "number") == before
    assert fresh.number_lookup == amina.number_lookup


def test_a_deferred_value_is_fetched_and_opened_when_it_is_read(amina, django_assert_num_queries):
    fresh = Citizen.objects.defer("number").get(pk=amina.pk)
    with django_assert_num_queries(1):
        assert fresh.number == "9902103456"


def test_a_retired_key_still_opens_and_the_new_one_writes(amina, settings):
    retired = crypto.current_key_id()
    settings.IDENTITY_KEYS = f"new:{NEW_KEY},{settings.IDENTITY_KEYS}"
    fresh = Citizen.objects.get(pk=amina.pk)
    assert crypto.key_id(stored(fresh, "number")) == retired
    assert fresh.number == "9902103456"
    fresh.save(update_fields=["number"])
    assert crypto.key_id(stored(fresh, "number")) == "new"
    assert Citizen.objects.get(pk=amina.pk).number == "9902103456"


def test_a_key_that_is_gone_says_so(amina, settings):
    settings.IDENTITY_KEYS = f"new:{NEW_KEY}"
    with pytest.raises(crypto.Unreadable):
        _ = Citizen.objects.get(pk=amina.pk).number


def test_an_update_of_the_table_takes_no_plain_text(amina):
    with pytest.raises(FieldError), transaction.atomic():
        Citizen.objects.filter(pk=amina.pk).update(number="9902103457")


def test_a_ciphertext_cannot_be_searched(amina):
    with pytest.raises(FieldError):
        Citizen.objects.filter(number="9902103456")


def test_a_row_is_never_serialised(amina):
    with pytest.raises(FieldError):
        serializers.serialize("json", [amina])


def test_a_look_up_depends_on_the_purpose_and_the_key(settings):
    first = crypto.lookup("9902103456", purpose="number")
    assert len(first) == 64
    assert crypto.lookup("9902103456", purpose="number") == first
    assert crypto.lookup("9902103456", purpose="phone") != first
    assert crypto.lookup("", purpose="number") == ""
    settings.LOOKUP_KEY = NEW_KEY
    assert crypto.lookup("9902103456", purpose="number") != first


@pytest.mark.parametrize(
    "keys", ["", "k1", "k1:short", f":{NEW_KEY}", f"k1:{NEW_KEY},k1:{NEW_KEY}", f"ك:{NEW_KEY}", "k1:%%%"]
)
def test_keys_that_cannot_be_used_are_refused(keys):
    with pytest.raises(ImproperlyConfigured):
        crypto.parse_keys(keys)


def test_a_new_person_is_found_by_number_and_phone_and_not_by_half_of_them(amina, karim):
    assert list(Citizen.objects.numbered("national", "9902103456")) == [amina]
    assert list(Citizen.objects.numbered("personal", "9902103456")) == []
    assert list(Citizen.objects.reached_at("+962790001234")) == [amina]
    assert list(Citizen.objects.reached_at("+96279000123")) == []
