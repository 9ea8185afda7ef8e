"""A forgotten password: set after number, phone, code and date of birth; the answer never tells which are known."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from django.db import transaction

from accounts import phones, rate_limits
from accounts.contact.account_notices import owe_password_changed
from accounts.models import Citizen
from accounts.sign_in.passwords.hashing import hash_for_number, uncounted_if_busy
from notifications.addresses import address_status
from notifications.models import Channel

#: A reserved domain: no message can leave for it.
NOBODY: Final = "nobody@no-account.invalid"


def is_known(number: str, phone: str) -> bool:
    """Tell whether an active citizen has this number and this phone, and can get a code."""
    people = Citizen.objects.signing_in_with(number).reached_at(phone)
    return (people if phones.takes_sms(phone) else people.exclude(email_confirmed_at=None)).exists()


def email_for_codes(number: str, phone: str) -> str:
    """Return where the code goes by e-mail, because we send no SMS to this phone; empty where SMS reach it.

    For an unknown number it is an address that nobody has: the message is written all the same, and never sent.
    """
    if phones.takes_sms(phone):
        return ""
    person = Citizen.objects.signing_in_with(number).reached_at(phone).exclude(email_confirmed_at=None).first()
    return person.confirmed_email if person else NOBODY


def set_password(number: str, *, phone: str, birth_date: date, password: str, at: datetime) -> bool:
    """Set the password of the citizen with this number, phone and date of birth; tell whether there is one.

    Ends every session, marks the phone as reachable again, and notifies the citizen by SMS. Raise ``RateLimitReached``
    after five tries a day for one number and phone.
    """
    counted = (rate_limits.RESET_PROOFS_PER_NUMBER_AND_PHONE, f"{number}/{phone}")
    rate_limits.spend(*counted, at=at)
    with uncounted_if_busy(counted, at=at):
        password_hash = hash_for_number(password, number)
    with transaction.atomic():
        people = Citizen.objects.signing_in_with(number).reached_at(phone).select_for_update(of=("self",))
        person = next((citizen for citizen in people if citizen.birth_date == birth_date), None)
        if person is None or person.user is None:
            return False
        person.user.password = password_hash
        person.user.save(update_fields=["password"])
        if not person.is_reached_by_email_only:
            address_status.clear(Channel.SMS, phone)
        owe_password_changed(person, at=at)
    return True
