"""By which channel, at which address and in which language a person is reached."""

from __future__ import annotations

import pytest
from django.db import transaction

from accounts.contact import contact_channel
from accounts.models import Citizen


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
    found = contact_channel(amina, wish)
    assert (found.channel, found.address, found.other_address) == reached


def test_the_present_language_of_the_person_is_that_of_every_message(amina):
    amina.language = "en"
    assert contact_channel(amina, "sms").language == "en"


def test_what_is_known_of_how_to_reach_a_person_does_not_print_their_addresses(amina):
    assert "790001234" not in repr(contact_channel(amina))
    assert "amina" not in repr(contact_channel(amina))


def test_the_database_knows_no_confirmed_or_chosen_address_that_does_not_exist(karim, now):
    from django.db import IntegrityError

    for fields in ({"email_confirmed_at": now}, {"notify_by": "email"}, {"notify_by": "owl"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Citizen.objects.filter(pk=karim.pk).update(**fields)
