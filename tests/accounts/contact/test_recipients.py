"""A member of staff gets a message at each address there is, in their language; the telephone waits for its hour."""

from datetime import datetime, timedelta

import pytest
from django.utils.translation import get_language

from accounts.contact import BY_EMAIL, BY_EMAIL_AND_SMS, citizen_key, staff_key, to_staff
from accounts.models import Citizen, User
from notifications.models import Channel


def words() -> dict[str, str]:
    return {"said_in": get_language() or ""}


def never() -> datetime:
    pytest.fail("an e-mail does not ask when telephones may ring")


def test_keys_tell_the_citizen_from_staff_and_from_one_address(amina: Citizen, omar: User) -> None:
    assert citizen_key(amina.pk) == f"citizen:{amina.pk}"
    assert citizen_key(amina.pk, whose="old") == f"citizen:{amina.pk}:old"
    assert staff_key(omar.pk) == f"user:{omar.pk}"


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_letter_speaks_the_language_of_its_reader(omar: User, language: str) -> None:
    omar.language = language
    [letter] = to_staff("officer_digest", omar, words, by=BY_EMAIL, sms_not_before=never)
    assert (letter.language, letter.context) == (language, {"said_in": language})
    assert (letter.recipient, letter.address, letter.not_before) == (staff_key(omar.pk), omar.email, None)


def test_only_the_telephone_waits_for_its_hour(omar: User, now: datetime) -> None:
    opens = now + timedelta(hours=9)
    notices = to_staff("officer_new_case", omar, words, by=BY_EMAIL_AND_SMS, sms_not_before=lambda: opens)
    assert [(one.channel, one.not_before) for one in notices] == [(Channel.EMAIL, None), (Channel.SMS, opens)]


def test_an_address_that_is_missing_gets_nothing(omar: User) -> None:
    omar.phone = ""
    assert [one.channel for one in to_staff("officer_new_case", omar, words, by=BY_EMAIL_AND_SMS)] == [Channel.EMAIL]
    omar.email = ""
    assert list(to_staff("officer_new_case", omar, words, by=BY_EMAIL_AND_SMS)) == []
