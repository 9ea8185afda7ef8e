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


def account_for_code(number: str, phone: str) -> Citizen | None:
    """Return the account that gets the code: one that proved this phone, else one abroad that proved an address.

    Of several the oldest: nobody who registers later with the same number gets its codes.
    """
    people = Citizen.objects.signing_in_with(number)
    abroad = people.with_phone(phone).filter(is_phone_proven=False).exclude(email_confirmed_at=None)
    found = [*people.reached_at(phone)[:1], *abroad[:1]]
    return found[0] if found else None


def email_for_codes(account: Citizen | None, phone: str) -> str:
    """Return where the code of an account goes by e-mail; empty where it goes by SMS.

    Without an account it is an address that nobody has: the message is written all the same, and never sent.
    """
    if account is None:
        return "" if phones.takes_sms(phone) else NOBODY
    return account.confirmed_email if account.is_reached_by_email_only else ""


def set_password(number: str, *, phone: str, email: str = "", birth_date: date, password: str, at: datetime) -> bool:
    """Set the password of the citizen with this number and date of birth, and the phone or ``email`` that was proven.

    Tell whether there is one.
    Ends every session, marks the phone as reachable again, and notifies the citizen by SMS. Raise ``RateLimitReached``
    after five tries a day for one number and phone.
    """
    counted = (rate_limits.RESET_PROOFS_PER_NUMBER_AND_PHONE, f"{number}/{phone}")
    rate_limits.spend(*counted, at=at)
    with uncounted_if_busy(counted, at=at):
        password_hash = hash_for_number(password, number)
    with transaction.atomic():
        people = Citizen.objects.signing_in_with(number).select_for_update(of=("self",))
        people = people.confirmed_at(email).filter(is_phone_proven=False) if email else people.reached_at(phone)
        person = next((citizen for citizen in people if citizen.birth_date == birth_date), None)
        if person is None or person.user is None:
            return False
        person.user.password = password_hash
        person.user.save(update_fields=["password"])
        if not person.is_reached_by_email_only:
            address_status.clear(Channel.SMS, phone)
        owe_password_changed(person, at=at)
    return True
